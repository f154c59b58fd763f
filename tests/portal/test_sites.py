"""The pages of sites: on a map, one by one, written, dropped."""

import pytest

from apps.machines import selectors
from tenants import context
from tenants.types import Role
from tests.factories import machines as factory
from tests.factories.capacity import early_shifts

FACTS = {
    "name": "Works Augsburg",
    "country": "DE",
    "region": "Bayern",
    "city": "Augsburg",
    "address": "Lechhausen industrial estate",
    "latitude": "48.37",
    "longitude": "10.9",
    "time_zone": "Europe/Berlin",
    "location_disclosure": "grid",
    "holiday_country": "",
    "holiday_subdivision": "BY",
}


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def augsburg(in_north):
    return factory.site(name="Plant 1")


def text_of(response) -> str:
    assert response.status_code == 200, response.content.decode()
    return " ".join(response.content.decode().split())


def stored(north, site):
    with context.enterprise(north):
        return selectors.site(site.pk)


class TestList:
    def test_marks_sites_on_a_map_and_lists_them(self, planner, in_north, augsburg):
        factory.machine(site_id=augsburg.pk)
        factory.site(name="Nowhere", latitude=None, longitude=None)

        text = text_of(planner.get("/sites/"))

        assert f'href="/sites/{augsburg.pk}/" aria-label="Plant 1: 1 machine"' in text
        assert "One site is on the map" in text
        assert "Without coordinates, and so not on the map" in text
        assert "style=" not in text.partition("<main")[2]

    def test_zooms_in_on_sites_that_lie_together(self, planner, in_north, augsburg):
        factory.site(name="Plant 2", latitude=48.6, longitude=10.9)
        factory.site(name="Far", latitude=31.2, longitude=121.5, country="CN")

        text = text_of(planner.get("/sites/"))
        assert 'aria-label="2 sites near Plant 1: 0 machines"' in text
        (_before, _mark, rest) = text.partition('class="map-spot map-spots" href="')
        near = rest.partition('"')[0]
        assert near == "/sites/?box=10.898,48.370,10.900,48.600"

        zoomed = text_of(planner.get(near))
        assert 'aria-label="Plant 1: 0 machines"' in zoomed
        assert 'aria-label="Plant 2: 0 machines"' in zoomed
        assert 'aria-label="Far' not in zoomed
        assert ">Show all sites<" in zoomed

    def test_takes_no_notice_of_a_box_that_is_none(self, planner, augsburg):
        for box in ("x", "1,2,3", "nan,0,0,0", "inf,0,1,1", "0,0,999,0"):
            assert "Plant 1" in text_of(planner.get("/sites/", {"box": box}))

    def test_stays_light_with_five_hundred_sites(self, planner, in_north):
        for number in range(500):
            factory.site(
                name=f"Site {number:03}",
                latitude=-60 + (number * 7) % 130,
                longitude=-175 + (number * 13) % 350,
            )

        response = planner.get("/sites/")

        assert len(response.content) < 200_000
        text = text_of(response)
        assert "500 sites are on the map" in text
        assert text.count("<tr>") == 51
        assert 'rel="next"' in text


class TestDetail:
    def test_says_what_stands_there_and_what_the_clock_shows(
        self, planner, in_north, augsburg
    ):
        factory.machine(site_id=augsburg.pk, code="Hurco09")

        text = text_of(planner.get(f"/sites/{augsburg.pk}/"))

        assert "Hurco09" in text
        assert "Europe/Berlin, GMT+" in text
        assert "Latitude 48.3" in text
        assert "Site added" in text
        assert "1 machine stands there" in text
        assert "Drop Plant 1?" not in text

    def test_shows_the_holidays_of_a_year(self, planner, in_north):
        site = factory.site(name="Bavaria", holiday_subdivision="BY")

        text = text_of(planner.get(f"/sites/{site.pk}/"))

        assert "Germany, Bayern" in text
        assert "Assumption Day" in text
        assert "Day off" in text

    def test_names_chinese_holidays_in_chinese(self, planner, in_north):
        site = factory.site(name="Minhang", country="CN", time_zone="Asia/Shanghai")
        planner.cookies["spindle_language"] = "zh-hans"

        assert "国庆节" in text_of(planner.get(f"/sites/{site.pk}/"))

    def test_says_that_a_place_is_not_known(self, planner, in_north):
        site = factory.site(name="Nowhere", latitude=None, longitude=None)

        text = text_of(planner.get(f"/sites/{site.pk}/"))

        assert "Not on the map" in text
        assert "map-plot" not in text

    def test_is_not_there_for_others(self, member_of, south, augsburg):
        outsider = member_of(south)

        for page in ("", "change/"):
            assert outsider.get(f"/sites/{augsburg.pk}/{page}").status_code == 404
        assert outsider.post(f"/sites/{augsburg.pk}/removal/").status_code == 404


class TestWrite:
    def test_adds_a_site_with_its_holidays(self, planner, north):
        response = planner.post("/sites/add/", FACTS)

        with context.enterprise(north):
            (made,) = selectors.sites()
        assert response["Location"] == f"/sites/{made.pk}/"
        assert (made.address, made.holiday_subdivision) == (FACTS["address"], "BY")

    def test_changes_a_site_as_it_was_seen(self, planner, north, augsburg):
        page = f"/sites/{augsburg.pk}/change/"
        assert 'name="version" value="1"' in text_of(planner.get(page))

        response = planner.post(page, {**FACTS, "version": "1"})
        late = planner.post(page, {**FACTS, "name": "Late", "version": "1"})

        assert response.status_code == 302
        assert late.status_code == 422
        assert "was changed by someone else" in late.content.decode()
        assert stored(north, augsburg).name == "Works Augsburg"

    def test_shows_the_regions_of_another_country_and_saves_nothing(
        self, planner, north, augsburg
    ):
        page = f"/sites/{augsburg.pk}/change/"

        text = text_of(
            planner.post(page, {**FACTS, "country": "PL", "version": "1", "look": "1"})
        )

        assert '<option value="14">Mazowieckie</option>' in text
        assert ">Bayern</option>" not in text
        zones = text.partition('id="id_time_zone"')[2]
        assert zones.partition("<optgroup")[2].startswith(' label="Poland"')
        assert 'value="Works Augsburg"' in text
        assert stored(north, augsburg).country == "DE"

    def test_refuses_a_region_of_another_country_and_names_those_it_has(
        self, planner, north, augsburg
    ):
        response = planner.post(
            f"/sites/{augsburg.pk}/change/", {**FACTS, "country": "PL", "version": "1"}
        )

        assert response.status_code == 422
        text = response.content.decode()
        assert "PL has no public holidays of a region BY" in text
        assert stored(north, augsburg).version == 1

    def test_is_for_planners(self, member_of, north, augsburg):
        viewer = member_of(north, Role.VIEWER)

        assert viewer.get(f"/sites/{augsburg.pk}/").status_code == 200
        assert viewer.get(f"/sites/{augsburg.pk}/change/").status_code == 403
        assert viewer.post(f"/sites/{augsburg.pk}/removal/").status_code == 403


class TestDrop:
    def test_takes_an_empty_site_out(self, planner, north, augsburg):
        assert "Drop Plant 1?" in text_of(planner.get(f"/sites/{augsburg.pk}/"))

        response = planner.post(f"/sites/{augsburg.pk}/removal/", {"version": "1"})

        assert response["Location"] == "/sites/"
        with context.enterprise(north):
            assert list(selectors.sites()) == []

    @pytest.mark.parametrize("version", ["2", "", "x", "²"])
    def test_keeps_a_site_that_was_changed_meanwhile(
        self, planner, north, augsburg, version
    ):
        response = planner.post(f"/sites/{augsburg.pk}/removal/", {"version": version})

        assert response["Location"] == f"/sites/{augsburg.pk}/"
        assert "was changed by someone else" in text_of(
            planner.get(response["Location"])
        )

    def test_keeps_a_site_where_machines_stand_and_says_why(
        self, planner, in_north, augsburg
    ):
        factory.machine(site_id=augsburg.pk)

        response = planner.post(f"/sites/{augsburg.pk}/removal/", {"version": "1"})

        assert "cannot be dropped: 1 machine stands there" in text_of(
            planner.get(response["Location"])
        )


class TestMachineMap:
    def test_counts_the_machines_that_the_filters_keep(
        self, planner, in_north, augsburg
    ):
        shanghai = factory.site(
            name="Minhang", country="CN", latitude=31.1, longitude=121.4
        )
        for number in range(2):
            factory.machine(site_id=augsburg.pk, code=f"A-{number}")
        factory.machine(site_id=shanghai.pk, code="C-1", maker="Haas")

        whole = text_of(planner.get("/machines/map/"))
        haas = text_of(planner.get("/machines/map/?q=haas"))

        assert 'aria-label="Plant 1: 2 machines"' in whole
        assert "3 machines, by the sites where they stand." in whole
        assert 'aria-label="Minhang: 1 machine"' in haas
        assert "Plant 1: " not in haas
        assert f'href="/machines/?q=haas&amp;site={shanghai.pk}"' in haas
        assert 'href="/machines/?q=haas"' in haas

    def test_leads_from_the_list_with_its_filters(self, planner, in_north, augsburg):
        factory.machine(site_id=augsburg.pk)

        assert 'href="/machines/map/?q=hurco"' in text_of(
            planner.get("/machines/?q=hurco")
        )

    def test_lists_the_sites_with_most_machines(
        self, planner, in_north, augsburg, monkeypatch
    ):
        monkeypatch.setattr("apps.portal.machine_map.MOST_ROWS", 1)
        other = factory.site(name="Plant 2", latitude=53.1, longitude=8.8)
        factory.machine(site_id=augsburg.pk, code="A-1")
        for number in range(2):
            factory.machine(site_id=other.pk, code=f"B-{number}")

        text = text_of(planner.get("/machines/map/"))

        assert "And one site with fewer machines." in text
        assert f'<th scope="row"><a href="/sites/{other.pk}/">' in text
        assert f'<th scope="row"><a href="/sites/{augsburg.pk}/">' not in text
        assert 'aria-label="Plant 1: 1 machine"' in text

    def test_says_when_no_machine_is_like_that(self, planner, in_north, augsburg):
        factory.machine(site_id=augsburg.pk)

        assert "No machine is like that" in text_of(planner.get("/machines/map/?q=zz"))

    def test_teaches_the_next_step_when_there_is_none(self, planner):
        assert "No machines yet" in text_of(planner.get("/machines/map/"))


class TestCalendarOfAMachine:
    def test_names_the_holidays_that_its_site_keeps(self, planner, in_north):
        early_shifts(holiday_country="DE")
        site = factory.site(name="Minhang", country="CN", time_zone="Asia/Shanghai")
        machine = factory.machine(site_id=site.pk)

        shown = planner.get(f"/machines/{machine.pk}/calendar/")

        assert shown.context["kept"] == "China"
        # Saving gives it a calendar of its own: with the same holidays as before.
        assert '<option value="" selected>As above: China</option>' in text_of(shown)

    def test_says_nothing_of_holidays_that_it_works_through(self, planner, in_north):
        early_shifts()
        machine = factory.machine()

        text = text_of(planner.get(f"/machines/{machine.pk}/calendar/"))

        assert "Public holidays kept" not in text
