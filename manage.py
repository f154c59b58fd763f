#!/usr/bin/env python
"""Django's command line for Spindle."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Put `platform/` on the path, then hand over to Django."""
    sys.path.insert(0, str(Path(__file__).resolve().parent / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spindle.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
