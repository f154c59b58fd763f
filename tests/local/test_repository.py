"""What the pinned lists and examples promise."""

import json
import re

import pytest

from spindle.local import assets
from spindle.local.environment import ROOT

PINNED = re.compile(r"^([A-Za-z0-9-]+)(\[[a-z,-]+\])?==[^\s]+\s+# \S.*$")
CARD = {
    "Django",
    "djangorestframework",
    "celery",
    "redis",
    "psycopg2-binary",
    "django-tenants",
}
# Read by the suite and by what kills workers in it, not by people.
UNDOCUMENTED = {"SPINDLE_FAILPOINT", "SPINDLE_LEASE_SECONDS", "SPINDLE_MAX_DEATHS"}


def requirements(name):
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


class TestRequirements:
    @pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
    def test_each_is_pinned_and_says_why_it_is_here(self, name):
        assert [line for line in requirements(name) if not PINNED.match(line)] == []

    def test_the_packages_of_the_card_are_there(self):
        named = {
            PINNED.match(line).group(1) for line in requirements("requirements.txt")
        }

        assert named >= CARD

    def test_the_lock_agrees_with_them_and_knows_debian_12(self):
        lock = (ROOT / "requirements.lock").read_text().lower()
        for name in ("requirements.txt", "requirements-dev.txt"):
            for line in requirements(name):
                pin = re.sub(r"\[.*\]", "", line.split()[0]).lower()
                assert f"\n{pin}\n" in lock, pin

        # redis needs it on Python 3.11.2 only.
        assert "async-timeout==" in lock

    @pytest.mark.parametrize("name", ["requirements.lock", "package-lock.json"])
    def test_no_lock_names_a_registry(self, name):
        text = (ROOT / name).read_text()

        assert '"resolved"' not in text
        assert "index-url" not in text
        assert not re.search(r"https?://[^\"]*(registry|pypi|simple)", text)


def icons_named_in(template):
    """The names written out in a template, whichever branch they stand in."""
    named = re.findall(r'<c-icon[^>]*?\bname="([^"]*)"|\bicon="([^"]*)"', template)
    for words in named:
        yield from re.sub(r"\{[{%].*?[%}]\}", " ", " ".join(words)).split()


class TestAssets:
    def test_every_package_that_is_served_is_locked(self):
        lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]

        for package in (*assets.FILES, "@tabler/icons"):
            assert lock[f"node_modules/{package}"]["license"] in (
                assets.LICENSES_ACCEPTED
            )
            assert lock[f"node_modules/{package}"]["integrity"]

    def test_every_icon_that_a_template_names_is_served(self):
        missing = {
            (path.name, name)
            for path in (ROOT / "apps").rglob("templates/**/*.html")
            for name in icons_named_in(path.read_text())
            if name not in assets.ICONS
        }

        assert missing == set()


def test_every_variable_the_settings_read_is_explained():
    explained = (ROOT / "deploy" / "env.example").read_text()
    read = set()
    for name in ("base", "prod"):
        text = (ROOT / "platform" / "spindle" / "settings" / f"{name}.py").read_text()
        read |= set(re.findall(r'env\.[a-z_]+\(\s*"([A-Z_]+)"', text))

    missing = {
        name
        for name in read - UNDOCUMENTED
        if not re.search(rf"^{name}=", explained, re.MULTILINE)
    }
    assert missing == set()
