"""The chart of the plan in force, the reasons in it, pins, and proposals."""

import pytest

from apps.scheduling import selectors, services
from apps.scheduling.models import Schedule
from apps.scheduling.types import ScheduleObjective, ScheduleState, WhyKind
from tenants import context
from tenants.types import Role
from tests.factories.capacity import HOUR, MONDAY_7
from tests.portal.planned_shop import MONDAY, PlannedShop, coming_monday

WEEK = {"from": MONDAY}


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def shop(in_north) -> PlannedShop:
    return PlannedShop()


def text_of(response, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()
    return " ".join(response.content.decode().split())


def plain(text: str) -> str:
    """Write a figure and its unit with an ordinary space between."""
    return " ".join(text.split())


def rows_of(response) -> dict[str, list[str]]:
    """The bars of each machine by their titles."""
    chart = response.context["chart"]
    return {row.code: [bar.label for bar in row.bars] for row in chart.rows}


class TestPlan:
    def test_shows_each_machine_with_its_work(self, planner, shop):
        shown = planner.get("/schedule/", WEEK)

        assert rows_of(shown) == {
            "LATHE-1": ["Drive shaft: Turning"],
            "MILL-1": ["Drive shaft: Milling"],
            "MILL-2": [],
        }
        text = text_of(shown)
        assert "Drive shaft: Turning, LATHE-1, 6 May 2030, 07:00 – 09:00" in text
        assert "6 May 2030 – 12 May 2030" in text

    def test_is_a_list_by_machine_too(self, planner, shop):
        shown = planner.get("/schedule/", WEEK)

        assert [(line.machine, line.title) for line in shown.context["lines"]] == [
            ("LATHE-1", "Drive shaft: Turning"),
            ("MILL-1", "Drive shaft: Milling"),
        ]

    def test_shades_the_time_without_a_shift(self, planner, shop):
        shown = planner.get("/schedule/", WEEK | {"zoom": "day"})

        row = shown.context["chart"].rows[0]
        assert [(one.x, one.width) for one in row.closed] == [
            ("0.000%", "25.000%"),
            ("58.333%", "41.667%"),
        ]

    def test_marks_what_is_due(self, planner, shop):
        shown = planner.get("/schedule/", WEEK | {"zoom": "day"})

        milling = shown.context["chart"].rows[1]
        (due,) = milling.dues
        assert (due.x, due.is_missed) == ("54.167%", False)

    def test_shows_what_a_machine_is_reserved_for_otherwise(self, planner, shop):
        from tests.factories import capacity

        capacity.reservation_row(shop.other.pk, MONDAY_7, 2 * HOUR)

        shown = planner.get("/schedule/", WEEK)

        (taken,) = shown.context["chart"].rows[2].taken
        assert taken.label == "Booked for an order"
        # What the plan itself reserves is drawn once, as work.
        assert shown.context["chart"].rows[0].taken == []

    def test_is_narrowed_to_a_machine_and_to_a_work_request(self, planner, shop):
        one = planner.get("/schedule/", WEEK | {"q": "LATHE"})
        assert rows_of(one) == {"LATHE-1": ["Drive shaft: Turning"]}

        work = planner.get("/schedule/", WEEK | {"work": str(shop.shaft.pk)})
        assert list(rows_of(work)) == ["LATHE-1", "MILL-1"]

        late = planner.get("/schedule/", WEEK | {"only": "late"})
        assert rows_of(late) == {}
        assert "Loosen a filter" in text_of(late)

    def test_says_what_to_do_where_nothing_is_planned(self, planner, in_north):
        from tests.factories import machines

        machines.machine()

        text = text_of(planner.get("/schedule/"))
        assert "Add work requests, then have a proposal worked out" in text
        assert "There is no work to plan yet" in text
        assert 'href="/work-requests/add/"' in text

    def test_cannot_be_misled_by_its_address(self, planner, shop):
        for query in ("zoom=x&from=y", "work=z&site=1&center=%00", "bar=%00&only=all"):
            assert planner.get(f"/schedule/?{query}").status_code == 200

    def test_is_read_by_those_who_make_and_by_no_buyer(self, member_of, north, shop):
        for role in (Role.SELLER, Role.OPERATOR, Role.VIEWER):
            text = text_of(member_of(north, role).get("/schedule/", WEEK))
            assert "data-pin-url" not in text
        assert member_of(north, Role.BUYER).get("/schedule/").status_code == 403


class TestWhyHere:
    def test_is_said_of_every_bar_with_links_to_what_it_names(self, planner, shop):
        text = text_of(planner.get("/schedule/", WEEK | {"bar": str(shop.milling.pk)}))

        assert "The step before, Drive shaft: Turning, is not finished until" in text
        assert "6 May 2030, 09:00" in text
        assert f"bar={shop.turning.pk}#why" in text
        assert f'href="/work-requests/{shop.shaft.pk}/"' in text

    def test_is_a_sentence_for_every_kind_of_reason(self, planner, shop):
        line = shop.plan.jobs.get(job_order=shop.milling)
        said = {}
        for kind in WhyKind.values:
            line.reason = kind
            line.save()
            shown = planner.get("/schedule/", WEEK | {"bar": str(shop.milling.pk)})
            said[kind] = shown.context["why"].reason

        nine = "6 May 2030, 09:00"
        assert said == {
            "release": f"It could not start before {nine}: the plan was worked out"
            " then.",
            "predecessor": "The step before, Drive shaft: Turning, is not finished"
            f" until {nine}.",
            "machine": f"MILL-1 is busy with Drive shaft: Turning until {nine}.",
            "setup": f"MILL-1 has a gap before {nine} that is long enough for the run,"
            " but not for its setup too.",
            "shift": f"MILL-1 has no shift until {nine}.",
            "reservation": f"MILL-1 is reserved otherwise until {nine}.",
            "pin": "A planner has pinned it here.",
            "frozen": f"Nothing moves before {nine}: that time is frozen.",
            "kept": "It could start earlier, but stays where the plan in force has it.",
        }

    def test_is_said_with_the_due_date(self, planner, shop):
        at = {"bar": str(shop.milling.pk)}
        shown = planner.get("/schedule/", WEEK | at)
        due = "It is due 6 May 2030, 13:00, and finished"
        assert shown.context["why"].due == f"{due} in time."

        proposal = shop.propose()
        shown = planner.get(f"/schedule/{proposal.pk}/", WEEK | at)
        assert plain(shown.context["why"].due) == f"{due} 21 h too late."

    def test_is_handed_to_a_script_by_itself(self, planner, shop):
        answer = planner.get(
            "/schedule/",
            WEEK | {"bar": str(shop.milling.pk)},
            headers={"HX-Request": "true", "HX-Target": "why"},
        )

        text = text_of(answer)
        assert text.startswith('<section id="why"')
        assert "gantt-plot" not in text

    def test_lets_a_planner_pin_without_a_script(self, planner, shop):
        text = text_of(planner.get("/schedule/", WEEK | {"bar": str(shop.milling.pk)}))

        assert f'action="/job-orders/{shop.milling.pk}/pin/"' in text
        assert '<option value="' in text
        assert "LATHE-1</option>" not in text.split('id="pin_machine_id"')[1]

    def test_is_nothing_for_work_that_is_not_shown(self, planner, shop):
        text = text_of(planner.get("/schedule/", WEEK | {"bar": "no-such"}))

        assert 'id="why" class="why card" aria-live' in text


class TestProposal:
    def test_shows_what_moves_and_who_is_late(self, planner, shop):
        proposal = shop.propose(
            figures={
                "before": {"late_jobs": 0, "setup_minutes": 60},
                "after": {"late_jobs": 1, "setup_minutes": 30},
            }
        )

        shown = planner.get(f"/schedule/{proposal.pk}/", WEEK)

        assert [one.title for one in shown.context["late"]] == ["Drive shaft"]
        (moved,) = shown.context["moved"]
        assert (moved.before, moved.after) == (
            "MILL-1, 6 May 2030, 09:00",
            "MILL-2, 7 May 2030, 07:00",
        )
        assert "21\xa0h late" in shown.content.decode()
        assert [
            (str(one.label), one.change, one.tone) for one in shown.context["figures"]
        ] == [
            ("Late work requests", "1 more", "worse"),
            ("Setups", "30\xa0min less", "better"),
        ]

    def test_draws_where_work_was(self, planner, shop):
        proposal = shop.propose()

        shown = planner.get(f"/schedule/{proposal.pk}/", WEEK)

        mill, other = shown.context["chart"].rows[1:]
        assert len(mill.ghosts) == 1
        assert [bar.tone for bar in other.bars] == ["late"]
        moved = planner.get(f"/schedule/{proposal.pk}/", WEEK | {"only": "moved"})
        assert rows_of(moved) == {"MILL-2": ["Drive shaft: Milling"]}

    def test_says_how_far_from_the_best_it_is_only_where_that_is_known(
        self, planner, shop
    ):
        figures = {"after": {"late_jobs": 1}}
        known = shop.propose(gap_percent=2.5, figures=figures)
        unknown = shop.propose(figures=figures)

        said = "Within at most 2.5% of the best there can be"
        assert said in text_of(planner.get(f"/schedule/{known.pk}/"))
        assert "Within at most" not in text_of(planner.get(f"/schedule/{unknown.pk}/"))

    def test_says_in_words_how_it_compares(self, planner, shop):
        proposal = shop.propose(
            gap_percent=2.5,
            lower_bound=90,
            figures={
                "before": {"weighted_tardiness": 180, "late_jobs": 1},
                "after": {"weighted_tardiness": 120, "late_jobs": 1},
            },
        )

        shown = planner.get(f"/schedule/{proposal.pk}/", WEEK)

        assert plain(shown.context["verdict"]) == (
            "Better in what matters most: Lateness, each by its priority, 2 h, not 3 h."
        )
        assert plain(shown.context["bound"]) == (
            "Within at most 2.5% of the best there can be, in what matters most. No"
            " order of work comes below this there: Lateness, each by its priority,"
            " 1 h 30 min."
        )
        (late,) = shown.context["late"]
        assert (late.before, plain(late.late)) == ("in time", "21 h late")
        (moved,) = shown.context["moved"]
        assert plain(moved.by) == "22 h later"

    def test_is_rejected_by_a_planner(self, planner, shop):
        proposal = shop.propose()

        answer = planner.post(
            f"/schedule/{proposal.pk}/rejection/",
            {"version": proposal.version},
            follow=True,
        )

        assert "The plan in force stays as it is." in text_of(answer)
        proposal.refresh_from_db()
        assert proposal.state == ScheduleState.REJECTED

    def test_is_announced_beside_the_plan_in_force(self, planner, shop):
        proposal = shop.propose()

        text = text_of(planner.get("/schedule/", WEEK))

        assert "A proposal waits for your decision" in text
        assert f'href="/schedule/{proposal.pk}/"' in text

    def test_of_what_is_not_so_has_no_button_to_accept_it(self, planner, shop):
        supposed = shop.propose(
            is_what_if=True,
            assumptions={
                "closed": [
                    [
                        str(shop.mill.pk),
                        MONDAY_7.isoformat(),
                        (MONDAY_7 + 8 * HOUR).isoformat(),
                    ]
                ]
            },
        )

        text = text_of(planner.get(f"/schedule/{supposed.pk}/"))

        assert "What if: this cannot be accepted" in text
        assert "MILL-1 is closed: 6 May 2030, 07:00 – 15:00" in text
        assert "Accept this proposal?" not in text
        refused = planner.post(
            f"/schedule/{supposed.pk}/acceptance/",
            {"version": supposed.version},
            follow=True,
        )
        assert "notice-bad" in text_of(refused)

    def test_that_failed_says_why_and_offers_another(self, planner, shop):
        failed = shop.propose(state=ScheduleState.FAILED, error="No machine is left.")

        text = text_of(planner.get(f"/schedule/{failed.pk}/"))

        assert "No machine is left." in text
        assert 'href="/schedule/request/?objective=tardiness' in text

    def test_is_not_there_for_others(self, member_of, south, shop):
        proposal = shop.propose()
        outsider = member_of(south)

        assert outsider.get(f"/schedule/{proposal.pk}/").status_code == 404
        for what in ("stop", "acceptance", "rejection"):
            path = f"/schedule/{proposal.pk}/{what}/"
            assert outsider.post(path).status_code == 404


class TestWholeWay:
    def test_from_work_to_a_plan_in_force(self, planner, north, in_north):
        PlannedShop(coming_monday())
        planner.post(
            "/schedule/request/",
            {
                "objective": "tardiness",
                "budget_seconds": "1",
                "frozen_until_at": "2030-05-06T07:00",
            },
        )
        with context.enterprise(north):
            made = Schedule.objects.newest_first()[0]
            services.run_schedule(schedule_id=made.pk, at=made.requested_at)
            made.refresh_from_db()
        page = f"/schedule/{made.pk}/"
        shown = planner.get(page)
        assert "Accept this proposal?" in text_of(shown)
        assert {str(one.label) for one in shown.context["figures"]} == {
            "Late work requests",
            "Lateness, each by its priority",
            "Time until all is finished",
            "Setups",
            "Moved against the plan in force",
        }

        accepted = planner.post(
            f"{page}acceptance/", {"version": made.version}, follow=True
        )

        assert accepted.redirect_chain[-1][0] == "/schedule/"
        assert "it is the plan in force now" in text_of(accepted)
        again = planner.post(
            f"{page}acceptance/", {"version": made.version}, follow=True
        )
        assert "notice-bad" in text_of(again)

    def test_is_overtaken_by_a_change_and_says_so(self, planner, north, shop):
        proposal = shop.propose(inputs_digest="of other work")

        text = text_of(planner.get(f"/schedule/{proposal.pk}/"))

        assert "Overtaken: it cannot be accepted any more" in text
        assert "Its work was changed, begun or cancelled since." in text
        assert "Work out another, as things are now" in text


class TestRequest:
    def test_is_worked_out_by_a_job_that_shows_its_progress(self, planner, north, shop):
        answer = planner.post(
            "/schedule/request/",
            {
                "objective": "makespan",
                "budget_seconds": "5",
                "frozen_until_at": "2030-05-06T07:00",
            },
        )

        with context.enterprise(north):
            made = Schedule.objects.newest_first()[0]
        assert answer["Location"] == f"/schedule/{made.pk}/"
        assert (made.objective, made.budget_seconds) == (ScheduleObjective.MAKESPAN, 5)
        page = text_of(planner.get(f"/schedule/{made.pk}/"))
        assert "Stop, and take the best so far" in page
        part = planner.get(
            f"/schedule/{made.pk}/",
            headers={"HX-Request": "true", "HX-Target": f"job-{made.job_id}"},
        )
        assert text_of(part).startswith('<div class="job"')

    def test_is_refused_with_reasons(self, planner, shop):
        answer = planner.post(
            "/schedule/request/", {"objective": "x", "budget_seconds": "0"}
        )

        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {
            "objective",
            "budget_seconds",
            "frozen_until_at",
        }

    def test_is_listed(self, planner, shop):
        shop.propose(figures={"after": {"late_jobs": 2}})

        text = text_of(planner.get("/schedule/proposals/"))

        assert "2 late" in text
        assert "Keep due dates" in text
        none = text_of(planner.get("/schedule/proposals/", {"state": "failed"}))
        assert "No proposal is like that" in none


class TestWhatIf:
    def facts(self, **more):
        return {
            "objective": "tardiness",
            "budget_seconds": "5",
            "frozen_until_at": "2030-05-06T07:00",
            **more,
        }

    def test_supposes_that_a_machine_is_closed_and_that_there_is_more_to_do(
        self, planner, north, shop
    ):
        planner.post(
            "/schedule/what-if/",
            self.facts(
                closed_machine=str(shop.mill.pk),
                closed_from="2030-05-06T06:00",
                closed_until="2030-05-07T06:00",
                work_title="Spare shafts",
                work_machine=str(shop.lathe.pk),
                work_run="90",
            ),
        )

        with context.enterprise(north):
            made = Schedule.objects.newest_first()[0]
            found = selectors.assumptions_of(made)
        assert made.is_what_if
        assert [machine_id for machine_id, _period in found.closed] == [shop.mill.pk]
        assert [work.title for work in found.work] == ["Spare shafts"]

    def test_asks_for_all_of_each_thing(self, planner, shop):
        answer = planner.post(
            "/schedule/what-if/",
            self.facts(
                closed_machine=str(shop.mill.pk),
                extra_machine=str(shop.mill.pk),
                extra_from="2030-05-07T06:00",
                extra_until="2030-05-06T06:00",
            ),
        )

        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {
            "closed_from",
            "closed_until",
            "extra_until",
        }

    def test_asks_for_something(self, planner, shop):
        answer = planner.post("/schedule/what-if/", self.facts())

        assert "Nothing is supposed" in text_of(answer, 422)
