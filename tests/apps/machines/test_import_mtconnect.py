"""Importing machines from a probe document, once and again."""

from collections.abc import Callable
from uuid import UUID

import pytest

from apps.machines import selectors, services
from apps.machines.models import Machine, Site
from apps.machines.rules.mtconnect import NotAProbeDocument
from apps.machines.selectors import SiteNotFound
from apps.machines.types import (
    ImportResult,
    MachineDraft,
    MachineState,
    MissingFact,
    MissingKey,
)
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.apps.machines.test_mtconnect import SPINDLE, XYZ, document
from tests.factories import machines
from tests.factories.machines import NOON
from tests.support.data import shared_data

pytestmark = pytest.mark.usefixtures("in_north")

MISSING_AFTER_IMPORT = tuple(
    MissingFact(key)
    for key in (
        MissingKey.PROCESS,
        MissingKey.MATERIALS,
        MissingKey.ENVELOPE,
        MissingKey.TOLERANCE,
        MissingKey.HOURLY_RATE,
    )
)
ACME = '<Description manufacturer="Acme" model="M1">Acme mill</Description>'


@pytest.fixture
def site(in_north: EnterpriseRef) -> Site:
    return machines.site()


@pytest.fixture
def imported(site: Site, planner: Actor) -> Callable[[bytes], ImportResult]:
    def run(raw: bytes) -> ImportResult:
        return services.import_mtconnect(
            document=raw, site_id=site.pk, by=planner, at=NOON
        )

    return run


Import = Callable[[bytes], ImportResult]


class TestImportOfNistDocument:
    @pytest.fixture
    def raw(self) -> bytes:
        return shared_data("nist/Devices.xml").read_bytes()

    def test_registers_eight_machines_of_the_document(
        self, imported: Import, raw: bytes, site: Site
    ) -> None:
        result = imported(raw)

        assert [machine.code for machine in result.created] == [
            "GFAgie01",
            "Mazak01",
            "Mazak03",
            "Hurco01",
            "Hurco02",
            "Hurco03",
            "Hurco04",
            "Hurco06",
        ]
        assert (result.updated, result.unchanged, result.errors) == ((), (), ())
        assert list(
            Machine.objects.filter(code__in=["GFAgie01", "Mazak01", "Hurco04"])
            .order_by("code")
            .values_list(
                "name",
                "maker",
                "model",
                "serial_number",
                "axes",
                "axis_names",
                "controller",
                "source_uri",
                "site_id",
                "state",
                "published_at",
            )
        ) == [
            (
                "Agie Mikron HPM600U - GF Agie Charmilles HPM600U",
                "Agie Charmilles",
                "HPM600U",
                "",
                5,
                ["X", "Y", "Z", "C", "A"],
                "",
                "mtconnect:mtc_adapter001",
                site.pk,
                MachineState.ACTIVE,
                None,
            ),
            (
                "Hurco VMX 24 #4",
                "Hurco",
                "VMX24",
                "",
                None,
                [],
                "",
                "mtconnect:mtc_adapter008",
                site.pk,
                MachineState.ACTIVE,
                None,
            ),
            (
                "Mazak Integrex 100-IV",
                "Mazak",
                "Integrex",
                "M7303290458",
                5,
                ["X", "Y", "Z", "B", "C"],
                "",
                "mtconnect:mtc_adapter002",
                site.pk,
                MachineState.ACTIVE,
                None,
            ),
        ]

    def test_says_what_is_missing_and_what_it_suggests(
        self, imported: Import, raw: bytes
    ) -> None:
        result = imported(raw)

        assert {machine.missing for machine in result.created} == {MISSING_AFTER_IMPORT}
        detail = selectors.machine_detail(result.created[1].machine_id)
        assert detail.proposal is not None
        assert detail.proposal.process_code == "turn-mill"
        assert (
            detail.proposal.reason_text
            == "X, Y and Z, and spindle C also moves as an axis"
        )
        assert detail.proposed_envelope_mm is None

    def test_changes_nothing_the_second_time(
        self, imported: Import, raw: bytes, verbs: Callable[[], list[str]]
    ) -> None:
        imported(raw)
        before = list(Machine.objects.order_by("pk").values())

        result = imported(raw)

        assert len(result.unchanged) == 8
        assert (result.created, result.updated, result.errors) == ((), (), ())
        assert list(Machine.objects.order_by("pk").values()) == before
        assert verbs() == ["site.added"] + ["machine.imported"] * 8

    def test_is_invisible_to_another_enterprise(
        self, imported: Import, raw: bytes, south: EnterpriseRef
    ) -> None:
        imported(raw)

        with context.enterprise(south):
            assert Machine.objects.count() == 0


class TestImportMtconnect:
    def test_keeps_the_limits_of_travel_as_a_suggestion(self, imported: Import) -> None:
        limits = "<Constraints><Minimum>0</Minimum><Maximum>{}</Maximum></Constraints>"
        axes = "".join(
            f"""<Linear id="{name}" name="{name}"><DataItems><DataItem id="{name}p"
              type="POSITION" category="SAMPLE" units="MILLIMETER">
              {limits.format(most)}</DataItem></DataItems></Linear>"""
            for name, most in (("X", 762), ("Y", 406), ("Z", 508))
        )

        (machine,) = imported(document(axes, SPINDLE)).created

        detail = selectors.machine_detail(machine.machine_id)
        assert detail.proposed_envelope_mm == (762.0, 406.0, 508.0)
        assert detail.capabilities == []

    def test_updates_only_what_the_document_says_otherwise(
        self, imported: Import, planner: Actor
    ) -> None:
        (first,) = imported(document(XYZ, SPINDLE, said=ACME)).created
        services.revise_machine(
            machine_id=first.machine_id,
            version=1,
            draft=MachineDraft(
                code="MILL-1",
                name="The good mill",
                maker="Acme",
                model="M1 with probe",
                axes=4,
                spindle_kw=11.0,
            ),
            by=planner,
            at=NOON,
        )
        renamed = ACME.replace('"Acme"', '"Acme Tools"')

        result = imported(document(XYZ, SPINDLE, said=renamed))

        assert [machine.code for machine in result.updated] == ["MILL-1"]
        machine = Machine.objects.get(pk=first.machine_id)
        assert machine.maker == "Acme Tools"
        assert (machine.name, machine.model) == ("The good mill", "M1 with probe")
        assert (machine.axes, machine.spindle_kw) == (4, 11.0)
        assert machine.version == 3

    def test_keeps_a_correction_when_the_same_document_comes_again(
        self, imported: Import, planner: Actor
    ) -> None:
        raw = document(XYZ, SPINDLE, said=ACME)
        (first,) = imported(raw).created
        services.revise_machine(
            machine_id=first.machine_id,
            version=1,
            draft=MachineDraft(code="Mill", name="Mill", maker="Acme & Sons"),
            by=planner,
            at=NOON,
        )

        result = imported(raw)

        assert len(result.unchanged) == 1
        assert Machine.objects.get(pk=first.machine_id).maker == "Acme & Sons"

    def test_keeps_what_a_later_document_no_longer_says(self, imported: Import) -> None:
        (first,) = imported(document(XYZ, SPINDLE, said=ACME)).created

        result = imported(document(XYZ, SPINDLE))

        assert len(result.unchanged) == 1
        assert Machine.objects.get(pk=first.machine_id).maker == "Acme"

    def test_gives_a_taken_code_a_number(self, imported: Import) -> None:
        machines.machine(code="Mill")

        (machine,) = imported(document(XYZ)).created

        assert machine.code == "Mill-2"

    def test_tells_machines_with_a_placeholder_for_uuid_apart_by_name(
        self, imported: Import
    ) -> None:
        haas = imported(shared_data("mtconnect/haas.xml").read_bytes())
        fanuc = imported(shared_data("mtconnect/fanuc.xml").read_bytes())
        again = imported(shared_data("mtconnect/haas.xml").read_bytes())

        assert [machine.code for machine in haas.created] == ["Haas_1"]
        assert [machine.code for machine in fanuc.created] == ["Fanuc-4Axis"]
        assert again.unchanged == haas.created

    def test_imports_the_rest_of_a_document_with_a_doubtful_device(
        self, imported: Import
    ) -> None:
        raw = document(XYZ).replace(
            b"</Devices>",
            b'<Device uuid="mill-7" name="Twin"/><Device/>'
            b'<Device name="Long" uuid="' + b"u" * 300 + b'"/></Devices>',
        )

        result = imported(raw)

        assert [machine.code for machine in result.created] == ["Mill"]
        assert {problem.device: problem.problem for problem in result.errors} == {
            "Twin": "The document names the uuid mill-7 twice."
            " Give each device a uuid of its own.",
            "?": "The device has neither a uuid nor a name."
            " Give it one in the agent's device file.",
            "Long": "The uuid of the device is too long to keep."
            " Give it a shorter one in the agent's device file.",
        }

    def test_tells_the_exchange_when_a_published_machine_changed(
        self, imported: Import, planner: Actor, told: Callable[[], list[UUID]]
    ) -> None:
        (first,) = imported(document(XYZ, SPINDLE, said=ACME)).created
        machines.capability(first.machine_id)
        machines.cost_model(first.machine_id)
        assert told() == []
        services.publish_machine(machine_id=first.machine_id, by=planner, at=NOON)
        assert told() == [first.machine_id]

        imported(document(XYZ, SPINDLE, said=ACME.replace('"M1"', '"M2"')))

        assert told() == [first.machine_id]
        imported(document(XYZ, SPINDLE, said=ACME.replace('"M1"', '"M2"')))
        assert told() == []

    def test_refuses_a_broken_document_and_changes_nothing(
        self, imported: Import
    ) -> None:
        with pytest.raises(NotAProbeDocument):
            imported(b"<MTConnectStreams/>")

        assert Machine.objects.count() == 0

    def test_refuses_a_site_of_another_enterprise(
        self, site: Site, south: EnterpriseRef, buyer: Actor
    ) -> None:
        with context.enterprise(south), pytest.raises(SiteNotFound):
            services.import_mtconnect(
                document=document(XYZ), site_id=site.pk, by=buyer, at=NOON
            )
