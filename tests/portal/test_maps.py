"""Maps: places on the plane, frames around sites, outlines, labels."""

from dataclasses import replace
from math import cos, pi, radians, sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.portal.maps import Map, Spot, atlas, box_of, draw, frame_of
from apps.portal.maps.atlas import COARSE, FINE, NOTHING, decoded
from apps.portal.maps.drawing import DESK, PHONE
from apps.portal.maps.frames import HEIGHT, MARGIN, WIDTH, WORLD, Frame
from apps.portal.maps.outlines import clipped_lines, clipped_ring, outline
from apps.portal.maps.projection import (
    WIDTH_OF_THE_GLOBE,
    EqualEarth,
    Equirectangular,
)

AUGSBURG, SHANGHAI, KAMCHATKA, ALASKA = (
    (10.898, 48.371),
    (121.474, 31.23),
    (158.65, 53.04),
    (-149.9, 61.2),
)
LONGITUDES = st.floats(-180, 180)
LATITUDES = st.floats(-90, 90)
SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]


def spots(*points: tuple[float, float]) -> list[Spot]:
    return [
        Spot(f"Site {number}", *point, 1, f"/{number}/", f"Site {number}: 1 machine")
        for number, point in enumerate(points)
    ]


def several(near, box: str) -> tuple[str, str, str]:
    return f"{len(near)} sites", f"{len(near)} sites here", box or "#table"


def drawn(*points: tuple[float, float], **rest: object) -> Map:
    return draw(spots(*points), several=several, **rest)


class TestEqualEarth:
    # Computed from the polynomial of Šavrič, Patterson and Jenny (2018), and agreed
    # with by PROJ's `eqearth` on a sphere of radius 1.
    @pytest.mark.parametrize(
        ("longitude", "latitude", "x", "y"),
        [
            (0, 0, 0.0, 0.0),
            (180, 0, 2.7066299836, 0.0),
            (0, 90, 0.0, 1.3173627592),
            (0, -90, 0.0, -1.3173627592),
            (90, 45, 1.1560, 0.8612),
        ],
    )
    def test_puts_known_points_where_they_belong(self, longitude, latitude, x, y):
        found = EqualEarth().to_plane(longitude, latitude)

        assert found == pytest.approx((x, y), abs=5e-3 if x and y else 1e-9)

    def test_shows_areas_as_large_as_they_are(self):
        def area(south: float) -> float:
            x0, y0 = EqualEarth().to_plane(0, south)
            x1, _ = EqualEarth().to_plane(0.01, south)
            _, y1 = EqualEarth().to_plane(0, south + 0.01)
            return (x1 - x0) * (y1 - y0) / cos(radians(south + 0.005))

        assert area(60) == pytest.approx(area(0), rel=1e-3)
        assert area(80) == pytest.approx(area(-30), rel=1e-3)

    def test_is_as_wide_as_said(self):
        assert pytest.approx(2 * 2.7066299836) == WIDTH_OF_THE_GLOBE
        assert pytest.approx(4 * pi / (sqrt(3) * 1.340264)) == WIDTH_OF_THE_GLOBE


class TestEquirectangular:
    def test_is_true_at_its_latitude(self):
        found = Equirectangular(10.0, 60.0).to_plane(12.0, 61.0)

        assert found == pytest.approx((1.0, 1.0))

    def test_does_not_shrink_to_nothing_at_a_pole(self):
        assert Equirectangular(0.0, 90.0).to_plane(10.0, 90.0) == (0.5, 0.0)


class TestFrameOf:
    def test_shows_the_world_without_sites(self):
        assert frame_of([]) == WORLD

    def test_shows_one_site_with_what_is_around_it(self):
        frame = frame_of([AUGSBURG])

        assert frame.span == 16.0
        x, y = frame.place(*AUGSBURG)
        assert abs(x - WIDTH / 2) < WIDTH / 16
        assert abs(y - HEIGHT / 2) < HEIGHT / 8

    def test_goes_the_short_way_over_the_antimeridian(self):
        frame = frame_of([KAMCHATKA, ALASKA])

        assert frame.span is not None
        (west, _), (east, _) = (frame.place(*p) for p in (KAMCHATKA, ALASKA))
        assert 0 < west < east < WIDTH

    def test_shows_the_globe_for_sites_on_several_continents(self):
        frame = frame_of([(-70.6, -33.4), SHANGHAI])

        assert frame.span is None
        assert frame.longitude % 15 == 0

    @pytest.mark.parametrize("latitude", [-90.0, 90.0, 89.99])
    def test_bears_the_poles(self, latitude):
        frame = frame_of([(0.0, latitude), (170.0, latitude)])

        for longitude in (0.0, 170.0):
            x, y = frame.place(longitude, latitude)
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT

    @given(st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=1, max_size=6))
    def test_holds_every_point_with_a_margin(self, points):
        frame = frame_of(points)

        for point in points:
            x, y = frame.place(*point)
            assert -1e-6 <= x <= WIDTH + 1e-6
            assert -1e-6 <= y <= HEIGHT + 1e-6
            if frame.span is not None:
                assert MARGIN / 2 * WIDTH <= x <= (1 - MARGIN / 2) * WIDTH
                assert MARGIN / 2 * HEIGHT <= y <= (1 - MARGIN / 2) * HEIGHT

    def test_comes_in_steps_that_many_maps_share(self):
        near = [frame_of([(10.9 + step / 100, 48.37)]) for step in range(10)]

        assert len(set(near)) <= 2


class TestBoxOf:
    def test_reads_corners(self):
        assert box_of("10,47.5,11,48") == [(10.0, 47.5), (11.0, 48.0)]

    @pytest.mark.parametrize(
        "text", ["", "a", "1,2,3", "1,2,3,4,5", "nan,0,1,1", "0,0,181,1", "0,-91,1,1"]
    )
    def test_takes_nothing_else(self, text):
        assert box_of(text) is None


class TestClipping:
    BOUNDS = (2.0, -5.0, 8.0, 5.0)

    def test_cuts_an_area(self):
        (found,) = clipped_ring(SQUARE, self.BOUNDS)

        assert set(found) == {(2.0, 0.0), (8.0, 0.0), (8.0, 5.0), (2.0, 5.0)}

    def test_leaves_nothing_of_an_area_outside(self):
        assert clipped_ring(SQUARE, (20.0, 0.0, 30.0, 5.0)) == []

    def test_cuts_a_line_into_the_pieces_inside(self):
        line = [(0.0, 0.0), (10.0, 0.0), (10.0, 2.0), (0.0, 2.0)]

        assert clipped_lines(line, self.BOUNDS) == [
            [(2.0, 0.0), (8.0, 0.0)],
            [(8.0, 2.0), (2.0, 2.0)],
        ]


class TestDecoded:
    # Two countries side by side; their common border is arc 1.
    TOPOLOGY = {
        "transform": {"scale": [0.5, 1.0], "translate": [10.0, 0.0]},
        "arcs": [
            [[2, 0], [-2, 0], [0, 1], [2, 0]],
            [[2, 1], [0, -1]],
            [[2, 1], [2, 0], [0, -1], [-2, 0]],
        ],
        "objects": {
            "countries": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "arcs": [[0, 1]]},
                    {"type": "MultiPolygon", "arcs": [[[2, -2]]]},
                ],
            },
            "land": {"type": "MultiPolygon", "arcs": [[[0, 2]]]},
        },
    }

    def test_reads_steps_and_arcs_of_both_directions(self):
        found = decoded(self.TOPOLOGY)

        (land,) = found.land
        assert land.tolist() == [
            [11, 0],
            [10, 0],
            [10, 1],
            [11, 1],
            [12, 1],
            [12, 0],
            [11, 0],
        ]
        (border,) = found.borders
        assert border.tolist() == [[11, 1], [11, 0]]

    def test_lets_an_area_go_on_over_the_antimeridian(self):
        moved = self.TOPOLOGY | {
            "transform": {"scale": [0.5, 1.0], "translate": [179.0, 0.0]},
            "arcs": [
                [[2, 0], [-2, 0], [0, 1], [2, 0]],
                [[2, 1], [0, -1]],
                [[-718, 1], [2, 0], [0, -1], [-2, 0]],
            ],
        }

        (land,) = decoded(moved).land
        assert (land[:, 0].min(), land[:, 0].max()) == (179.0, 181.0)


class TestAtlas:
    def test_is_empty_before_assets_are_fetched(self, settings, tmp_path: Path):
        settings.SPINDLE_ATLAS = tmp_path

        assert atlas.atlas(COARSE) is NOTHING

    @pytest.mark.parametrize("name", [COARSE, FINE])
    def test_knows_the_shape_of_the_world(self, name):
        known = atlas.atlas(name)
        if known is NOTHING:
            pytest.skip("The assets were not fetched.")

        assert len(known.land) > 100
        assert all(len(ring) >= 4 for ring in known.land)
        assert max(ring[:, 1].max() for ring in known.land) == pytest.approx(
            83.6, abs=0.1
        )


class TestOutline:
    @pytest.fixture(autouse=True)
    def _fresh(self):
        outline.cache_clear()
        yield
        outline.cache_clear()

    @pytest.mark.parametrize(
        "frame",
        [
            WORLD,
            Frame(150.0),
            frame_of([AUGSBURG]),
            frame_of([KAMCHATKA, ALASKA]),
            frame_of([(9.0, 38.0), (60.0, 56.0)]),
            frame_of([(0.0, 89.5)]),
        ],
    )
    def test_is_light_enough_for_a_page(self, frame):
        found = outline(frame)

        paths = (found.sea, found.net, found.land, found.borders)
        assert sum(map(len, paths)) < 60_000
        assert not set("".join(paths)) - set("Mlz-0123456789 ")

    def test_has_a_net_without_land(self, settings, tmp_path: Path):
        settings.SPINDLE_ATLAS = tmp_path

        found = outline(frame_of([AUGSBURG]))

        assert (found.land, found.borders) == ("", "")
        assert found.net.count("M") > 4
        assert not drawn(AUGSBURG).has_land

    def test_is_drawn_once(self):
        assert outline(WORLD) is outline(Frame())


class TestDraw:
    def test_marks_one_site_near_the_middle(self):
        (marker,) = drawn(AUGSBURG).markers

        assert (marker.label, marker.href, marker.spots) == ("Site 0", "/0/", 1)
        assert 40 < float(marker.x.rstrip("%")) < 60

    def test_marks_nothing_without_sites(self):
        found = drawn()

        assert (found.markers, found.is_world) == ([], True)

    def test_draws_larger_what_has_more_machines(self):
        small, large = spots(AUGSBURG, SHANGHAI)
        found = draw([small, replace(large, count=30)], several=several)

        assert [marker.label for marker in found.markers] == ["Site 1", "Site 0"]
        assert float(found.markers[0].radius) > float(found.markers[1].radius)

    def test_puts_sites_together_that_cannot_be_told_apart(self):
        near = (AUGSBURG[0] + 0.2, AUGSBURG[1])
        found = drawn(AUGSBURG, near, SHANGHAI)

        marker = next(one for one in found.markers if one.spots == 2)
        assert marker.label == "2 sites"
        assert marker.href == "10.898,48.371,11.098,48.371"
        corners = box_of(marker.href)
        assert [
            one.spots for one in drawn(AUGSBURG, near, corners=corners).markers
        ] == [
            1,
            1,
        ]

    def test_leads_to_the_table_where_zooming_tells_nothing(self):
        (marker,) = drawn(AUGSBURG, (AUGSBURG[0] + 0.1, AUGSBURG[1])).markers

        assert marker.href == "#table"

    def test_shortens_long_names(self):
        spot = replace(spots(AUGSBURG)[0], name="N" * 80)
        (marker,) = draw([spot], several=several).markers

        assert marker.label == "N" * 27 + "…"

    @pytest.mark.parametrize("width", [DESK, PHONE])
    def test_writes_no_label_over_another(self, width):
        scale = width / 100
        found = drawn(
            *((-170 + (step * 37) % 340, -60 + (step * 11) % 120) for step in range(40))
        )

        boxes = []
        for marker in found.markers:
            if not marker.label or (width == PHONE and marker.is_label_minor):
                continue
            x = float(marker.x[:-1]) * scale + float(marker.label_dx)
            y = float(marker.y[:-1]) * scale / 2 + float(marker.label_dy) - 4
            length = 7.2 * len(marker.label)
            left = {"start": x, "end": x - length, "middle": x - length / 2}
            boxes.append((left[marker.label_anchor], y, length))
        assert len(boxes) >= 2
        for number, (left, y, length) in enumerate(boxes):
            for other_left, other_y, other_length in boxes[:number]:
                assert (
                    left >= other_left + other_length - 0.2
                    or other_left >= left + length - 0.2
                    or abs(y - other_y) >= 13
                )

    def test_stays_small_with_many_sites(self):
        found = drawn(
            *(
                (-170 + (step * 7.3) % 340, -60 + (step * 3.1) % 120)
                for step in range(500)
            )
        )

        assert sum(marker.spots for marker in found.markers) == 500
        assert len(found.markers) < 300
