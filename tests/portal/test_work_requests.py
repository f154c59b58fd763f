"""Work requests: listed, written with their steps, moved on, tried as rush orders."""

import pytest

from apps.portal.work_request_forms import changed_rows, rows_of, without_empty
from apps.scheduling.models import Schedule, WorkRequest
from apps.scheduling.types import JobOrderState
from tenants import context
from tenants.types import Role
from tests.portal.planned_shop import PlannedShop


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def shop(in_north) -> PlannedShop:
    return PlannedShop()


@pytest.fixture
def facts(shop) -> dict[str, str]:
    return {
        "title": "Housing",
        "part_label": "12-0815",
        "quantity": "12",
        "release_at": "2030-05-06T07:00",
        "due_at": "2030-05-10T14:00",
        "priority": "7",
        "s0-title": "Milling, first side",
        "s0-process": "",
        "s0-family": "housings",
        "s0-o0-machine": "MILL-1",
        "s0-o0-setup": "30",
        "s0-o0-run": "240",
        "s0-o1-machine": "MILL-2",
        "s0-o1-setup": "45",
        "s0-o1-run": "300",
        "s1-title": "Turning",
        "s1-process": "",
        "s1-family": "",
        "s1-o0-machine": "LATHE-1",
        "s1-o0-setup": "0",
        "s1-o0-run": "60",
    }


def text_of(response, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()
    return " ".join(response.content.decode().split())


class TestRows:
    def test_are_read_in_their_order_whatever_the_order_of_fields(self):
        rows = rows_of(
            {
                "s2-title": "Third",
                "s0-title": "First",
                "s0-o1-machine": "B",
                "s0-o0-machine": "A",
                "s0-o0-run": "5",
                "title": "no step",
                "s9999-title": "too far",
            }
        )

        assert [row.title for row in rows] == ["First", "Third"]
        assert [one["machine"] for one in rows[0].options] == ["A", "B"]

    def test_are_left_out_where_nothing_was_written(self):
        rows = rows_of(
            {
                "s0-title": "Only",
                "s0-o0-machine": "A",
                "s0-o1-machine": "",
                "s0-o1-setup": "0",
                "s1-title": "",
                "s1-o0-machine": "",
            }
        )

        (kept,) = without_empty(rows)
        assert [one["machine"] for one in kept.options] == ["A"]

    @pytest.mark.parametrize(
        ("asked", "titles"),
        [
            ("step", ["A", "B", ""]),
            ("drop:0", ["B"]),
            ("up:1", ["B", "A"]),
            ("up:0", ["A", "B"]),
            ("drop:7", ["A", "B"]),
            ("nonsense", ["A", "B"]),
        ],
    )
    def test_are_changed_as_a_button_asks(self, asked, titles):
        rows = rows_of({"s0-title": "A", "s1-title": "B"})

        assert [row.title for row in changed_rows(rows, asked)] == titles

    def test_never_end_in_none(self):
        (row,) = changed_rows(rows_of({"s0-title": "A"}), "drop:0")

        assert row.title == "A"


class TestList:
    def test_shows_what_is_to_be_done(self, planner, shop):
        text = text_of(planner.get("/work-requests/"))

        assert f'href="/work-requests/{shop.shaft.pk}/">Drive shaft</a>' in text
        assert "0 of 2 ended" in text

    def test_is_searched_and_says_where_nothing_is_found(self, planner, shop):
        assert ">Drive shaft</a>" in text_of(
            planner.get("/work-requests/", {"q": "4417"})
        )
        assert "No work request is like that" in text_of(
            planner.get("/work-requests/", {"q": "gear"})
        )

    def test_teaches_the_next_step_when_there_is_none(self, planner):
        assert "No work to be done" in text_of(planner.get("/work-requests/"))

    def test_leaves_out_what_is_done_unless_asked(self, planner, shop):
        for job in (shop.turning, shop.milling):
            job.state = JobOrderState.ENDED
            job.save()

        assert ">Drive shaft</a>" not in text_of(planner.get("/work-requests/"))
        assert ">Drive shaft</a>" in text_of(
            planner.get("/work-requests/", {"state": "all"})
        )


class TestDetail:
    def test_shows_steps_with_their_machines_and_place_in_the_plan(self, planner, shop):
        text = text_of(planner.get(f"/work-requests/{shop.shaft.pk}/"))

        assert "2. Milling" in text
        assert ">MILL-2</a>" in text
        assert "6 May 2030, 09:00 – 12:00" in text
        assert f"bar={shop.milling.pk}#why" in text
        assert "Open the order" in text

    def test_lets_an_operator_move_steps_and_nobody_else(self, member_of, north, shop):
        operator = member_of(north, Role.OPERATOR)
        path = f"/job-orders/{shop.turning.pk}/moves/"

        answer = operator.post(
            path, {"to": "running", "version": shop.turning.version}, follow=True
        )

        assert "Turning: Running." in text_of(answer)
        assert "Interrupt" in text_of(answer)
        shop.turning.refresh_from_db()
        assert shop.turning.state == JobOrderState.RUNNING
        assert member_of(north, Role.SELLER).post(path).status_code == 403

    def test_refuses_a_step_that_was_moved_meanwhile(self, planner, shop):
        path = f"/job-orders/{shop.turning.pk}/moves/"
        planner.post(path, {"to": "running", "version": shop.turning.version})

        late = planner.post(
            path, {"to": "aborted", "version": shop.turning.version}, follow=True
        )

        assert "notice-bad" in text_of(late)

    def test_is_not_there_for_others(self, member_of, south, shop):
        outsider = member_of(south)

        for page in ("", "change/"):
            path = f"/work-requests/{shop.shaft.pk}/{page}"
            assert outsider.get(path).status_code == 404
        path = f"/work-requests/{shop.shaft.pk}/cancellation/"
        assert outsider.post(path).status_code == 404
        path = f"/job-orders/{shop.turning.pk}/moves/"
        assert outsider.post(path, {"to": "running"}).status_code == 404


class TestWrite:
    def test_adds_one_with_its_steps_and_machines(self, planner, north, facts):
        response = planner.post("/work-requests/add/", facts)

        with context.enterprise(north):
            made = WorkRequest.objects.get(title="Housing")
            steps = [
                (
                    job.step,
                    job.title,
                    job.setup_family,
                    [
                        (one.machine.code, one.setup_minutes, one.run_minutes)
                        for one in job.options.order_by("machine__code")
                    ],
                )
                for job in made.job_orders.order_by("step")
            ]
        assert response["Location"] == f"/work-requests/{made.pk}/"
        assert (made.quantity, made.priority) == (12, 7)
        assert steps == [
            (
                1,
                "Milling, first side",
                "housings",
                [("MILL-1", 30, 240), ("MILL-2", 45, 300)],
            ),
            (2, "Turning", "", [("LATHE-1", 0, 60)]),
        ]

    @pytest.mark.parametrize(
        ("rows", "steps", "options"),
        [("step", 3, 2), ("option:0", 2, 3), ("drop:1", 1, 2), ("up:1", 2, 1)],
    )
    def test_adds_and_removes_rows_without_a_script(
        self, planner, facts, rows, steps, options
    ):
        shown = planner.post("/work-requests/add/", facts | {"rows": rows})

        text = text_of(shown)
        found = shown.context["steps"]
        assert found.count == steps
        assert len(found.steps[0].options) == options
        assert 'value="Housing"' in text
        assert "needs another look" not in text

    def test_says_which_field_of_which_step_is_wrong(self, planner, facts):
        shown = planner.post(
            "/work-requests/add/",
            facts | {"s0-o1-machine": "MILL-9", "s1-o0-run": "soon", "title": ""},
        )

        assert shown.status_code == 422
        assert [label for _place, label, _error in shown.context["problems"]] == [
            "Title",
            "Step 1, Machine",
            "Step 2, Run, all pieces",
        ]
        assert "There is no machine MILL-9 in use." in shown.content.decode()

    def test_changes_one_as_it_was_seen(self, planner, north, facts):
        planner.post("/work-requests/add/", facts)
        with context.enterprise(north):
            made = WorkRequest.objects.get(title="Housing")
        page = f"/work-requests/{made.pk}/change/"
        assert 'value="MILL-2"' in text_of(planner.get(page))

        first = planner.post(page, facts | {"quantity": "14", "version": made.version})
        late = planner.post(page, facts | {"quantity": "15", "version": made.version})

        assert (first.status_code, late.status_code) == (302, 422)
        made.refresh_from_db()
        assert made.quantity == 14

    def test_cancels_one(self, planner, north, facts):
        planner.post("/work-requests/add/", facts)
        with context.enterprise(north):
            made = WorkRequest.objects.get(title="Housing")

        answer = planner.post(
            f"/work-requests/{made.pk}/cancellation/",
            {"version": made.version},
            follow=True,
        )

        assert "The work request is cancelled." in text_of(answer)
        with context.enterprise(north):
            states = set(made.job_orders.values_list("state", flat=True))
        assert states == {JobOrderState.ABORTED}

    def test_is_a_planners_alone(self, member_of, north, shop):
        viewer = member_of(north, Role.VIEWER)

        for page in ("add/", "rush/", f"{shop.shaft.pk}/change/"):
            assert viewer.get(f"/work-requests/{page}").status_code == 403


class TestRushOrder:
    def test_is_tried_before_it_is_taken_on(self, planner, north, facts):
        answer = planner.post("/work-requests/rush/", facts)

        with context.enterprise(north):
            tried = Schedule.objects.newest_first()[0]
            assert not WorkRequest.objects.filter(title="Housing").exists()
        assert answer["Location"] == f"/schedule/{tried.pk}/"
        assert tried.is_what_if

        page = text_of(planner.get("/work-requests/add/", {"tried": tried.pk}))
        assert 'value="Housing"' in page
        assert 'value="MILL-2"' in page

    def test_may_be_tried_from_the_form_of_any_work(self, planner, north, facts):
        planner.post("/work-requests/add/", facts | {"try": "1"})

        with context.enterprise(north):
            assert Schedule.objects.newest_first()[0].is_what_if


class TestSetupTimes:
    def path(self, shop) -> str:
        return f"/machines/{shop.mill.pk}/setup-times/"

    def test_are_a_matrix_of_the_families_that_a_machine_meets(self, planner, shop):
        shown = planner.get(self.path(shop))

        assert shown.context["families"] == ["shafts"]
        assert "From shafts to shafts" in text_of(shown)

    def test_grow_by_a_family_and_are_set(self, planner, north, shop):
        more = {"family-0": "shafts", "m0-0": "5", "family": "plates", "more": "1"}
        grown = planner.post(f"{self.path(shop)}all/", more)
        assert grown.context["families"] == ["shafts", "plates"]
        assert 'value="5"' in text_of(grown)

        answer = planner.post(
            f"{self.path(shop)}all/",
            {
                "family-0": "shafts",
                "family-1": "plates",
                "m0-0": "5",
                "m0-1": "45",
                "m1-0": "",
            },
        )

        assert answer["Location"] == self.path(shop)
        shown = planner.get(self.path(shop))
        assert [[cell.text for cell in row.cells] for row in shown.context["rows"]] == [
            ["–", "–"],
            ["45", "5"],
        ]
        assert "MILL-1" in text_of(planner.get("/setup-times/"))

    def test_are_refused_beside_their_cell(self, planner, shop):
        answer = planner.post(
            f"{self.path(shop)}all/", {"family-0": "shafts", "m0-0": "-1"}
        )

        assert set(answer.context["form"].errors) == {"m0-0"}

    def test_are_read_by_all_who_make(self, member_of, north, south, shop):
        text = text_of(member_of(north, Role.OPERATOR).get(self.path(shop)))

        assert 'name="m0-0"' not in text
        assert member_of(south).get(self.path(shop)).status_code == 404
