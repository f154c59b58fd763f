"""The list of machines: filters, chips, order and pages in its address."""

import csv

import pytest

from apps.machines import services
from apps.machines.types import MachineKind
from tenants.types import Actor, Role
from tests.factories import machines as factory
from tests.factories.machines import NOON


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def shop(in_north, planner):
    """Two sites, a work center, and machines of several kinds and makers."""
    munich = factory.site(name="Munich")
    center = factory.work_center()
    factory.published_machine(work_center=center.code, auto_quote=True)
    factory.complete_machine(code="Mazak01", maker="Mazak", site_id=munich.pk)
    factory.machine(code="Chamber", kind=MachineKind.FACILITY, maker="", model="")
    services.add_machine_of_model(
        site_id=munich.pk,
        model_code="hurco-vmx24",
        draft=services_draft("VMX"),
        by=Actor(label="Paula"),
        at=NOON,
    )
    return {"munich": munich, "center": center}


def services_draft(code):
    from apps.machines.types import MachineDraft

    return MachineDraft(code=code, name=code)


def text_of(response) -> str:
    assert response.status_code == 200, response.content.decode()
    return " ".join(response.content.decode().split())


def codes(text: str) -> list[str]:
    """Return the machines of a list in their order."""
    rows = text.partition("<tbody>")[2].split('<th scope="row">')[1:]
    return [row.partition(">")[2].partition("<")[0] for row in rows]


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "expected", "chip"),
        [
            ("auto=yes", ["Hurco04"], "Quotes by itself: Yes"),
            ("maker=Mazak", ["Mazak01"], "Maker: Mazak"),
            ("kind=facility", ["Chamber"], "Kind: Facility"),
            ("complete=no", ["VMX", "Chamber"], "Facts: Something is missing"),
            ("confirmed=no", ["VMX"], "figures: Some are not confirmed"),
            ("published=yes", ["Hurco04"], "In the exchange: Published"),
            ("q=mazak", ["Mazak01"], "Words: mazak"),
            ("process=milling", ["VMX", "Mazak01", "Hurco04"], "Process: Milling"),
        ],
    )
    def test_narrow_the_list_and_stand_above_it(
        self, planner, shop, query, expected, chip
    ):
        text = text_of(planner.get(f"/machines/?{query}"))

        assert codes(text) == expected
        assert chip in text
        assert 'class="chip" href="?"' in text

    def test_by_site_and_work_center_are_taken_away_one_by_one(self, planner, shop):
        site = shop["center"].site_id
        query = f"site={site}&center={shop['center'].pk}"

        text = text_of(planner.get(f"/machines/?{query}"))

        assert codes(text) == ["Hurco04"]
        assert "Site: Augsburg" in text
        assert "Work center: WC-MILL · Milling" in text
        assert f'href="?site={site}"' in text
        assert ">1 machine<" in text

    @pytest.mark.parametrize(
        "query",
        [
            "state=gone",
            "site=x",
            "published=maybe",
            "sort=colour",
            "after=%00",
            "q=%00",
        ],
    )
    def test_take_no_notice_of_what_cannot_be_meant(self, planner, shop, query):
        text = text_of(planner.get(f"/machines/?{query}"))

        assert codes(text) == ["VMX", "Chamber", "Mazak01", "Hurco04"]
        assert 'class="chip"' not in text
        assert ">4 machines<" in text

    def test_say_what_an_empty_list_means(self, planner, shop):
        text = text_of(planner.get("/machines/?complete=no&maker=Mazak"))

        assert "No machine is like that" in text
        assert "Every machine says what buyers need to know." in text

    def test_hold_for_the_file_too(self, planner, shop):
        response = planner.get("/machines/export/?maker=Mazak")

        rows = list(csv.DictReader(response.content.decode("utf-8-sig").splitlines()))
        assert [row["Machine code"] for row in rows] == ["Mazak01"]
        text = text_of(planner.get("/machines/?maker=Mazak"))
        assert 'href="/machines/export/?maker=Mazak"' in text

    def test_hold_for_the_map_too(self, planner, shop):
        text = text_of(planner.get("/machines/map/?maker=Mazak"))

        assert "1 machine, by the site where it stands." in text
        assert '<input type="hidden" name="maker" value="Mazak">' in text


class TestOrder:
    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("code", ["Chamber", "Hurco04", "Mazak01", "VMX"]),
            ("-code", ["VMX", "Mazak01", "Hurco04", "Chamber"]),
            ("site", ["Hurco04", "Chamber", "Mazak01", "VMX"]),
        ],
    )
    def test_is_chosen_by_the_head_of_a_column(self, planner, shop, sort, expected):
        text = text_of(planner.get(f"/machines/?sort={sort}"))

        assert codes(text) == expected
        turned = "-" if not sort.startswith("-") else ""
        assert f'href="?sort={turned}{sort.removeprefix("-")}"' in text
        assert text.count("aria-sort=") == 1

    @pytest.mark.parametrize("sort", ["", "maker", "-maker", "work_center"])
    def test_is_kept_from_page_to_page_and_back(self, planner, in_north, sort):
        for number in range(55):
            factory.machine(code=f"M{number:02}", maker=f"Maker {number % 3}")
        query = f"sort={sort}" if sort else ""

        pages, address = [], f"/machines/?{query}"
        while address:
            text = text_of(planner.get(address))
            pages.append(codes(text))
            address = link(text, "next")
        back = text_of(planner.get(link(text, "prev")))

        assert [len(page) for page in pages] == [25, 25, 5]
        assert len({code for page in pages for code in page}) == 55
        assert codes(back) == pages[1]


def link(text: str, rel: str) -> str:
    (_before, found, rest) = text.partition(f'rel="{rel}" href="')
    if not found:
        return ""
    return f"/machines/{rest.partition(chr(34))[0]}".replace("&amp;", "&")


class TestTicking:
    def test_is_offered_to_those_who_may_change_machines(self, member_of, north, shop):
        text = text_of(member_of(north, Role.VIEWER).get("/machines/"))

        assert 'type="checkbox"' not in text
        assert "Change all" not in text

    def test_takes_the_filter_along(self, planner, shop):
        text = text_of(planner.get("/machines/?maker=Mazak"))

        assert "Change all that match" in text
        assert '<input type="hidden" name="maker" value="Mazak">' in text


def test_values_stand_under_their_names_on_a_phone(planner, shop):
    text = text_of(planner.get("/machines/"))

    for name in ("Maker and model", "Site", "Work center", "State", "Still missing"):
        assert text.count(f'data-label="{name}"') == 4
