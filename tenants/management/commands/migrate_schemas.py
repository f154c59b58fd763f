"""`manage.py migrate_schemas`: pointed to the command that knows about enterprises."""

from tenants.management.commands.migrate import Command as Refused


class Command(Refused):
    """Refuse, as `manage.py migrate` does."""
