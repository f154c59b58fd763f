"""A listing says which figures its shop took over from the maker unconfirmed."""

import pytest

from apps.exchange import selectors, services
from apps.library import selectors as library
from apps.machines import selectors as machine_selectors
from apps.machines import services as machines_services
from apps.machines.models import Machine
from apps.machines.types import CapabilityDraft, EnvelopeKind
from tenants import context
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import machines
from tests.support.world import NOON


@pytest.fixture
def haas(in_north: EnterpriseRef) -> Machine:
    """A published VF-2 with the envelope that its maker publishes."""
    machine = machines.machine(maker="Haas", model="VF-2", model_code="haas-vf-2")
    machines_services.set_capability(
        machine_id=machine.pk,
        draft=machine_selectors.as_published(
            CapabilityDraft(
                process_code="milling-3-axis",
                material_groups=("P",),
                envelope_kind=EnvelopeKind.BOX,
                size_x_mm=762.0,
                size_y_mm=406.4,
                size_z_mm=500.0,
                it_grade=8,
                roughness_um=1.6,
            ),
            library.machine_model("haas-vf-2"),
        ),
        by=SYSTEM,
        at=NOON,
    )
    machines.cost_model(machine.pk)
    return machines_services.publish_machine(machine_id=machine.pk, by=SYSTEM, at=NOON)


def test_are_named_to_strangers_until_they_are_confirmed(
    haas: Machine, south: EnterpriseRef
) -> None:
    services.publish_machine(machine_id=haas.pk, at=NOON)
    with context.enterprise(south):
        shown = selectors.market_listings().get(machine_label="Haas VF-2")
    assert shown.unconfirmed_figures == ["size_x_mm", "size_y_mm"]
    assert shown.envelope_mm == [762.0, 500.0, 406.0]

    machines_services.confirm_figures(machine_id=haas.pk, by=SYSTEM, at=NOON)
    services.publish_machine(machine_id=haas.pk, at=NOON)
    with context.enterprise(south):
        shown = selectors.market_listings().get(machine_label="Haas VF-2")
    assert shown.unconfirmed_figures == []
    assert shown.envelope_mm == [762.0, 500.0, 406.0]
