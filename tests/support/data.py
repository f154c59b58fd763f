"""Real input that no one here made; it lies beside the repository, not in it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3] / "shared" / "data"


def shared_data(path: str) -> Path:
    """Return a file of the shared data; skip the test where there is none."""
    found = ROOT / path
    if not found.exists():
        pytest.skip(f"needs the shared data file {path}")
    return found
