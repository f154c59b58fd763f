"""Gathers the texts of the code into the catalogs, with Django and GNU gettext."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import django
from django.core.management import call_command
from django.core.management.commands.makemessages import Command as MakeMessages

from spindle.local.environment import ROOT
from spindle.local.errors import LocalError
from spindle.local.messages import catalogs

LANGUAGES = ("zh_Hans", "ru")
NOT_OURS = (".venv", "node_modules", "var", "tests", "deploy", "docs")
HEADER = re.compile(r'\A(?:#.*\n)*msgid ""\nmsgstr ""\n(?:".*"\n)+')
PLURALS = re.compile(r'^"Plural-Forms:.*"$', re.MULTILINE)


class Gathering(MakeMessages):
    """Knows our short names; leaves a new text empty, where a guess would look done."""

    xgettext_options = [*MakeMessages.xgettext_options, "--keyword=_t"]
    msgmerge_options = [*MakeMessages.msgmerge_options, "--no-fuzzy-matching"]


def gather() -> None:
    """Bring every catalog in line with the code."""
    if shutil.which("xgettext") is None:
        raise LocalError(
            "There is no GNU gettext here, which reads the texts of the code.",
            mend="Install the package gettext of this system.",
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spindle.settings.dev")
    django.setup()
    with _folders(), _working_at(ROOT):
        call_command(
            Gathering(),
            locale=list(LANGUAGES),
            add_location="file",
            ignore_patterns=list(NOT_OURS),
            no_obsolete=True,
            no_wrap=True,
            verbosity=0,
        )
    for path in catalogs():
        text = path.read_text(encoding="utf-8")
        path.write_text(_headed(path, text), encoding="utf-8")


@contextmanager
def _folders() -> Iterator[None]:
    # A text goes to the nearest `locale` above it, so each app has one meanwhile.
    apps = [path.parent for path in (ROOT / "apps").glob("*/apps.py")]
    folders = [app / "locale" for app in [*apps, ROOT / "tenants"]]
    for folder in folders:
        folder.mkdir(exist_ok=True)
    yield
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def _working_at(root: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(root)
    yield
    os.chdir(before)


def _headed(path: Path, text: str) -> str:
    """Write the header without dates and names: they would change every time."""
    header = HEADER.match(text)
    plurals = PLURALS.search(header.group()) if header else None
    if header is None or plurals is None:
        raise LocalError(
            f"{path} has no header with its plural forms.",
            mend="Delete the file and gather the texts again.",
        )
    folder, language = path.parents[3], path.parents[1].name
    lines = [
        f"# Texts of {folder.relative_to(ROOT)}; docs/glossary.md has the words.",
        'msgid ""',
        'msgstr ""',
        '"Project-Id-Version: Spindle\\n"',
        f'"Language: {language}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=UTF-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        plurals.group(),
    ]
    return "\n".join(lines) + "\n" + text[header.end() :]


if __name__ == "__main__":
    gather()
    sys.exit(0)
