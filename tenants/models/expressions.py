"""What the database computes from columns, for indexes and look-ups."""

from django.db.models import CharField, Func


class Skeleton(Func):
    """What two addresses share that a reader takes for one another (UTS #39).

    The same as `tenants.registry.addresses.skeleton_of`, and indexed.
    """

    template = (
        "translate(replace(replace(replace((%(expressions)s)::text,"
        " '-', ''), 'rn', 'm'), 'vv', 'w'), '01i', 'oll')"
    )
    arity = 1
    output_field = CharField()
