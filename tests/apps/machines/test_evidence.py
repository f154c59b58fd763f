"""What documents show of machines, and what that does to figures."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from apps.audit import selectors as audit
from apps.documents.selectors import DocumentNotFound
from apps.machines import selectors, services
from apps.machines.models import Capability, Evidence
from apps.machines.rules.proof import EvidenceDraft, NoProof
from apps.machines.types import CertificateState, EvidenceKind
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import documents
from tests.factories import machines as make
from tests.support.world import NOON

NOBODYS = UUID("01960000-0000-7000-8000-00000000dead")


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def capability(in_north: EnterpriseRef) -> Capability:
    """Milling to IT7, Ra 1.6, on a machine of north."""
    machine = make.machine()
    return make.capability(machine.pk, it_grade=7, roughness_um=1.6)


def draft(**facts: Any) -> EvidenceDraft:
    """Say what a result shows."""
    return EvidenceDraft(
        **{
            "document_id": documents.document().pk,
            "kind": EvidenceKind.INSPECTION_RESULT.value,
            **facts,
        }
    )


def add(row: Capability, by: Actor, **facts: Any) -> Evidence:
    """Let a document speak for a capability."""
    return services.add_machine_evidence(
        machine_id=row.machine_id,
        process_code=row.process_code,
        draft=draft(**facts),
        by=by,
        at=NOON,
    )


def origins(row: Capability) -> dict[str, str]:
    """Return whose word its figures are now."""
    row.refresh_from_db()
    return row.figures_origin


class TestAddEvidence:
    @pytest.mark.parametrize(
        ("figure", "observed"),
        [("it_grade", 7), ("it_grade", 5), ("roughness_um", 0.8), ("size_x_mm", 610)],
    )
    def test_makes_a_figure_that_is_reached_observed(
        self, capability: Capability, planner: Actor, figure: str, observed: float
    ) -> None:
        before = origins(capability)

        made = add(
            capability, planner, figure=figure, observed_value=observed, sample_size=20
        )

        assert origins(capability) == {**before, figure: "observed"}
        assert (made.capability, made.machine, made.added_by) == (
            capability,
            None,
            planner.label,
        )
        event = audit.events_of(capability.machine)[0]
        assert event.verb == "machine.evidence_added"

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"figure": "it_grade", "observed_value": 8}, "observed_value"),
            ({"figure": "roughness_um", "observed_value": 1.7}, "observed_value"),
            ({"figure": "size_x_mm", "observed_value": 100}, "observed_value"),
            ({"figure": "it_grade", "observed_value": 6.5}, "observed_value"),
            ({"figure": "it_grade", "observed_value": 0}, "observed_value"),
            (
                {"figure": "roughness_um", "observed_value": float("nan")},
                "observed_value",
            ),
            ({"figure": "diameter_mm", "observed_value": 5}, "figure"),
            ({"figure": "color"}, "figure"),
            ({"observed_value": 5}, "observed_value"),
            ({"kind": "rumor"}, "kind"),
            ({"sample_size": 0}, "sample_size"),
            ({"measured_on": date(2030, 5, 7)}, "measured_on"),
            ({"note": "x" * 161}, "note"),
        ],
    )
    def test_refuses_what_is_no_proof_and_changes_nothing(
        self, capability: Capability, planner: Actor, facts: dict[str, Any], field: str
    ) -> None:
        before = origins(capability)

        with pytest.raises(NoProof) as refused:
            add(capability, planner, **facts)

        assert refused.value.field == field
        assert refused.value.remedy
        assert origins(capability) == before
        assert not Evidence.objects.exists()

    def test_of_other_kinds_leaves_figures_claimed(
        self, capability: Capability, planner: Actor
    ) -> None:
        before = origins(capability)

        add(
            capability,
            planner,
            kind=EvidenceKind.DATA_SHEET.value,
            figure="it_grade",
            observed_value=6,
        )

        assert origins(capability) == before

    def test_speaks_for_machine_site_and_certificate(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        machine, certificate = make.machine(), make.certificate()
        said = {"kind": EvidenceKind.DATA_SHEET.value}

        of_machine = services.add_machine_evidence(
            machine_id=machine.pk, draft=draft(**said), by=planner, at=NOON
        )
        of_certificate = services.add_certificate_evidence(
            certificate_id=certificate.pk, draft=draft(**said), by=planner, at=NOON
        )
        of_site = services.add_site_evidence(
            site_id=machine.site_id, draft=draft(**said), by=planner, at=NOON
        )

        assert list(selectors.evidence_of_machine(machine.pk)) == [of_machine]
        assert list(selectors.evidence_of_certificate(certificate.pk)) == [
            of_certificate
        ]
        assert list(selectors.evidence_of_site(machine.site_id)) == [of_site]
        assert selectors.evidence_of_certificates([certificate.pk]) == {
            certificate.pk: [of_certificate]
        }

    def test_refuses_documents_of_others(
        self, capability: Capability, planner: Actor, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            foreign = documents.document().pk

        for key in (foreign, NOBODYS):
            with pytest.raises(DocumentNotFound):
                add(capability, planner, document_id=key)


class TestSetCapability:
    def test_keeps_observed_what_is_said_again(
        self, capability: Capability, planner: Actor
    ) -> None:
        add(capability, planner, figure="it_grade", observed_value=6)
        add(capability, planner, figure="roughness_um", observed_value=0.8)

        make.capability(capability.machine_id, it_grade=7, roughness_um=0.4)

        said = origins(capability)
        assert said["it_grade"] == "observed"
        assert "roughness_um" not in said


class TestDropEvidence:
    def test_returns_a_figure_to_a_claim(
        self, capability: Capability, planner: Actor
    ) -> None:
        before = origins(capability)
        one = add(capability, planner, figure="it_grade", observed_value=6)
        two = add(capability, planner, figure="it_grade", observed_value=7)
        size = add(capability, planner, figure="size_x_mm", observed_value=700)

        services.drop_evidence(evidence_id=one.pk, by=planner, at=NOON)
        assert origins(capability)["it_grade"] == "observed"
        services.drop_evidence(evidence_id=two.pk, by=planner, at=NOON)
        services.drop_evidence(evidence_id=size.pk, by=planner, at=NOON)

        assert origins(capability) == before
        assert not Evidence.objects.exists()
        assert audit.events_of(capability.machine)[0].verb == "machine.evidence_dropped"

    def test_is_refused_while_the_operator_looks_at_it(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        certificate = make.certificate()
        made = make.evidence(certificate=certificate)
        type(certificate).objects.filter(pk=certificate.pk).update(
            state=CertificateState.SUBMITTED
        )

        with pytest.raises(services.EvidenceUnderReview):
            services.drop_evidence(evidence_id=made.pk, by=planner, at=NOON)

        assert Evidence.objects.filter(pk=made.pk).exists()

    def test_knows_only_its_own(
        self, in_north: EnterpriseRef, planner: Actor, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            foreign = make.evidence().pk

        for key in (foreign, NOBODYS):
            with pytest.raises(selectors.EvidenceNotFound):
                services.drop_evidence(evidence_id=key, by=planner, at=NOON)
