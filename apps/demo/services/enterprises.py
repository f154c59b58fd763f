"""Writes one demo enterprise, whole or not at all."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.capacity import services as capacity
from apps.capacity.types import ShiftTime
from apps.demo.data.countries import STOCKTAKING
from apps.demo.data.districts import DISTRICTS
from apps.demo.rules.departments import departments_of
from apps.demo.types import (
    BlockPlan,
    CapabilityPlan,
    EnterprisePlan,
    MachinePlan,
    Person,
    SharedPassword,
)
from apps.kernel.periods import Period
from apps.machines import services as machines
from apps.machines.rules.holiday_places import regions_of
from apps.machines.types import (
    CapabilityDraft,
    CertificateDraft,
    CertificateState,
    CostInputs,
    EnvelopeKind,
    MachineDraft,
    SiteDraft,
    WorkCenterDraft,
)
from tenants import context
from tenants.models import User
from tenants.registry import services as registry
from tenants.types import SYSTEM, Actor, EnterpriseRef, Role, Verification

START_OF_DAY = time(7)


def enroll_people(
    people: Iterable[tuple[Person, str, str]], *, password: SharedPassword
) -> None:
    """Write people with their language and time zone; who is there already stays."""
    with context.directory():
        User.objects.bulk_create(
            [
                User(
                    email=person.email,
                    name=person.name,
                    language=language,
                    time_zone=time_zone,
                    password=password.hashed,
                )
                for person, language, time_zone in people
            ],
            ignore_conflicts=True,
        )


def write_enterprise(
    plan: EnterprisePlan, *, password: SharedPassword, at: datetime
) -> EnterpriseRef:
    """Sign an enterprise up and give it all that its plan says, in one transaction.

    A seeding that is cut off leaves nothing of the enterprise it was at.
    """
    owner, *members = plan.people
    with context.directory(), transaction.atomic():
        ref, user = registry.sign_up(
            name=plan.shop.name,
            name_local=plan.shop.name_local,
            slug=plan.shop.slug,
            country=plan.country.code,
            region=plan.shop.region,
            city=plan.shop.city,
            about=plan.shop.about,
            language=plan.country.language,
            currency=plan.country.currency,
            time_zone=plan.time_zone,
            email=owner.email,
            person_name=owner.name,
            password=password.text,
            password_hash=password.hashed,
            at=at,
        )
        for person in members:
            registry.add_member(
                enterprise=ref,
                email=person.email,
                name=person.name,
                role=Role(person.role),
                password=password.text,
                language=plan.country.language,
                time_zone=plan.time_zone,
            )
        if plan.is_verified:
            with context.operator():
                registry.set_verification(
                    enterprise_id=ref.id, state=Verification.VERIFIED
                )
        with context.enterprise(ref):
            _furnish(plan, by=Actor(label=owner.name, user_id=user.id), at=at)
    return ref


def _furnish(plan: EnterprisePlan, *, by: Actor, at: datetime) -> None:
    site = machines.add_site(draft=_site(plan), by=by, at=at)
    for certificate in plan.certificates:
        held = machines.add_certificate(
            draft=CertificateDraft(
                kind_code=certificate.kind_code,
                number=certificate.number,
                issuer=certificate.issuer,
                valid_from_on=certificate.valid_from_on,
                valid_until_on=certificate.valid_until_on,
            ),
            by=by,
            at=at,
        )
        if plan.is_verified:
            checked = machines.submit_certificate(
                certificate_id=held.pk, by=SYSTEM, at=at
            )
            machines.settle_certificate(
                certificate_id=held.pk,
                version=checked.version,
                state=CertificateState.VERIFIED,
                by=SYSTEM,
                at=at,
            )
    calendar = capacity.set_shifts(
        shifts=[
            ShiftTime(shift.weekday, shift.starts, shift.ends, shift.break_minutes)
            for shift in plan.shifts
        ],
        time_zone=plan.time_zone,
        by=by,
        at=at,
    )
    if plan.stocktaking_in_days is not None:
        capacity.add_exception(
            calendar_id=calendar.pk,
            period=_local_day(plan, at, days_ahead=plan.stocktaking_in_days),
            working=False,
            reason=STOCKTAKING[plan.country.language],
            by=by,
            at=at,
        )
    departments = departments_of(plan.machines)
    for code, name in sorted(
        {
            one.code: one.names[plan.country.language] for one in departments.values()
        }.items()
    ):
        machines.add_work_center(
            site_id=site.pk,
            draft=WorkCenterDraft(code=code, name=name),
            by=by,
            at=at,
        )
    for machine in plan.machines:
        department = departments.get(machine.model.trade)
        _add_machine(
            plan,
            machine,
            site_id=site.pk,
            work_center=department.code if department else "",
            by=by,
            at=at,
        )


def _site(plan: EnterprisePlan) -> SiteDraft:
    return SiteDraft(
        name=plan.shop.city,
        country=plan.country.code,
        region=plan.shop.region,
        city=plan.shop.city,
        address=DISTRICTS[plan.shop.city],
        latitude=plan.shop.latitude,
        longitude=plan.shop.longitude,
        time_zone=plan.time_zone,
        location_disclosure=plan.shop.disclosure,
        holiday_subdivision=_holiday_region(plan.country.code, plan.shop.region),
    )


def _holiday_region(country: str, name: str) -> str:
    """Return the code of a region whose own holidays are known, or nothing."""
    return next(
        (
            region.code
            for region in regions_of(country)
            if region.name.casefold() == name.casefold()
        ),
        "",
    )


def _add_machine(
    plan: EnterprisePlan,
    machine: MachinePlan,
    *,
    site_id: UUID,
    work_center: str,
    by: Actor,
    at: datetime,
) -> None:
    model = machine.model
    added = machines.add_machine(
        site_id=site_id,
        draft=MachineDraft(
            code=machine.code,
            name=model.name,
            maker=model.maker,
            model=model.model,
            serial_number=machine.serial_number,
            kind=machine.trade.kind,
            axes=model.axes,
            spindle_rpm=model.spindle_rpm,
            spindle_kw=model.spindle_kw,
            figures_source=model.source,
            model_code=model.key,
            description=machine.trade.label,
            auto_quote=machine.auto_quote,
            work_center=work_center,
        ),
        by=by,
        at=at,
    )
    for capability in machine.capabilities:
        machines.set_capability(
            machine_id=added.pk, draft=_capability(capability), by=by, at=at
        )
    machines.set_cost_model(machine_id=added.pk, cost=_cost(machine), by=by, at=at)
    for block in machine.blocks:
        capacity.take_maintenance(
            machine_id=added.pk,
            period=_period(plan, block, at),
            reason=block.reason,
            by=by,
            at=at,
        )
    machines.publish_machine(machine_id=added.pk, by=by, at=at)


def _capability(plan: CapabilityPlan) -> CapabilityDraft:
    skill = plan.skill
    return CapabilityDraft(
        process_code=skill.process_code,
        material_groups=skill.material_groups,
        envelope_kind=EnvelopeKind.CYLINDER if skill.is_cylinder else EnvelopeKind.BOX,
        size_x_mm=plan.size_x_mm,
        size_y_mm=plan.size_y_mm,
        size_z_mm=plan.size_z_mm,
        diameter_mm=plan.diameter_mm,
        length_mm=plan.length_mm,
        max_mass_kg=plan.max_mass_kg,
        it_grade=plan.it_grade,
        roughness_um=float(skill.roughness_um) if skill.roughness_um else None,
        batch_min=skill.batch_min,
        batch_max=skill.batch_max,
    )


def _cost(machine: MachinePlan) -> CostInputs:
    cost = machine.cost
    return CostInputs(
        currency=cost.currency,
        hourly_rate=cost.hourly_rate,
        setup_minutes=Decimal(cost.setup_minutes),
        setup_rate=cost.setup_rate,
        programming_hours=cost.programming_hours,
        programming_rate=cost.programming_rate,
        inspection_minutes_per_part=cost.inspection_minutes,
        material_markup_percent=cost.material_markup_percent,
        scrap_percent=cost.scrap_percent,
        margin_percent=cost.margin_percent,
        minimum_charge=cost.minimum_charge,
        removal_cm3_per_min=cost.removal_cm3_per_min,
        finishing_cm2_per_min=cost.finishing_cm2_per_min,
    )


def _period(plan: EnterprisePlan, block: BlockPlan, at: datetime) -> Period:
    start = _local_morning(plan, at, days_ahead=block.days_ahead)
    return Period(start, start + timedelta(days=block.days, hours=block.hours))


def _local_day(plan: EnterprisePlan, at: datetime, *, days_ahead: int) -> Period:
    start = _local_morning(plan, at, days_ahead=days_ahead).replace(hour=0)
    return Period(start, start + timedelta(days=1))


def _local_morning(plan: EnterprisePlan, at: datetime, *, days_ahead: int) -> datetime:
    zone = ZoneInfo(plan.time_zone)
    day = at.astimezone(zone).date() + timedelta(days=days_ahead)
    return datetime.combine(day, START_OF_DAY, tzinfo=zone)
