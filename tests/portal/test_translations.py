"""Every text is said in Chinese and Russian, and no template says one by itself."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.utils.translation.trans_real import TranslationCatalog, translation

from apps.catalog import data
from apps.catalog.data.words import WORDS
from spindle.local.environment import ROOT
from spindle.local.messages import OURS, catalogs

PLURAL_FORMS = {"zh_Hans": 1, "ru": 4}
CATALOGS = list(catalogs())
# The API and its reference speak English only.
TEMPLATES = sorted(
    path
    for folder in OURS
    for path in (ROOT / folder).rglob("templates/**/*.html")
    if "api" not in path.parts
)
SOURCES = sorted(
    path
    for folder in OURS
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)

PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*([sdifgr])|\{(\w+)\}")
TAG_OR_COMMENT = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
TRANSLATED = re.compile(
    r"\{%\s*blocktrans(?:late)?\b.*?%\}.*?\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL
)
SILENT = re.compile(
    r"<(script|style)\b.*?</\1>"
    r"|\{%\s*comment\b.*?\{%\s*endcomment\s*%\}"
    r"|\{%\s*block\s+\w*class\w*\s*%\}.*?\{%\s*endblock\b.*?%\}",
    re.DOTALL,
)
LITERALS = re.compile(
    r"""\{%\s*trans(?:late)?\s+("(?P<double>[^"]*)"|'(?P<single>[^']*)')"""
)
NAMED_BY_WORDS = re.compile(r"[a-z]{4}")
WORD = re.compile(r"[^\W\d_]{2,}")

# What a reader sees of an attribute; of our own components more than of HTML.
SHOWN = {"alt", "aria-label", "placeholder", "title"}
SHOWN_OF_COMPONENTS = SHOWN | {
    "back_label",
    "caption",
    "corner",
    "eyebrow",
    "high",
    "hint",
    "label",
    "lead",
    "low",
    "note",
    "part_label",
    "value_label",
}
# Names and signs that are the same in every language.
NOT_WORDS = {
    *("Spindle", "MTConnect", "OpenAPI", "API", "REST", "UTC"),
    *("EN", "IT", "ISO", "DIN", "Ra", "Hurco", "VM"),
    *("Esc", "Enter", "Shift", "Ctrl", "CO", "curl"),
    *("English", "中文", "Русский", "Deutsch"),
}
KEYWORDS = {
    **dict.fromkeys(["_", "_t", "gettext", "gettext_lazy", "gettext_noop"], (0, None)),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (0, None)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], (1, 0)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], (1, 0)),
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def messages_of(path: Path) -> list[Message]:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parents[1].name)
    return [message for message in catalog if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> set[tuple[str, ...]]:
    return set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("path", CATALOGS, ids=name_of)
class TestCatalogs:
    def test_says_everything(self, path):
        silent = [m.id for m in messages_of(path) if not all(forms(m.string))]

        assert not silent

    def test_guesses_nothing(self, path):
        guessed = [m.id for m in messages_of(path) if m.fuzzy]

        assert not guessed

    def test_keeps_the_placeholders(self, path):
        wrong = []
        for message in messages_of(path):
            known = [placeholders(form) for form in forms(message.id)]
            wrong += [
                (message.id, form)
                for form in forms(message.string)
                # One of them may be a word in English: “one quote”, “2 quotes”.
                if placeholders(form) not in known
            ]

        assert not wrong

    def test_has_every_plural(self, path):
        wanted = PLURAL_FORMS[path.parents[1].name]
        wrong = [
            m.id
            for m in messages_of(path)
            if isinstance(m.id, tuple | list) and len(forms(m.string)) != wanted
        ]

        assert not wrong


@pytest.mark.parametrize("language", ["zh-hans", "ru"])
class TestCompleteness:
    def test_knows_every_text_of_the_code(self, language):
        catalog: TranslationCatalog = translation(language)._catalog
        missing = [
            f"{name_of(path)}: {text}"
            for path in SOURCES
            for key, text in texts_of_module(path)
            if not said(catalog, key)
        ]

        assert not missing

    def test_knows_every_text_of_the_templates(self, language):
        catalog: TranslationCatalog = translation(language)._catalog
        missing = [
            f"{name_of(path)}: {text}"
            for path in TEMPLATES
            for text in texts_of_template(path)
            if not said(catalog, text)
        ]

        assert not missing


class TestNames:
    @pytest.mark.parametrize("table", ["certificates", "materials"])
    def test_are_gathered_where_they_are_words(self, table):
        names = {row["name"] for row in data.read(table)}

        assert {name for name in names if NAMED_BY_WORDS.search(name)} <= set(WORDS)


def said(catalog: TranslationCatalog, key: str) -> bool:
    return key in catalog or (key, 0) in catalog


def texts_of_module(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the texts that a module asks to be translated, with their keys."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id not in KEYWORDS:
            continue
        text, context = (
            None if at is None or len(node.args) <= at else constant(node.args[at])
            for at in KEYWORDS[node.func.id]
        )
        if text is not None:
            yield (text if context is None else f"{context}\x04{text}"), text


def constant(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case _:
            return None


def texts_of_template(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    for found in LITERALS.finditer(source):
        yield found["double"] if found["double"] is not None else found["single"]


class Text(HTMLParser):
    """Collects what a reader sees of a template and no tag has translated."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        shown = SHOWN_OF_COMPONENTS if tag.startswith("c-") else SHOWN
        self.found += [value for name, value in attrs if name in shown and value]

    def handle_data(self, data):
        self.found.append(data)


def hard_coded(source: str) -> list[str]:
    source = SILENT.sub(" ", source)
    source = TRANSLATED.sub(" ", source)
    parser = Text()
    parser.feed(VALUE.sub(" ", TAG_OR_COMMENT.sub("", source)))
    parser.close()
    return [
        " ".join(text.split())
        for text in parser.found
        if set(WORD.findall(text)) - NOT_WORDS
    ]


class TestHardCodedText:
    @pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
    def test_stands_in_no_template(self, path):
        assert hard_coded(path.read_text(encoding="utf-8")) == []

    @pytest.mark.parametrize(
        "source",
        [
            "<p>Nothing here</p>",
            '<a aria-label="Close {{ name }}" href="/">×</a>',
            '<c-card title="Machines">{{ rows }}</c-card>',
            "{% if a %}Yes{% endif %}",
        ],
    )
    def test_is_found(self, source):
        assert hard_coded(source)

    @pytest.mark.parametrize(
        "source",
        [
            '<p class="quiet">{% translate "Nothing here" %}</p>',
            "{% blocktranslate with n=a %}{{ n }} of them{% endblocktranslate %}",
            '<c-card title="{{ title }}" id="machines">Spindle</c-card>',
            "{# A reason #}{% comment %}why{% endcomment %}<script>let a</script>",
        ],
    )
    def test_is_not_seen_where_none_is(self, source):
        assert hard_coded(source) == []
