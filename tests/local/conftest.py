import os

import pytest

from spindle.local.environment import ROOT


@pytest.fixture
def python_environment(tmp_path):
    """The environment of a child that runs our code with data of its own."""
    ours = {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
        "SPINDLE_VAR": str(tmp_path / "var"),
    }
    others = ("PORT", "DATABASE_URL", "REDIS_URL", "PG_BIN", "FORCE_COLOR")
    given = {name: os.environ[name] for name in os.environ if name not in others}
    return {**given, **ours}
