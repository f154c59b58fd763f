"""Compiles translations with Babel: machines without GNU gettext can read them too."""

import sys
from collections.abc import Iterator
from pathlib import Path

from spindle.local.environment import ROOT
from spindle.local.errors import LocalError

OURS = ("platform", "tenants", "apps")


def catalogs(root: Path = ROOT) -> Iterator[Path]:
    """Yield every catalog of translations in the code."""
    for folder in OURS:
        yield from sorted((root / folder).rglob("locale/*/LC_MESSAGES/*.po"))


def compile_all(root: Path = ROOT) -> int:
    """Compile the catalogs that are newer than their compiled form; count them."""
    compiled = 0
    for source in catalogs(root):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            _compile(source, target)
            compiled += 1
    return compiled


def _compile(source: Path, target: Path) -> None:
    # Imported here: most starts find every catalog compiled.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    try:
        with source.open("rb") as file:
            catalog = read_po(file, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise LocalError(
            f"{source} cannot be read: {error}",
            mend="Correct the entry; `make messages` compiles it again.",
        ) from error
    draft = target.with_suffix(".new")
    with draft.open("wb") as file:
        write_mo(file, catalog)
    draft.replace(target)


def main() -> int:
    """Compile all catalogs and say how complete they are."""
    from babel.messages.pofile import read_po

    for source in catalogs():
        source.with_suffix(".mo").unlink(missing_ok=True)
        with source.open("rb") as file:
            catalog = read_po(file)
        entries = [message for message in catalog if message.id]
        done = sum(1 for message in entries if message.string and not message.fuzzy)
        name = source.relative_to(ROOT)
        sys.stdout.write(f"{name}: {done} of {len(entries)} translated\n")
    sys.stdout.write(f"{compile_all()} compiled\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
