"""Reading what the exchange may know of a machine."""

from uuid import UUID

from apps.machines.models import Machine, Site
from apps.machines.rules import circles, disclosure, origins
from apps.machines.selectors.certificates import certificate_codes, verified_codes
from apps.machines.selectors.costs import cost_model_of
from apps.machines.selectors.disclosure import circles_of
from apps.machines.types import (
    CapabilityFacts,
    EnvelopeKind,
    MachineKind,
    MachineState,
    Place,
)


def facts_for_listing(machine_id: UUID) -> list[CapabilityFacts]:
    """Return a published machine's capabilities as others may see them.

    The answer is empty for one that is not published, or not there: its listings go.
    """
    machine = Machine.objects.published().with_offers().filter(pk=machine_id).first()
    if machine is None:
        return []
    place = disclosure.disclosed(_place(machine.site), machine.site.location_disclosure)
    cost = cost_model_of(machine)
    held, verified = certificate_codes(), verified_codes()
    chosen = {each.fact: each.circle for each in circles_of(machine)}
    found = [
        CapabilityFacts(
            capability_id=row.pk,
            machine_id=machine.pk,
            machine_code=machine.code,
            machine_label=machine.label,
            machine_version=machine.version,
            kind=MachineKind(machine.kind),
            process_code=row.process_code,
            material_groups=tuple(row.material_groups),
            material_codes=tuple(row.material_codes),
            envelope_kind=EnvelopeKind(row.envelope_kind)
            if row.envelope_kind
            else None,
            size_x_mm=row.size_x_mm,
            size_y_mm=row.size_y_mm,
            size_z_mm=row.size_z_mm,
            diameter_mm=row.diameter_mm,
            length_mm=row.length_mm,
            max_mass_kg=row.max_mass_kg,
            it_grade=row.it_grade,
            roughness_um=row.roughness_um,
            batch_min=row.batch_min,
            batch_max=row.batch_max,
            country=place.country,
            region=place.region,
            city=place.city,
            latitude=place.latitude,
            longitude=place.longitude,
            time_zone=machine.site.time_zone,
            certificates=held,
            hourly_rate=cost.hourly_rate if cost else None,
            currency=cost.currency if cost else "",
            auto_quote=machine.auto_quote,
            published_at=machine.published_at,
            unconfirmed=tuple(origins.unconfirmed(row.figures_origin)),
            circles=chosen,
            verified_certificates=verified,
            is_in_service=machine.state == MachineState.ACTIVE,
        )
        for row in sorted(machine.capabilities.all(), key=lambda row: row.process_code)
    ]
    return [circles.without_private(facts) for facts in found]


def _place(row: Site) -> Place:
    return Place(
        country=row.country,
        region=row.region,
        city=row.city,
        latitude=row.latitude,
        longitude=row.longitude,
    )
