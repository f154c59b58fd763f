"""Work centers: opened, changed, given up; machines belong to one of their own site."""

import csv
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit import selectors as audit
from apps.kernel.identifiers import uuid7
from apps.machines import selectors, services
from apps.machines.models import Machine, Site, WorkCenter
from apps.machines.rules.figures import ImpossibleFigure
from apps.machines.selectors import WorkCenterNotFound
from apps.machines.services import (
    MachineChanged,
    WorkCenterChanged,
    WorkCenterCodeTaken,
    WorkCenterElsewhere,
    WorkCenterInUse,
)
from apps.machines.types import MachineDraft, WorkCenterDraft
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.machines import HURCO, NOON

pytestmark = pytest.mark.usefixtures("in_north")

TURNING = WorkCenterDraft(code="WC-TURN", name="Turning", description="Hall 1")


@pytest.fixture
def augsburg(in_north: EnterpriseRef) -> Site:
    return machines.site()


@pytest.fixture
def munich(in_north: EnterpriseRef) -> Site:
    return machines.site(name="Munich", city="Munich")


@pytest.fixture
def turning(augsburg: Site, planner: Actor) -> WorkCenter:
    return services.add_work_center(
        site_id=augsburg.pk, draft=TURNING, by=planner, at=NOON
    )


@pytest.fixture
def hurco(augsburg: Site) -> Machine:
    return machines.machine()


def assign(machine: Machine, code: str, planner: Actor) -> Machine:
    machine.refresh_from_db()
    return services.assign_work_center(
        machine_id=machine.pk,
        version=machine.version,
        work_center=code,
        by=planner,
        at=NOON,
    )


class TestAddWorkCenter:
    def test_keeps_what_was_said(
        self, turning: WorkCenter, augsburg: Site, verbs: Callable[[], list[str]]
    ) -> None:
        turning.refresh_from_db()

        assert (turning.code, turning.name, turning.description) == (
            "WC-TURN",
            "Turning",
            "Hall 1",
        )
        assert (turning.site_id, turning.version) == (augsburg.pk, 1)
        assert verbs()[-1] == "work_center.added"

    @pytest.mark.parametrize("field", ["code", "name"])
    def test_refuses_one_without_code_or_name(
        self, augsburg: Site, planner: Actor, field: str
    ) -> None:
        with pytest.raises(ImpossibleFigure) as refusal:
            services.add_work_center(
                site_id=augsburg.pk,
                draft=replace(TURNING, **{field: " "}),
                by=planner,
                at=NOON,
            )

        assert refusal.value.field == field
        assert not WorkCenter.objects.exists()

    def test_refuses_a_code_that_is_taken(
        self, turning: WorkCenter, munich: Site, planner: Actor
    ) -> None:
        with pytest.raises(WorkCenterCodeTaken):
            services.add_work_center(
                site_id=munich.pk, draft=TURNING, by=planner, at=NOON
            )

        assert WorkCenter.objects.count() == 1

    def test_is_not_there_for_another_enterprise(
        self, turning: WorkCenter, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south), pytest.raises(WorkCenterNotFound):
            selectors.work_center(turning.pk)


class TestReviseWorkCenter:
    def revise(self, center: WorkCenter, planner: Actor, **facts: object) -> WorkCenter:
        site_id = facts.pop("site_id", None)
        return services.revise_work_center(
            work_center_id=center.pk,
            version=1,
            draft=replace(TURNING, **facts),  # type: ignore[arg-type]  # a table
            site_id=site_id,  # type: ignore[arg-type]  # a table
            by=planner,
            at=NOON,
        )

    def test_tells_from_what_to_what(
        self, turning: WorkCenter, munich: Site, planner: Actor
    ) -> None:
        self.revise(turning, planner, name="Lathes", site_id=munich.pk)

        turning.refresh_from_db()
        assert (turning.name, turning.site_id, turning.version) == (
            "Lathes",
            munich.pk,
            2,
        )
        event = audit.history_of(turning).first()
        assert event is not None
        assert event.facts["changed"] == {
            "name": ["Turning", "Lathes"],
            "site": ["Augsburg", "Munich"],
        }

    def test_refuses_what_was_changed_meanwhile(
        self, turning: WorkCenter, planner: Actor
    ) -> None:
        self.revise(turning, planner, name="Lathes")

        with pytest.raises(WorkCenterChanged):
            self.revise(turning, planner, name="Drills")

        turning.refresh_from_db()
        assert turning.name == "Lathes"

    def test_does_not_leave_its_machines_behind(
        self, turning: WorkCenter, hurco: Machine, munich: Site, planner: Actor
    ) -> None:
        assign(hurco, "WC-TURN", planner)

        with pytest.raises(WorkCenterInUse) as refusal:
            self.revise(turning, planner, site_id=munich.pk)

        assert "1 machine belongs to it" in str(refusal.value)
        turning.refresh_from_db()
        assert turning.version == 1


class TestAssignWorkCenter:
    def test_puts_a_machine_into_it_and_out_again(
        self, turning: WorkCenter, hurco: Machine, planner: Actor
    ) -> None:
        assert assign(hurco, "WC-TURN", planner).work_center == turning
        assert assign(hurco, "", planner).work_center is None

        hurco.refresh_from_db()
        assert hurco.version == 3

    def test_changes_nothing_the_second_time(
        self, turning: WorkCenter, hurco: Machine, planner: Actor
    ) -> None:
        assign(hurco, "WC-TURN", planner)
        assign(hurco, "WC-TURN", planner)

        hurco.refresh_from_db()
        assert hurco.version == 2

    def test_refuses_another_sites(
        self, turning: WorkCenter, munich: Site, planner: Actor
    ) -> None:
        mazak = machines.machine(code="Mazak01", site_id=munich.pk)

        with pytest.raises(WorkCenterElsewhere) as refusal:
            assign(mazak, "WC-TURN", planner)

        assert str(refusal.value) == (
            "Work center WC-TURN is at Augsburg, the machine stands at Munich."
            " Choose a work center of the machine's site, or none."
        )
        mazak.refresh_from_db()
        assert (mazak.version, mazak.work_center_id) == (1, None)

    def test_refuses_one_that_is_not_there(
        self, hurco: Machine, planner: Actor
    ) -> None:
        with pytest.raises(WorkCenterNotFound):
            assign(hurco, "WC-NONE", planner)

    def test_refuses_what_was_changed_meanwhile(
        self, turning: WorkCenter, hurco: Machine, planner: Actor
    ) -> None:
        with pytest.raises(MachineChanged):
            services.assign_work_center(
                machine_id=hurco.pk, version=7, work_center="", by=planner, at=NOON
            )

    def test_is_kept_by_the_database_whoever_writes(
        self, turning: WorkCenter, munich: Site
    ) -> None:
        mazak = machines.machine(code="Mazak01", site_id=munich.pk)

        with (
            pytest.raises(IntegrityError, match="machines_machine_work_center_of_site"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE machines_machine SET work_center_id = %s WHERE id = %s",
                [turning.pk, mazak.pk],
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestMovingAMachine:
    def test_to_another_site_asks_for_the_work_center(
        self, turning: WorkCenter, hurco: Machine, munich: Site, planner: Actor
    ) -> None:
        assign(hurco, "WC-TURN", planner)

        def move(code: str) -> Machine:
            return services.revise_machine(
                machine_id=hurco.pk,
                version=2,
                draft=MachineDraft(**HURCO, work_center=code),
                site_id=munich.pk,
                by=planner,
                at=NOON,
            )

        with pytest.raises(WorkCenterElsewhere) as refusal:
            move("WC-TURN")
        assert refusal.value.field == "work_center"

        assert move("").work_center is None
        hurco.refresh_from_db()
        assert hurco.site_id == munich.pk

    def test_is_registered_in_a_work_center(
        self, turning: WorkCenter, augsburg: Site, planner: Actor
    ) -> None:
        made = machines.machine(work_center="WC-TURN")

        made.refresh_from_db()
        assert made.work_center_id == turning.pk


class TestDropWorkCenter:
    def drop(self, center: WorkCenter, planner: Actor, to: str | None = None) -> None:
        services.drop_work_center(
            work_center_id=center.pk, version=1, machines_to=to, by=planner, at=NOON
        )

    def test_takes_an_empty_one_out(
        self, turning: WorkCenter, planner: Actor, verbs: Callable[[], list[str]]
    ) -> None:
        self.drop(turning, planner)

        assert not WorkCenter.objects.exists()
        assert verbs()[-1] == "work_center.dropped"

    def test_refuses_while_machines_belong_to_it(
        self, turning: WorkCenter, hurco: Machine, planner: Actor
    ) -> None:
        assign(hurco, "WC-TURN", planner)

        for to in (None, "WC-TURN"):
            with pytest.raises(WorkCenterInUse) as refusal:
                self.drop(turning, planner, to)
            assert "1 machine belongs to it" in str(refusal.value)

        assert WorkCenter.objects.exists()

    @pytest.mark.parametrize("to", ["", "WC-MILL"])
    def test_lets_its_machines_go_elsewhere_first(
        self, turning: WorkCenter, hurco: Machine, planner: Actor, to: str
    ) -> None:
        machines.work_center()
        assign(hurco, "WC-TURN", planner)

        self.drop(turning, planner, to)

        hurco.refresh_from_db()
        assert hurco.version == 3
        assert (hurco.work_center.code if hurco.work_center else "") == to

    def test_refuses_to_send_machines_to_another_site(
        self, turning: WorkCenter, hurco: Machine, munich: Site, planner: Actor
    ) -> None:
        machines.work_center(site=munich)
        assign(hurco, "WC-TURN", planner)

        with pytest.raises(WorkCenterElsewhere):
            self.drop(turning, planner, "WC-MILL")

        hurco.refresh_from_db()
        assert hurco.work_center_id == turning.pk

    def test_refuses_one_that_is_not_there(self, planner: Actor) -> None:
        with pytest.raises(WorkCenterNotFound):
            services.drop_work_center(
                work_center_id=uuid7(), version=1, by=planner, at=NOON
            )


class TestTables:
    def imported(self, raw: str, planner: Actor) -> list[str]:
        made = machines.table_import(raw.encode())
        services.start_table(table_import_id=made.pk, by=planner, at=NOON)
        done = services.apply_table(table_import_id=made.pk, at=NOON)
        return [str(one.problem) for one in done.refusals.order_by("position")]

    def test_bring_machines_into_work_centers_and_write_them_out(
        self, turning: WorkCenter, planner: Actor
    ) -> None:
        assert not self.imported(
            "Code,Site,Work center\nM1,Augsburg,wc-turn\n", planner
        )

        assert Machine.objects.get(code="M1").work_center_id == turning.pk
        (written,) = csv.DictReader("".join(services.export_csv()).splitlines())
        assert written["Work center"] == "WC-TURN"

    def test_refuse_a_work_center_that_is_not_there_or_elsewhere(
        self, turning: WorkCenter, munich: Site, planner: Actor
    ) -> None:
        made = machines.table_import(
            b"Code,Site,Work center\nM1,Augsburg,WC-X\nM2,Munich,WC-TURN\n"
        )

        assert [
            (one.cell, one.field, one.code)
            for one in made.refusals.order_by("position")
        ] == [
            ("C2", "work_center", "work_center_not_found"),
            ("C3", "work_center", "work_center_elsewhere"),
        ]
        assert made.created_count == 0

    def test_let_a_machine_that_moves_leave_its_work_center_and_take_it_back(
        self, turning: WorkCenter, hurco: Machine, munich: Site, planner: Actor
    ) -> None:
        assign(hurco, "WC-TURN", planner)
        made = machines.table_import(b"Code,Site\nHurco04,Munich\n")
        services.start_table(table_import_id=made.pk, by=planner, at=NOON)
        services.apply_table(table_import_id=made.pk, at=NOON)
        hurco.refresh_from_db()
        assert (hurco.site_id, hurco.work_center_id) == (munich.pk, None)

        services.start_undo(table_import_id=made.pk, by=planner, at=NOON)
        services.undo_table(table_import_id=made.pk, at=NOON)

        hurco.refresh_from_db()
        assert hurco.work_center_id == turning.pk

    def test_leave_alone_what_they_do_not_speak_of(
        self, turning: WorkCenter, hurco: Machine, planner: Actor
    ) -> None:
        assign(hurco, "WC-TURN", planner)

        self.imported("Code,Maker\nHurco04,HURCO\n", planner)

        hurco.refresh_from_db()
        assert (hurco.maker, hurco.work_center_id) == ("HURCO", turning.pk)
