"""Looks into one file in a process of its own, because the file may be hostile.

Run with `python -m` by `file.examine`; of Spindle it imports nothing but the limits and
the readers of formats. It limits itself before it opens the file, writes what is kept
beside it and answers with one JSON document: the facts, or `{"fault": code, ...}`.
"""

import argparse
import json
import logging
import warnings
from pathlib import Path
from typing import Any

from apps.documents.rules import pdf_reader, photo_reader, text_reader
from apps.documents.rules.formats import (
    CSV,
    JPEG,
    PDF,
    PNG,
    QIF,
    WEBP,
    Unfit,
    format_of,
)
from apps.kernel.limits import limit_self

LOOK_AT = 4096


def examine(source: Path, kept: Path, thumbnail: Path) -> dict[str, Any]:
    """Say what a file is, and write it as it is kept."""
    with source.open("rb") as file:
        found = format_of(file.read(LOOK_AT))
    if found in {JPEG, PNG, WEBP}:
        facts = photo_reader.rebuild(source, kept, thumbnail, found)
    elif found == PDF:
        facts = pdf_reader.look_into(source)
    elif found == QIF:
        facts = text_reader.look_into_qif(source)
    else:
        facts = text_reader.rebuild_csv(source, kept)
        found = CSV
    return {"media_type": found, **facts}


def main() -> None:
    """Examine the file named by the arguments and write the answer."""
    parser = argparse.ArgumentParser(prog="file_reader")
    parser.add_argument("--file", required=True)
    parser.add_argument("--kept", required=True)
    parser.add_argument("--thumbnail", required=True)
    parser.add_argument("--answer", required=True)
    parser.add_argument("--memory-mb", type=int, required=True)
    parser.add_argument("--cpu-seconds", type=int, required=True)
    parser.add_argument("--file-mb", type=int, required=True)
    asked = parser.parse_args()
    limit_self(
        memory_mb=asked.memory_mb, cpu_seconds=asked.cpu_seconds, file_mb=asked.file_mb
    )
    # What a reader remarks on a hostile file is for nobody.
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    try:
        answer = examine(Path(asked.file), Path(asked.kept), Path(asked.thumbnail))
    except Unfit as unfit:
        answer = {"fault": unfit.fault, **unfit.facts}
    except (MemoryError, RecursionError):
        answer = {"fault": "too_complex"}
    Path(asked.answer).write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
