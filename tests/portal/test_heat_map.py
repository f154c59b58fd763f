"""The load of machines by week, alone and in groups, and what is behind a figure."""

import pytest

from apps.capacity import services
from apps.capacity.models import Reservation
from apps.kernel.periods import Period
from apps.machines import services as machines
from apps.portal import heat_map
from tenants import context
from tenants.types import SYSTEM, Role
from tests.factories import capacity
from tests.factories import exchange as make
from tests.factories import machines as factory
from tests.factories.capacity import DAY, HOUR, MONDAY_7

MONDAY = "2030-05-06"


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def fleet(in_north):
    """Two mills of a work center, and a lathe elsewhere."""
    capacity.early_shifts()
    factory.work_center(code="WC-7", name="Milling")
    for code in ("M-1", "M-2"):
        factory.complete_machine(code=code, work_center="WC-7")
    site = factory.site(name="Gera")
    factory.complete_machine(
        code="L-1", site_id=site.pk, offers={"process_code": "turning"}
    )


def rows_of(response) -> list[tuple[str, int]]:
    """The name of each row and how many weeks it has."""
    assert response.status_code == 200
    return [(row.label, len(row.cells)) for row in response.context["rows"]]


class TestRows:
    def test_are_machines_by_name(self, planner, fleet):
        shown = planner.get("/capacity/")

        assert rows_of(shown) == [("L-1", 12), ("M-1", 12), ("M-2", 12)]

    @pytest.mark.parametrize(
        ("query", "rows"),
        [
            ({"process": "turning"}, ["L-1"]),
            ({"process": "milling"}, ["M-1", "M-2"]),
            ({"weeks": "26", "site": "Gera"}, ["L-1"]),
            ({"center": "WC-7"}, ["M-1", "M-2"]),
            ({"by": "center"}, ["WC-7"]),
            ({"by": "site"}, ["Augsburg", "Gera"]),
            ({"by": "process"}, ["3-axis milling", "Turning"]),
            ({"by": "nothing", "weeks": "9", "site": "no id"}, ["L-1", "M-1", "M-2"]),
        ],
    )
    def test_are_what_the_address_asks_for(self, planner, north, fleet, query, rows):
        with context.enterprise(north):
            keys = {
                row.site.name: str(row.site_id) for row in factory.Machine.objects.all()
            } | {row.code: str(row.pk) for row in factory.WorkCenter.objects.all()}
        asked = {name: keys.get(value, value) for name, value in query.items()}

        shown = planner.get("/capacity/", asked)

        weeks = int(query["weeks"]) if query.get("weeks") == "26" else 12
        assert rows_of(shown) == [(label, weeks) for label in rows]

    def test_of_groups_sum_their_machines_and_lead_to_them(self, planner, fleet):
        (row,) = planner.get("/capacity/", {"by": "center"}).context["rows"]

        assert row.note == "Milling · 2 machines"
        assert "80\xa0h free, 0\xa0min reserved of 80\xa0h" in row.cells[1].title
        inside = planner.get(row.cells[1].href)
        assert rows_of(inside) == [("M-1", 12), ("M-2", 12)]

    def test_are_sorted_by_free_time(self, planner, north, fleet):
        with context.enterprise(north):
            lathe = factory.Machine.objects.get(code="L-1")
            one = factory.Machine.objects.get(code="M-1")
            capacity.early_shifts(lathe.pk, shifts=capacity.EARLY_SHIFTS[:3])
            capacity.early_shifts(one.pk, shifts=capacity.EARLY_SHIFTS[:1])

        idle = planner.get("/capacity/", {"sort": "idle"})
        full = planner.get("/capacity/", {"sort": "full"})

        assert [label for label, _weeks in rows_of(idle)] == ["M-2", "L-1", "M-1"]
        assert [label for label, _weeks in rows_of(full)] == ["M-1", "L-1", "M-2"]

    def test_keep_filters_in_the_controls(self, planner, fleet):
        text = planner.get(
            "/capacity/", {"weeks": "52", "by": "process", "sort": "idle"}
        ).content.decode()

        for chosen in ("52", "process", "idle"):
            assert f'<option value="{chosen}" selected>' in text

    def test_are_refused_where_too_many_would_be_compared(
        self, planner, fleet, monkeypatch
    ):
        monkeypatch.setattr(heat_map, "MOST_COMPARED", 2)

        refused = planner.get("/capacity/", {"by": "process"})
        shown = planner.get("/capacity/")

        text = refused.content.decode()
        assert refused.context["rows"] == []
        assert "3 machines are asked for; up to 2 can be sorted or grouped" in text
        assert "All together" in text
        assert len(rows_of(shown)) == 3

    def test_leave_out_machines_without_a_work_center(self, planner, north):
        with context.enterprise(north):
            factory.complete_machine()

        text = planner.get("/capacity/", {"by": "center"}).content.decode()

        assert "No machine belongs to a work center" in text

    def test_are_split_into_pages(self, planner, fleet, monkeypatch):
        monkeypatch.setattr(heat_map, "ROWS_SHOWN", 2)

        first = planner.get("/capacity/", {"weeks": "26"})
        second = planner.get("/capacity/", {"weeks": "26", "page": "2"})

        assert rows_of(first) == [("L-1", 26), ("M-1", 26)]
        assert rows_of(second) == [("M-2", 26)]
        assert 'href="?weeks=26&amp;page=2"' in first.content.decode()


class TestMachineWeek:
    @pytest.fixture
    def mill(self, north):
        make.shop(north)
        return make.listing(north)

    def week_of(self, client, mill, **query):
        return client.get(
            f"/machines/{mill.machine_id}/week/", {"from": MONDAY} | query
        )

    def test_names_all_that_a_figure_is_made_of(self, planner, north, mill):
        with context.enterprise(north):
            capacity.booked(mill.machine_id)
            capacity.held(mill.machine_id, not_before=MONDAY_7 + DAY)
            services.take_maintenance(
                machine_id=mill.machine_id,
                period=Period(MONDAY_7 + 2 * DAY, MONDAY_7 + 2 * DAY + 2 * HOUR),
                reason="Spindle bearing",
                by=SYSTEM,
                at=MONDAY_7,
            )
            calendar = capacity.early_shifts(mill.machine_id)
            services.add_exception(
                calendar_id=calendar.pk,
                period=Period(MONDAY_7 + 4 * DAY, MONDAY_7 + 5 * DAY),
                working=False,
                reason="Fair",
                by=SYSTEM,
                at=MONDAY_7,
            )

        shown = self.week_of(planner, mill)
        text = " ".join(shown.content.decode().split())
        load = shown.context["load"]

        assert (load.total_minutes, load.free_minutes) == (1980, 1500)
        assert (load.booked_minutes, load.held_minutes) == (180, 180)
        assert load.maintenance_minutes == 120
        assert "6 May 2030, 07:00 – 10:00" in text
        assert "7 May 2030, 07:00 – 10:00" in text
        assert "Spindle bearing" in text
        assert "Fair" in text
        assert [one[0] for one in shown.context["free"]] == [
            "6 May 2030, 06:00 – 07:00",
            "6 May 2030, 10:00 – 7 May 2030, 07:00",
            "7 May 2030, 10:00 – 8 May 2030, 07:00",
            "8 May 2030, 09:00 – 10 May 2030, 07:00",
        ]
        assert [one[1] for one in shown.context["working"]] == [
            "8\xa0h",
            "8\xa0h",
            "8\xa0h",
            "8\xa0h",
            "1\xa0h",
        ]
        assert "Times are on the clock of Europe/Berlin." in text

    def test_leads_from_a_free_window_to_an_offer_of_it(self, planner, mill):
        (free,) = self.week_of(planner, mill).context["free"]

        form = planner.get(free[2]).context["form"]

        assert form["starts_at"].value() == "2030-05-06T06:00"
        assert form["ends_at"].value() == "2030-05-10T14:00"
        assert form["listing_id"].value() == str(mill.pk)

    def test_offers_nothing_of_a_machine_that_is_not_on_the_market(
        self, planner, north, mill
    ):
        with context.enterprise(north):
            machines.withdraw_machine(
                machine_id=mill.machine_id, by=SYSTEM, at=make.NOON
            )
            make.services.publish_machine(machine_id=mill.machine_id, at=make.NOON)

        assert "Offer as idle time" not in self.week_of(planner, mill).content.decode()

    def test_offers_nothing_to_those_who_may_not(self, member_of, north, mill):
        viewer = member_of(north, Role.VIEWER)

        assert "Offer as idle time" not in self.week_of(viewer, mill).content.decode()

    def test_shows_only_what_is_ahead_as_free(self, planner, mill):
        shown = self.week_of(planner, mill, **{"from": "2020-05-06"})

        assert shown.context["free"] == []
        assert shown.context["load"].total_minutes == 2400

    @pytest.mark.parametrize("asked", ["", "soon", "0001-01-01", "9999-12-31"])
    def test_is_the_running_week_where_none_can_be_meant(self, planner, mill, asked):
        now = self.week_of(planner, mill, **{"from": ""}).context["monday"]

        assert self.week_of(planner, mill, **{"from": asked}).context["monday"] == now

    def test_of_others_is_not_there(self, member_of, south, mill):
        assert self.week_of(member_of(south, Role.PLANNER), mill).status_code == 404

    def test_shows_no_lapsed_hold(self, planner, north, mill):
        with context.enterprise(north):
            capacity.held(mill.machine_id)
            Reservation.objects.update(expires_at="2020-01-01T00:00:00Z")

        shown = self.week_of(planner, mill)

        assert shown.context["reservations"] == []
        assert shown.context["load"].free_minutes == 2400
