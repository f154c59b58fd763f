import gettext
import os

import pytest

from spindle.local import messages
from spindle.local.errors import LocalError

CATALOG = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Machine"
msgstr "Станок"
"""


@pytest.fixture
def catalog(tmp_path):
    path = tmp_path / "apps" / "x" / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOG)
    return path


class TestCompileAll:
    def test_makes_what_gettext_reads(self, tmp_path, catalog):
        assert messages.compile_all(tmp_path) == 1

        with catalog.with_suffix(".mo").open("rb") as file:
            assert gettext.GNUTranslations(file).gettext("Machine") == "Станок"

    def test_compiles_again_only_what_changed(self, tmp_path, catalog):
        messages.compile_all(tmp_path)
        assert messages.compile_all(tmp_path) == 0

        later = catalog.with_suffix(".mo").stat().st_mtime + 1
        os.utime(catalog, (later, later))

        assert messages.compile_all(tmp_path) == 1

    def test_names_a_catalog_it_cannot_read(self, tmp_path, catalog):
        catalog.write_text('msgid "Machine\n')

        with pytest.raises(LocalError, match=r"django\.po cannot be read"):
            messages.compile_all(tmp_path)
