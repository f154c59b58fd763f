"""Many machines are changed at once: each whole or not at all, and back again."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest

from apps.audit import selectors as audit
from apps.kernel.identifiers import uuid7
from apps.machines import selectors, services
from apps.machines.models import CostModel, Machine
from apps.machines.rules.figures import ImpossibleFigure
from apps.machines.selectors import ChangeNotFound
from apps.machines.services import (
    BulkRefused,
    ChangeUndone,
    NothingAsked,
    TooManyToChange,
)
from apps.machines.types import BulkItem, BulkOutcome, MachineChange
from tenants import context, jobs
from tenants.models import Job
from tenants.types import Actor, EnterpriseRef, JobState
from tests.factories import machines
from tests.factories.machines import NOON

pytestmark = pytest.mark.usefixtures("in_north")


def items(change: MachineChange, *chosen: Machine) -> list[BulkItem]:
    for machine in chosen:
        machine.refresh_from_db()
    return [BulkItem(one.pk, one.version, change) for one in chosen]


def told(outcomes: list[BulkOutcome]) -> dict[str, object]:
    """Return of each machine what changes, or the code of its refusal."""
    return {
        one.code: one.error.code if one.error else dict(one.changed) for one in outcomes
    }


@pytest.fixture
def hurco() -> Machine:
    return machines.published_machine()


@pytest.fixture
def mazak() -> Machine:
    return machines.complete_machine(
        code="Mazak01", maker="Mazak", cost={"hourly_rate": Decimal("80.00")}
    )


@pytest.fixture
def bare() -> Machine:
    return machines.machine(code="Bare01")


class TestChangeMachines:
    def change(
        self, planner: Actor, change: MachineChange, *chosen: Machine, **more: bool
    ) -> dict[str, object]:
        wanted = items(change, *chosen)
        foreseen = told(services.preview_changes(wanted))
        done = told(
            services.change_machines(items=wanted, by=planner, at=NOON, **more)  # type: ignore[arg-type]  # a table
        )
        # The preview says what is done, to the word.
        assert foreseen == done
        return done

    def test_says_from_what_to_what(
        self, hurco: Machine, mazak: Machine, planner: Actor
    ) -> None:
        munich = machines.site(name="Munich")
        center = machines.work_center(site=munich)

        done = self.change(
            planner,
            MachineChange(
                state="in_maintenance",
                site_id=munich.pk,
                work_center=center.code,
                auto_quote=True,
                hourly_rate_percent=Decimal("2.5"),
                batch_min=5,
            ),
            hurco,
            mazak,
        )

        assert done["Hurco04"] == {
            "auto_quote": [False, True],
            "site": ["Augsburg", "Munich"],
            "work_center": ["", "WC-MILL"],
            "hourly_rate": ["68.00", "69.70"],
            "batch.milling-3-axis": [[1, 2000], [5, 2000]],
            "state": ["active", "in_maintenance"],
        }
        mazak.refresh_from_db()
        assert (mazak.state, mazak.site_id, mazak.work_center_id) == (
            "in_maintenance",
            munich.pk,
            center.pk,
        )
        assert mazak.costmodel.hourly_rate == Decimal("82.00")
        assert mazak.capabilities.get().batch_min == 5

    def test_raises_the_version_once_and_tells_the_exchange_once(
        self,
        hurco: Machine,
        mazak: Machine,
        planner: Actor,
        told: Callable[[], list[UUID]],
    ) -> None:
        told()
        before = hurco.version

        self.change(
            planner,
            MachineChange(auto_quote=True, hourly_rate_percent=Decimal(10)),
            hurco,
            mazak,
        )

        hurco.refresh_from_db()
        assert hurco.version == before + 1
        assert told() == [hurco.pk]

    def test_leaves_alone_what_is_so_already(
        self, hurco: Machine, planner: Actor
    ) -> None:
        before = hurco.version

        done = self.change(planner, MachineChange(state="active"), hurco)

        hurco.refresh_from_db()
        assert (done, hurco.version) == ({"Hurco04": {}}, before)

    def test_publishes_what_is_complete_and_names_the_rest(
        self, mazak: Machine, bare: Machine, planner: Actor
    ) -> None:
        done = self.change(planner, MachineChange(is_published=True), mazak, bare)

        assert done == {
            "Mazak01": {"is_published": [False, True]},
            "Bare01": "machine_incomplete",
        }
        mazak.refresh_from_db()
        bare.refresh_from_db()
        assert (mazak.is_published, mazak.published_by) == (True, "Paula Planner")
        assert (bare.is_published, bare.version) == (False, 1)

    def test_withdraws_what_retires(self, hurco: Machine, planner: Actor) -> None:
        done = self.change(planner, MachineChange(state="retired"), hurco)

        assert done["Hurco04"] == {
            "state": ["active", "retired"],
            "is_published": [True, False],
        }
        hurco.refresh_from_db()
        assert not hurco.is_published

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (MachineChange(is_published=True, state="retired"), "machine_retired"),
            (MachineChange(hourly_rate_percent=Decimal(5)), "no_rate"),
            (MachineChange(batch_max=9), "offers_nothing"),
            (MachineChange(work_center="WC-NONE"), "work_center_not_found"),
            (MachineChange(site_id=uuid7()), "site_not_found"),
        ],
    )
    def test_refuses_and_changes_nothing(
        self, bare: Machine, planner: Actor, change: MachineChange, code: str
    ) -> None:
        assert self.change(planner, change, bare) == {"Bare01": code}

        bare.refresh_from_db()
        assert (bare.version, bare.state) == (1, "active")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (MachineChange(hourly_rate=Decimal(9), currency="USD"), "other_currency"),
            (MachineChange(batch_min=3000), "impossible_figure"),
        ],
    )
    def test_refuses_what_does_not_fit_the_rest(
        self, hurco: Machine, planner: Actor, change: MachineChange, code: str
    ) -> None:
        assert self.change(planner, change, hurco) == {"Hurco04": code}

        assert hurco.costmodel.hourly_rate == Decimal("68.00")

    def test_refuses_a_work_center_of_another_site(
        self, hurco: Machine, planner: Actor
    ) -> None:
        machines.work_center(site=machines.site(name="Munich"))

        done = self.change(planner, MachineChange(work_center="WC-MILL"), hurco)

        assert done == {"Hurco04": "work_center_elsewhere"}

    def test_lets_a_machine_that_moves_leave_its_work_center(
        self, planner: Actor
    ) -> None:
        machines.work_center()
        made = machines.machine(work_center="WC-MILL")
        munich = machines.site(name="Munich")

        done = self.change(planner, MachineChange(site_id=munich.pk), made)

        assert done["Hurco04"] == {
            "site": ["Augsburg", "Munich"],
            "work_center": ["WC-MILL", ""],
        }

    def test_gives_a_first_rate_in_the_enterprises_currency(
        self, bare: Machine, planner: Actor
    ) -> None:
        done = self.change(planner, MachineChange(hourly_rate=Decimal(50)), bare)

        assert done["Bare01"] == {
            "hourly_rate": [None, "50"],
            "currency": [None, "EUR"],
        }

    def test_refuses_what_was_changed_meanwhile_and_changes_the_others(
        self, hurco: Machine, mazak: Machine, planner: Actor
    ) -> None:
        wanted = items(MachineChange(auto_quote=True), hurco, mazak)
        services.withdraw_machine(machine_id=hurco.pk, by=planner, at=NOON)

        outcomes = services.change_machines(items=wanted, by=planner, at=NOON)

        assert told(outcomes) == {
            "Hurco04": "machine_changed",
            "Mazak01": {"auto_quote": [False, True]},
        }
        hurco.refresh_from_db()
        assert not hurco.auto_quote

    def test_changes_a_machine_that_is_named_twice_once(
        self, hurco: Machine, planner: Actor
    ) -> None:
        wanted = items(MachineChange(hourly_rate_percent=Decimal(10)), hurco, hurco)

        first, second = services.change_machines(items=wanted, by=planner, at=NOON)

        assert first.changed["hourly_rate"] == ["68.00", "74.80"]
        assert second.error is not None

    def test_is_all_or_nothing_where_that_is_asked(
        self, mazak: Machine, bare: Machine, planner: Actor
    ) -> None:
        with pytest.raises(BulkRefused) as refusal:
            services.change_machines(
                items=items(MachineChange(is_published=True), mazak, bare),
                by=planner,
                at=NOON,
                is_strict=True,
            )

        (wrong,) = refusal.value.facts["errors"]
        assert (wrong["field"], wrong["code"]) == ("items.1", "machine_incomplete")
        mazak.refresh_from_db()
        assert not mazak.is_published

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            (MachineChange(), NothingAsked),
            (MachineChange(currency="EUR"), NothingAsked),
            (
                MachineChange(hourly_rate=Decimal(1), hourly_rate_percent=Decimal(1)),
                NothingAsked,
            ),
            (MachineChange(state="gone"), ImpossibleFigure),
            (MachineChange(hourly_rate=Decimal(0)), ImpossibleFigure),
            (MachineChange(hourly_rate_percent=Decimal(-100)), ImpossibleFigure),
            (MachineChange(batch_min=9, batch_max=8), ImpossibleFigure),
        ],
    )
    def test_refuses_a_change_that_nobody_could_follow(
        self,
        hurco: Machine,
        planner: Actor,
        change: MachineChange,
        error: type[Exception],
    ) -> None:
        with pytest.raises(error):
            services.change_machines(items=items(change, hurco), by=planner, at=NOON)

    def test_refuses_none_and_too_many(self, planner: Actor) -> None:
        change = MachineChange(auto_quote=True)
        for count in (0, 5001):
            with pytest.raises(TooManyToChange):
                services.change_machines(
                    items=[BulkItem(uuid7(), 1, change)] * count, by=planner, at=NOON
                )

    def test_does_not_see_machines_of_another_enterprise(
        self, hurco: Machine, south: EnterpriseRef, planner: Actor
    ) -> None:
        wanted = items(MachineChange(auto_quote=True), hurco)

        with context.enterprise(south):
            (outcome,) = services.change_machines(items=wanted, by=planner, at=NOON)

        assert outcome.error is not None
        assert (outcome.code, outcome.error.code) == ("", "machine_not_found")
        hurco.refresh_from_db()
        assert not hurco.auto_quote


class TestUndoChange:
    def changed(self, planner: Actor, change: MachineChange, *chosen: Machine) -> UUID:
        bulk_id = uuid7()
        services.change_machines(
            items=items(change, *chosen), bulk_id=bulk_id, by=planner, at=NOON
        )
        return bulk_id

    def snapshot(self, machine: Machine) -> object:
        found = selectors.machine_detail(machine.pk).machine
        cost = selectors.cost_inputs(machine.pk)
        return (
            found.state,
            found.site_id,
            found.work_center_id,
            found.auto_quote,
            found.is_published,
            cost,
            [(row.batch_min, row.batch_max) for row in found.capabilities.all()],
        )

    def test_makes_all_as_it_was(
        self, hurco: Machine, mazak: Machine, bare: Machine, planner: Actor
    ) -> None:
        machines.work_center()
        services.assign_work_center(
            machine_id=mazak.pk,
            version=mazak.version,
            work_center="WC-MILL",
            by=planner,
            at=NOON,
        )
        chosen = (hurco, mazak, bare)
        before = [self.snapshot(one) for one in chosen]
        munich = machines.site(name="Munich")
        bulk_id = self.changed(
            planner,
            MachineChange(
                state="retired",
                site_id=munich.pk,
                auto_quote=True,
                hourly_rate=Decimal(99),
            ),
            *chosen,
        )
        assert [self.snapshot(one) for one in chosen] != before

        services.undo_change(bulk_id=bulk_id, by=planner, at=NOON)

        assert [self.snapshot(one) for one in chosen] == before
        assert not CostModel.objects.filter(machine=bare).exists()

    def test_brings_batches_of_each_process_back(
        self, hurco: Machine, planner: Actor
    ) -> None:
        machines.capability(hurco.pk, process_code="drilling", batch_max=7)
        before = self.snapshot(hurco)
        bulk_id = self.changed(planner, MachineChange(batch_min=3, batch_max=30), hurco)

        services.undo_change(bulk_id=bulk_id, by=planner, at=NOON)

        assert self.snapshot(hurco) == before

    def test_leaves_what_was_changed_since_and_names_it(
        self, hurco: Machine, mazak: Machine, planner: Actor
    ) -> None:
        bulk_id = self.changed(planner, MachineChange(auto_quote=True), hurco, mazak)
        services.withdraw_machine(machine_id=hurco.pk, by=planner, at=NOON)

        undo_id, job_id = services.undo_change(bulk_id=bulk_id, by=planner, at=NOON)

        record = selectors.bulk_change(undo_id)
        assert job_id is None
        assert (record.facts["changed"], record.facts["refused"]) == (1, 1)
        assert record.facts["refusals"][0]["machine"] == "Hurco04"
        assert record.facts["undo_of"] == str(bulk_id)
        hurco.refresh_from_db()
        assert hurco.auto_quote

    def test_is_done_once(self, hurco: Machine, planner: Actor) -> None:
        bulk_id = self.changed(planner, MachineChange(auto_quote=True), hurco)
        services.undo_change(bulk_id=bulk_id, by=planner, at=NOON)

        with pytest.raises(ChangeUndone):
            services.undo_change(bulk_id=bulk_id, by=planner, at=NOON)

    def test_is_not_there_for_another_enterprise(
        self, hurco: Machine, south: EnterpriseRef, planner: Actor
    ) -> None:
        bulk_id = self.changed(planner, MachineChange(auto_quote=True), hurco)

        with context.enterprise(south), pytest.raises(ChangeNotFound):
            services.undo_change(bulk_id=bulk_id, by=planner, at=NOON)


class TestChangingByAJob:
    def test_is_done_once_in_the_language_of_who_asked(
        self, hurco: Machine, bare: Machine, planner: Actor
    ) -> None:
        wanted = items(MachineChange(is_published=True), hurco, bare)
        bulk_id, job_id = services.start_change(items=wanted, by=planner)

        assert jobs.run_job(job_id) is JobState.SUCCEEDED

        record = selectors.bulk_change(bulk_id)
        assert record.by_label == "Paula Planner"
        assert {
            name: record.facts[name] for name in ("changed", "unchanged", "refused")
        } == {"changed": 0, "unchanged": 1, "refused": 1}
        assert "does not say its" in record.facts["refusals"][0]["detail"]
        with context.jobs():
            args = Job.objects.get(pk=job_id).args
        services.change_as_asked(**args | {"bulk_id": bulk_id, "at": NOON})
        assert audit.history_of(("machine_change", bulk_id, "")).count() == 1
