"""A release that adds one column to a table of every tenant."""

from pathlib import Path

RELEASED = '''"""As released."""

from importlib import import_module

Migration = import_module("apps.notify.migrations.{name}").Migration
'''
ADDED = '''"""One more column."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notify", "{before}")]
    operations = [
        migrations.AddField(
            "notice", "weight_{step}", models.FloatField(null=True)
        )
    ]
'''


def write_next_release(folder: Path, step: int) -> str:
    """Write a package of migrations that ends `step` columns later; return its name."""
    package = folder / f"bench_release_{step}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    here = Path(__file__).resolve().parents[2] / "apps" / "notify" / "migrations"
    before = ""
    for path in sorted(here.glob("0*.py")):
        (package / path.name).write_text(RELEASED.format(name=path.stem))
        before = path.stem
    for number in range(1, step + 1):
        name = f"9{number:03d}_weight_{number}"
        (package / f"{name}.py").write_text(ADDED.format(before=before, step=number))
        before = name
    return package.name
