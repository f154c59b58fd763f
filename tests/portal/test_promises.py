"""The promise calculator, and maintenance that asks about bookings."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.capacity import selectors
from apps.capacity.models import Calendar, Reservation
from apps.kernel.periods import Period
from apps.machines.models import Machine
from apps.notify.models import Notice
from tenants import context
from tenants.types import SYSTEM, Role
from tests.factories import capacity
from tests.factories import exchange as make
from tests.factories import machines as factory
from tests.support.budget import queries_of

# Far ahead, so that the clock of the test run plays no part.
MONDAY = "2035-05-07T06:00"
SIX = datetime(2035, 5, 7, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
MAY_2035 = Period(datetime(2035, 5, 1, tzinfo=UTC), datetime(2035, 6, 1, tzinfo=UTC))
PAGE = "/capacity/promise/"


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def hurco(in_north) -> Machine:
    return factory.complete_machine()


@pytest.fixture
def shifts(north, hurco) -> None:
    with context.enterprise(north):
        capacity.early_shifts()


def step(number: int = 1, **facts: Any) -> dict[str, Any]:
    """Ten minutes for each part, and twenty of setup."""
    return {
        f"s{number}-{name}": value
        for name, value in {
            "setup_minutes": "20",
            "minutes_per_part": "10",
            "most_lots": "1",
            "smallest_lot": "1",
            "transport_minutes": "0",
            **facts,
        }.items()
    }


def batch(**facts: Any) -> dict[str, Any]:
    return {"quantity": "10", "release_at": MONDAY, "steps": "1", **facts}


def text_of(response: Any) -> str:
    return unescape(response.content.decode())


class TestCalculator:
    def test_says_when_all_can_be_there_and_why(self, planner, hurco, shifts):
        asked = batch(quantity="58") | step(
            machine_ids=str(hurco.pk), transport_minutes="30"
        )

        text = text_of(planner.get(PAGE, asked))

        # 600 minutes: 480 on Monday, two hours on Tuesday, half an hour on the road.
        assert "All parts can be there on <strong>8 May 2035, 08:30</strong>" in text
        assert "Work begins on 7 May 2035, 06:00 and ends on 8 May 2035, 08:00" in text
        assert "Working time used: 8\xa0h" in text
        assert "Working time used: 2\xa0h" in text
        # 480 of 1,590 minutes, and 120 after 1,440.
        assert re.findall(
            r'<rect class="figure figure-accent" x="(\S+)" width="(\S+)"', text
        ) == [
            ("0.00%", "30.19%"),
            ("90.57%", "7.55%"),
        ]

    def test_asks_every_machine_of_a_process_and_splits_over_them(
        self, planner, north, hurco, shifts
    ):
        with context.enterprise(north):
            factory.complete_machine(code="Hurco05")

        text = text_of(
            planner.get(PAGE, batch() | step(process_code="milling", most_lots="2"))
        )

        assert "All parts can be there on <strong>7 May 2035, 07:10</strong>" in text
        assert "Why then: step 1 on Hurco04" in text
        assert "Why then: step 1 on Hurco05" in text

    def test_leads_through_steps(self, planner, north, hurco, shifts):
        with context.enterprise(north):
            oven = factory.machine(code="Oven1")

        text = text_of(
            planner.get(
                PAGE,
                batch(steps="2")
                | step(process_code="milling")
                | step(2, machine_ids=str(oven.pk), minutes_per_part="1"),
            )
        )

        assert "All parts can be there on <strong>7 May 2035, 08:30</strong>" in text
        assert "Why then: step 2 on Oven1" in text

    def test_adds_and_drops_a_step_without_asking(self, planner, hurco, shifts):
        asked = batch() | step(process_code="milling")

        more = text_of(planner.get(PAGE, asked | {"add": "1"}))
        fewer = text_of(planner.get(PAGE, asked | {"steps": "2", "drop": "1"}))

        assert 'name="steps" value="2"' in more
        assert 'id="id_s2-setup_minutes"' in more
        assert "All parts can be there" not in more
        assert "answers need another look" not in more
        assert 'name="steps" value="1"' in fewer

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({}, "Choose a machine or a process."),
            (
                {"minutes_per_part": "0", "process_code": "milling"},
                "0 is no work. Give a number above 0.",
            ),
            (
                {"minutes_per_part": "much", "process_code": "milling"},
                "“much” is not a number.",
            ),
            (
                {"process_code": "milling", "most_lots": "0"},
                "greater than or equal to 1",
            ),
        ],
    )
    def test_says_what_is_wrong_with_the_question(
        self, planner, hurco, shifts, facts, said
    ):
        assert said in text_of(planner.get(PAGE, batch() | step(**facts)))

    def test_says_why_it_cannot_be(self, planner, north, hurco):
        asked = batch() | step(machine_ids=str(hurco.pk))
        assert "its machines have no shifts" in text_of(planner.get(PAGE, asked))

        with context.enterprise(north):
            capacity.early_shifts()
        late = asked | {"due_at": "2035-05-07T07:00"}
        assert "Step 1 cannot be done until" in text_of(planner.get(PAGE, late))

        many = asked | {"quantity": "60000"}
        text = text_of(planner.get(PAGE, many))
        assert "60000 parts take 10000 hours of work" in text
        assert "Ask for fewer parts, or check the minutes for each." in text

    def test_traces_every_figure(self, planner, north, south):
        make.shop(north)
        listing = make.listing(north)
        quote = make.auto_quoted(north, make.demand(south).pk, listing.pk)
        with context.enterprise(south):
            order = make.services.award(quote_id=quote.pk, by=SYSTEM, at=make.NOON)
        with context.enterprise(north):
            row = make.reservation_of(quote)
            Calendar.objects.update(efficiency_percent=80)
            oven = factory.machine(site_id=factory.site(name="Ulm").pk, code="Oven1")
            waiting = capacity.held(oven.pk, not_before=row.start, minutes=3000)
        begin = row.start.astimezone(BERLIN)

        text = text_of(
            planner.get(
                PAGE,
                batch(steps="2", release_at=f"{begin:%Y-%m-%dT%H:%M}")
                | step(machine_ids=str(listing.machine_id), transport_minutes="30")
                | step(2, machine_ids=str(oven.pk), minutes_per_part="1.5"),
            )
        ).replace("\xa0", " ")

        # Setup, run and efficiency; the calendar behind them.
        assert (
            "Setup 20 min, and 10 parts of 10 min each: 2 h of work, which at an"
            " efficiency of 80 % takes 2 h 30 min of working time."
        ) in text
        assert f'<a href="/machines/{listing.machine_id}/calendar/">' in text
        # What it waits for, and the way between two sites.
        assert (
            f'<a href="/orders/{order.pk}/">{order.number} · {order.title}</a>' in text
        )
        until = waiting.expires_at.astimezone(BERLIN)
        assert f"Held until {until.day} May 2030, {until:%H:%M}" in text
        assert "after step 1" in text
        assert '<span class="cell-note">30 min</span>' in text

    def test_costs_as_much_for_twenty_machines_as_for_two(
        self, planner, north, hurco, shifts
    ):
        asked = batch() | step(process_code="milling", most_lots="3")
        with context.enterprise(north):
            factory.complete_machine(code="M01")
        planner.get(PAGE, asked)
        with queries_of() as for_two:
            planner.get(PAGE, asked)
        with context.enterprise(north):
            for number in range(2, 20):
                factory.complete_machine(code=f"M{number:02}")
        with queries_of() as for_twenty:
            planner.get(PAGE, asked)

        assert len(for_twenty) == len(for_two)


class TestHold:
    def asked(self, planner, hurco) -> dict[str, Any]:
        asked = batch() | step(machine_ids=str(hurco.pk))
        text = text_of(planner.get(PAGE, asked))
        (shown,) = re.findall(r'name="arrives_by" value="([^"]+)"', text)
        return asked | {"arrives_by": shown, "hours": "48"}

    def test_holds_what_was_shown_and_frees_it(self, planner, north, hurco, shifts):
        asked = self.asked(planner, hurco)

        done = planner.post(f"{PAGE}hold/", asked, follow=True)

        with context.enterprise(north):
            (row,) = Reservation.objects.all()
        assert (row.start, row.finish) == (SIX, SIX + 2 * HOUR)
        assert "1 stretch of machine time is held until" in text_of(done)
        (end,) = re.findall(r'data-countdown="([^"]+)"', text_of(done))
        assert datetime.fromisoformat(end) == row.expires_at
        assert "What is held" in text_of(done)

        freed = planner.post(f"/capacity/holds/{row.route_id}/release/", follow=True)
        assert "The machine time is free again." in text_of(freed)
        assert "What is held" not in text_of(freed)

    def test_holds_nothing_later_than_was_shown(self, planner, north, hurco, shifts):
        asked = self.asked(planner, hurco)
        with context.enterprise(north):
            capacity.held(hurco.pk, not_before=SIX, minutes=30)

        done = planner.post(f"{PAGE}hold/", asked)

        assert done.status_code == 409
        assert "Others have taken time meanwhile" in text_of(done)
        # With the new answer at once.
        assert "All parts can be there on <strong>7 May 2035, 08:30" in text_of(done)
        with context.enterprise(north):
            assert Reservation.objects.count() == 1

    def test_is_for_planners(self, member_of, north, hurco, shifts):
        viewer = member_of(north, Role.VIEWER)
        asked = batch() | step(machine_ids=str(hurco.pk))

        assert "Hold it" not in text_of(viewer.get(PAGE, asked))
        assert viewer.post(f"{PAGE}hold/", asked).status_code == 403


class TestMaintenance:
    def test_takes_the_time(self, planner, north, hurco):
        response = planner.post(
            f"/machines/{hurco.pk}/maintenance/",
            {
                "starts_at": "2035-05-07T06:00",
                "ends_at": "2035-05-08T06:00",
                "reason": "Spindle",
            },
        )

        assert response["Location"] == f"/machines/{hurco.pk}/"
        with context.enterprise(north):
            kept = selectors.reservations_of([hurco.pk], MAY_2035, at=capacity.MONDAY_7)
            assert [row.reason for row in kept] == ["Spindle"]

    @pytest.mark.parametrize(
        ("starts", "ends", "said"),
        [
            ("2020-05-07T06:00", "2020-05-08T06:00", "cannot be planned in the past"),
            ("2035-05-07T06:00", "2035-05-07T06:00", "It ends before it begins."),
        ],
    )
    def test_refuses_what_cannot_be_meant(self, planner, hurco, starts, ends, said):
        response = planner.post(
            f"/machines/{hurco.pk}/maintenance/",
            {"starts_at": starts, "ends_at": ends},
        )

        assert response.status_code == 422
        assert said in text_of(response)

    def test_asks_where_bookings_go_and_tells_the_buyer(self, planner, north, south):
        make.shop(north)
        listing = make.listing(north)
        quote = make.auto_quoted(north, make.demand(south).pk, listing.pk)
        with context.enterprise(south):
            order = make.services.award(quote_id=quote.pk, by=SYSTEM, at=make.NOON)
        with context.enterprise(north):
            row = make.reservation_of(quote)
        path = f"/machines/{listing.machine_id}/maintenance/"
        local = row.start + 2 * HOUR
        times = {
            "starts_at": f"{local:%Y-%m-%dT%H:%M}",
            "ends_at": f"{local + HOUR:%Y-%m-%dT%H:%M}",
        }

        asked = planner.post(path, times)
        assert asked.status_code == 422
        text = text_of(asked)
        assert "The machine is booked in this time" in text
        assert order.title in text
        assert "later than promised" in text
        assert f'name="move_{row.pk}"' in text

        done = planner.post(
            path, times | {f"move_{row.pk}": str(listing.machine_id)}, follow=True
        )
        assert "The time is taken. 1 booking was moved." in text_of(done)
        with context.enterprise(north):
            assert Reservation.objects.get(pk=row.pk).start == row.start + HOUR
        with context.enterprise(south):
            (notice,) = Notice.objects.filter(kind="exchange.finish_moved")
            assert notice.url == f"/orders/{order.pk}/"
