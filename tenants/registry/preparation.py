"""What apps want done once after every migration, such as loading a catalogue."""

from collections.abc import Callable

Step = Callable[[], object]
_steps: dict[str, Step] = {}


def register_step(name: str, run: Step) -> None:
    """Have `run` called by `manage.py prepare`, in the owner's name; must be repeatable."""
    _steps[name] = run


def steps() -> list[tuple[str, Step]]:
    """Return all steps in the order they were registered."""
    return list(_steps.items())
