"""Groups of machines that are planned and led together."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict
from apps.machines import selectors
from apps.machines.models import Machine, WorkCenter
from apps.machines.rules import figures
from apps.machines.rules.changes import changes
from apps.machines.services.machines import of_version, write_machine
from apps.machines.services.publishing import note_change
from apps.machines.services.standing import stand_in
from apps.machines.services.writing import write
from apps.machines.types import WorkCenterDraft
from tenants.types import Actor


class WorkCenterCodeTaken(Conflict):
    """Another work center has this code."""

    code = "work_center_taken"


class WorkCenterChanged(Conflict):
    """Someone else changed the work center since the caller looked."""

    code = "work_center_changed"


class WorkCenterInUse(Conflict):
    """Machines belong to the work center."""

    code = "work_center_in_use"


@transaction.atomic
def add_work_center(
    *, site_id: UUID, draft: WorkCenterDraft, by: Actor, at: datetime
) -> WorkCenter:
    """Open a work center at a site.

    :raises SiteNotFound: if the enterprise has no such site.
    :raises ImpossibleFigure: if code or name is missing.
    :raises WorkCenterCodeTaken: if another work center has the code.
    """
    figures.check_work_center(draft)
    made = WorkCenter(site=selectors.site(site_id), **asdict(draft))
    _write(made)
    audit.record(
        verb="work_center.added", subject=made, by=by, at=at, facts=asdict(draft)
    )
    return made


@transaction.atomic
def revise_work_center(
    *,
    work_center_id: UUID,
    version: int,
    draft: WorkCenterDraft,
    by: Actor,
    at: datetime,
    site_id: UUID | None = None,
) -> WorkCenter:
    """Change what a work center says of itself, and its site while it is empty.

    :raises WorkCenterNotFound: if the enterprise has none of this id.
    :raises WorkCenterChanged: if it is not of the version that the caller saw.
    :raises ImpossibleFigure: if code or name is missing.
    :raises SiteNotFound: if the enterprise has no such site.
    :raises WorkCenterInUse: if it is to move while machines belong to it.
    :raises WorkCenterCodeTaken: if another work center has the code.
    """
    figures.check_work_center(draft)
    found = _locked(work_center_id, version)
    before = _said(found)
    if site_id is not None and site_id != found.site_id:
        _check_empty(found)
        found.site = selectors.site(site_id)
    for column, value in asdict(draft).items():
        setattr(found, column, value)
    found.version += 1
    _write(found)
    audit.record(
        verb="work_center.revised",
        subject=found,
        by=by,
        at=at,
        facts={**asdict(draft), "changed": changes(before, _said(found))},
    )
    return found


@transaction.atomic
def assign_work_center(
    *, machine_id: UUID, version: int, work_center: str, by: Actor, at: datetime
) -> Machine:
    """Let a machine belong to a work center of its site; with no code, to none.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises MachineChanged: if it is not of the version that the caller saw.
    :raises WorkCenterNotFound: if the enterprise has no work center of this code.
    :raises WorkCenterElsewhere: if it is at another site than the machine.
    """
    machine = of_version(machine_id, version)
    before = machine.work_center_code
    stand_in(machine, work_center)
    if before == work_center:
        return machine
    machine.version += 1
    write_machine(machine)
    note_change(
        machine,
        verb="machine.work_center_set",
        by=by,
        at=at,
        facts={
            "changed": changes({"work_center": before}, {"work_center": work_center})
        },
    )
    return machine


@transaction.atomic
def drop_work_center(
    *,
    work_center_id: UUID,
    version: int,
    by: Actor,
    at: datetime,
    machines_to: str | None = None,
) -> None:
    """Give up a work center; its machines go to another one, by its code, or to none.

    :raises WorkCenterNotFound: if the enterprise has none of this id.
    :raises WorkCenterChanged: if it is not of the version that the caller saw.
    :raises WorkCenterInUse: while machines belong to it that are to go nowhere.
    :raises WorkCenterElsewhere: if they are to go to another site's.
    """
    found = _locked(work_center_id, version)
    if machines_to is not None and machines_to != found.code:
        members = found.machines.order_by("pk").values_list("pk", "version")
        for machine_id, seen in list(members):
            assign_work_center(
                machine_id=machine_id,
                version=seen,
                work_center=machines_to,
                by=by,
                at=at,
            )
    _check_empty(found)
    audit.record(
        verb="work_center.dropped",
        subject=found,
        by=by,
        at=at,
        facts={"code": found.code},
    )
    found.delete()


def _check_empty(found: WorkCenter) -> None:
    hindrances = selectors.work_center_hindrances(found)
    if hindrances:
        raise WorkCenterInUse(
            _("%(code)s stays where it is: %(reasons)s.")
            % {"code": found.code, "reasons": ", ".join(hindrances)},
            field="work_center",
            value=found.code,
            remedy=_("Let its machines belong to another work center first."),
        )


def _said(row: WorkCenter) -> dict[str, str]:
    return {
        "code": row.code,
        "name": row.name,
        "description": row.description,
        "site": row.site.name,
    }


def _locked(work_center_id: UUID, version: int) -> WorkCenter:
    found: WorkCenter | None = (
        WorkCenter.objects.select_for_update().filter(pk=work_center_id).first()
    )
    if found is None:
        return selectors.work_center(work_center_id)
    if found.version != version:
        raise WorkCenterChanged(
            _("%(code)s was changed by someone else.") % {"code": found.code},
            field="version",
            value=version,
            remedy=_("Look at it again and repeat the change."),
        )
    return found


def _write(row: WorkCenter) -> None:
    write(row, taken=("machines_workcenter_code", lambda: _taken(row.code)))


def _taken(code: str) -> WorkCenterCodeTaken:
    return WorkCenterCodeTaken(
        _("There is a work center %(code)s already.") % {"code": code},
        field="code",
        value=code,
        remedy=_("Choose another code."),
    )
