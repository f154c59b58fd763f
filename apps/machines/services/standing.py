"""Where a machine stands: at a site, and in a work center of it or in none."""

from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict
from apps.machines import selectors
from apps.machines.models import Machine, WorkCenter


class WorkCenterElsewhere(Conflict):
    """The work center is at another site than the machine."""

    code = "work_center_elsewhere"


def stand_in(machine: Machine, code: str) -> None:
    """Let a locked machine belong to a work center of its site; with no code, to none.

    The caller saves it.

    :raises WorkCenterNotFound: if the enterprise has no work center of this code.
    :raises WorkCenterElsewhere: if it is at another site than the machine.
    """
    machine.work_center = _locked(machine, code) if code else None


def stays_in(machine: Machine) -> str:
    """Return the code of the work center that a machine still has at its site."""
    center = machine.work_center
    if center is None or center.site_id != machine.site_id:
        return ""
    return center.code


def elsewhere(code: str, *, site: str, of_machine: str) -> WorkCenterElsewhere:
    """Say that a work center is not where a machine stands."""
    return WorkCenterElsewhere(
        _("Work center %(code)s is at %(site)s, the machine stands at %(here)s.")
        % {"code": code, "site": site, "here": of_machine},
        field="work_center",
        value=code,
        remedy=_("Choose a work center of the machine's site, or none."),
    )


def _locked(machine: Machine, code: str) -> WorkCenter:
    # Locked, so that nobody drops it before the machine is written.
    found: WorkCenter | None = (
        WorkCenter.objects.select_for_update(of=("self",), no_key=True)
        .select_related("site")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise selectors.work_center_not_found(code)
    if found.site_id != machine.site_id:
        raise elsewhere(code, site=found.site.name, of_machine=machine.site.name)
    return found
