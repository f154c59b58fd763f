"""`make bench-capacity`: promises, races, schedules and published buckets, in turn."""

from importlib import import_module
from importlib.util import find_spec

from spindle.local import environment

MODULES = ("promises", "races", "schedules", "buckets")


def main() -> None:
    """Run each module; SIZE=small ends within a minute."""
    size = environment.inherited().get("SIZE") or "full"
    for name in MODULES:
        path = f"benchmarks.capacity.{name}"
        if find_spec(path):
            import_module(path).run(size)


if __name__ == "__main__":
    main()
