"""Volumes are checked against figures that this code had no part in.

The exact figures of the real STEP files are integrals over their surfaces, computed
once by OpenCASCADE's own `BRepGProp` (not from triangles); those of the cylinders are
the school's formula. The NIST plate is checked a third way, with nothing but numpy.
"""

import json
import math
import os
import resource
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from apps.orders.rules import geometry
from apps.orders.rules.geometry import GeometryReaderLost, GeometryUnreadable, Limits
from apps.orders.types import Geometry, PartFileKind
from tests.apps.orders import part_files
from tests.support.data import shared_data

BOX = part_files.box_facets((0, 0, 0), (10, 20, 30))


def read(content: bytes, name: str = "part.stl", unit: str = "mm") -> Geometry:
    kind = PartFileKind.STL if name.lower().endswith("stl") else PartFileKind.STEP
    return geometry.read([content], name=name, kind=kind, unit=unit)


def read_shared(name: str, unit: str = "mm") -> Geometry:
    return read(shared_data(f"parts/{name}").read_bytes(), name, unit)


def sizes(found: Geometry) -> tuple[float, float, float]:
    facts = found.facts
    return facts.size_x_mm, facts.size_y_mm, facts.size_z_mm


def unreadable(content: bytes, name: str = "part.stl") -> GeometryUnreadable:
    with pytest.raises(GeometryUnreadable) as refused:
        read(content, name)
    assert refused.value.field == "file"
    assert refused.value.remedy
    return refused.value


class TestStep:
    @pytest.mark.parametrize(
        ("name", "volume", "area", "box", "bodies"),
        [
            (
                "nist-plate.step",
                35223.28577,
                19920.56393,
                (120.0, 71.16, 5.0),
                5,
            ),
            # In inches: 5 x 2.5 x 1.375.
            (
                "featuretype.STEP",
                190447.65921,
                34733.53722,
                (127.0, 63.5, 34.925),
                1,
            ),
            # In inches, and a quarter of its outline is curved.
            (
                "base_interface_AP203.STEP",
                1257991.52562,
                541917.24136,
                (599.4124, 638.6724, 4.7625),
                1,
            ),
        ],
    )
    def test_measures_real_parts(
        self,
        name: str,
        volume: float,
        area: float,
        box: tuple[float, float, float],
        bodies: int,
    ) -> None:
        found = read_shared(name)

        assert found.facts.volume_mm3 == pytest.approx(volume, rel=2e-5)
        assert found.facts.area_mm2 == pytest.approx(area, rel=2e-5)
        assert sizes(found) == pytest.approx(box, abs=0.01)
        assert found.facts.is_watertight
        assert (found.facts.body_count, found.facts.cavity_count) == (bodies, 0)
        assert found.facts.volume_error_mm3 is not None
        assert found.facts.volume_error_mm3 < 1e-4 * volume

    def test_agrees_with_the_divergence_theorem_on_the_plate(
        self, tmp_path: Path
    ) -> None:
        plate = shared_data("parts/nist-plate.step")
        coarse = flux_volume(plate, tmp_path / "coarse.glb", 0.04, 0.3)
        fine = flux_volume(plate, tmp_path / "fine.glb", 0.01, 0.15)

        volume = read_shared("nist-plate.step").facts.volume_mm3

        # Both meshes fill the letters' concave curves a little, the coarse one more.
        assert coarse > fine > volume
        assert volume == pytest.approx(fine, rel=1.5e-4)
        assert volume == pytest.approx(fine + (fine - coarse) / 3, rel=2e-5)

    @pytest.mark.parametrize(
        ("radius", "height", "unit", "mm"),
        [
            (10.0, 50.0, "mm", 1.0),
            (1.0, 20.0, "mm", 1.0),
            (0.5, 3.0, "inch", 25.4),
            (0.3, 0.02, "m", 1000.0),
        ],
    )
    def test_measures_a_cylinder_in_the_unit_of_its_file(
        self, radius: float, height: float, unit: str, mm: float
    ) -> None:
        content = part_files.step_cylinder(radius=radius, height=height, unit=unit)
        r, h = radius * mm, height * mm

        found = read(content, "pin.step")

        assert found.facts.volume_mm3 == pytest.approx(math.pi * r * r * h, rel=2e-5)
        assert found.facts.area_mm2 == pytest.approx(
            2 * math.pi * r * (r + h), rel=2e-5
        )
        assert sizes(found) == pytest.approx((2 * r, 2 * r, h), rel=1e-5)

    def test_measures_rightly_with_the_rough_meshes_of_a_large_model(
        self, tmp_path: Path
    ) -> None:
        source = tmp_path / "pin.step"
        source.write_bytes(part_files.step_cylinder(radius=10.0, height=50.0))
        code = (
            "import json, sys; from pathlib import Path;"
            "from apps.orders.rules import geometry_reader as reader;"
            "reader.TRIANGLES_BEFORE_COARSE = 10;"
            "facts = reader.read_step(Path(sys.argv[1]), Path(sys.argv[2]));"
            "print(json.dumps(facts))"
        )
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                code,
                source,
                tmp_path / "preview.glb",
            ],
            check=True,
            capture_output=True,
            text=True,
            env=geometry.ENVIRONMENT,
        )

        facts = json.loads(done.stdout.splitlines()[-1])

        exact = math.pi * 5000
        assert facts["triangle_count"] < 200
        assert facts["volume_mm3"] == pytest.approx(exact, rel=2e-4)
        assert facts["volume_error_mm3"] > abs(facts["volume_mm3"] - exact)

    def test_draws_a_preview_in_metres(self) -> None:
        found = read(part_files.step_cylinder(radius=10.0, height=50.0), "pin.step")

        assert found.preview is not None
        magic, version, length = struct.unpack_from("<4sII", found.preview)
        assert (magic, version, length) == (b"glTF", 2, len(found.preview))
        assert len(found.preview) < 50_000

    def test_says_in_which_line_a_file_breaks(self) -> None:
        broken = unreadable(part_files.step("\n#1=PRODUCT(;\n"), "broken.step")

        assert str(broken) == (
            "broken.step could not be read as STEP: line 8: Incorrect syntax:"
            " unexpected ';'. Export the part again from your CAD system as STEP."
        )

    def test_says_that_a_file_holds_no_solid(self) -> None:
        point = part_files.step("\n#1=CARTESIAN_POINT('',(0.,0.,0.));\n")

        assert str(unreadable(point, "point.step").detail) == (
            "point.step holds no solid, only curves or notes."
        )

    def test_survives_references_that_lead_nowhere(self) -> None:
        content = part_files.step_cylinder(radius=1.0, height=1.0)
        looped = content.replace(b"#60=EDGE_LOOP('',(#50", b"#60=EDGE_LOOP('',(#60")

        assert "part.step is not a closed solid" in str(unreadable(looped, "part.step"))


def flux_volume(source: Path, target: Path, linear: float, angular: float) -> float:
    """Sum det(a, b, c) / 6 over the bare triangles of a mesh, read from its bytes.

    Run apart: OpenCASCADE prints, and stays in memory.
    """
    code = (
        "import sys, cascadio; cascadio.step_to_glb(sys.argv[1], sys.argv[2],"
        " float(sys.argv[3]), float(sys.argv[4]), False, True, False)"
    )
    subprocess.run(
        [sys.executable, "-c", code, source, target, str(linear), str(angular)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    content = target.read_bytes()
    (length,) = struct.unpack_from("<I", content, 12)
    document = json.loads(content[20 : 20 + length])
    binary = content[20 + length + 8 :]

    def numbers(index: int) -> np.ndarray:
        accessor = document["accessors"][index]
        view = document["bufferViews"][accessor["bufferView"]]
        kind = {5126: "<f4", 5125: "<u4", 5123: "<u2"}[accessor["componentType"]]
        width = {"SCALAR": 1, "VEC3": 3}[accessor["type"]]
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        found = np.frombuffer(
            binary, kind, count=accessor["count"] * width, offset=start
        )
        return found.reshape(-1, width)

    volume = 0.0
    for mesh in document["meshes"]:
        for primitive in mesh["primitives"]:
            points = numbers(primitive["attributes"]["POSITION"]).astype(float) * 1000
            corners = points[numbers(primitive["indices"]).reshape(-1, 3)]
            volume += np.linalg.det(corners).sum() / 6
    return float(volume)


class TestStl:
    def test_measures_the_unit_cube_exactly(self) -> None:
        found = read_shared("unit_cube.STL")

        assert found.facts.volume_mm3 == 1.0
        assert found.facts.area_mm2 == 6.0
        assert sizes(found) == (1.0, 1.0, 1.0)
        assert found.facts.triangle_count == 12
        assert (found.facts.body_count, found.facts.cavity_count) == (1, 0)
        assert found.facts.is_watertight
        assert found.facts.volume_error_mm3 == 0.0

    def test_measures_a_real_block_in_the_unit_that_its_buyer_names(self) -> None:
        found = read_shared("angle_block.STL", unit="[in_i]")

        assert found.facts.volume_mm3 == pytest.approx(1.1455225425 * 25.4**3)
        assert found.facts.area_mm2 == pytest.approx(9.38733795 * 25.4**2)
        assert sizes(found) == (34.0, 25.4, 34.34)
        assert found.facts.triangle_count == 704

    @pytest.mark.parametrize("write", [part_files.binary_stl, part_files.text_stl])
    def test_reads_both_forms(self, write: object) -> None:
        found = read(write(BOX))  # type: ignore[operator]

        assert (found.facts.volume_mm3, found.facts.area_mm2) == (6000.0, 2200.0)
        assert sizes(found) == (10.0, 20.0, 30.0)

    def test_takes_a_cavity_off_the_volume(self) -> None:
        bubble = part_files.box_facets((2, 2, 2), (4, 4, 4), inside_out=True)

        found = read(part_files.binary_stl([*BOX, *bubble]))

        assert found.facts.volume_mm3 == 5992.0
        assert (found.facts.body_count, found.facts.cavity_count) == (1, 1)

    def test_counts_bodies_that_lie_apart(self) -> None:
        other = part_files.box_facets((20, 0, 0), (22, 2, 2))

        found = read(part_files.binary_stl([*BOX, *other]))

        assert found.facts.volume_mm3 == 6008.0
        assert found.facts.body_count == 2

    def test_closes_bodies_that_touch_along_an_edge(self) -> None:
        other = part_files.box_facets((10, 20, 0), (12, 22, 30))

        assert read(part_files.binary_stl([*BOX, *other])).facts.volume_mm3 == 6120.0

    def test_turns_an_inside_out_body_round(self) -> None:
        facets = part_files.box_facets((0, 0, 0), (10, 20, 30), inside_out=True)

        found = read(part_files.binary_stl(facets))

        assert found.facts.volume_mm3 == 6000.0
        assert (found.facts.body_count, found.facts.cavity_count) == (1, 0)

    def test_closes_gaps_of_rounding(self) -> None:
        facets = [
            tuple((x + 1e-6 * index, y, z) for x, y, z in facet)
            for index, facet in enumerate(BOX)
        ]

        found = read(part_files.binary_stl(facets))

        assert found.facts.is_watertight
        assert found.facts.volume_mm3 == pytest.approx(6000.0, rel=1e-5)

    def test_keeps_its_digits_far_from_the_origin(self) -> None:
        facets = part_files.box_facets((4096, 4096, 4096), (4106, 4116, 4126))

        assert read(part_files.binary_stl(facets)).facts.volume_mm3 == 6000.0

    def test_thins_a_preview_that_would_be_too_large(self) -> None:
        facets = [
            facet
            for x in range(120)
            for y in range(120)
            for facet in part_files.box_facets(
                (2.0 * x, 2.0 * y, 0), (2 * x + 1, 2 * y + 1, 1)
            )
        ]

        found = read(part_files.binary_stl(facets))

        assert found.facts.body_count == 14_400
        assert found.facts.volume_mm3 == 14_400.0
        assert found.preview is not None
        # 172,800 facets of 36 bytes of corners alone would be 6.2 MB.
        assert len(found.preview) < 4_000_000


class TestBrokenStl:
    def test_says_that_a_cloud_of_facets_is_not_closed(self) -> None:
        with pytest.raises(GeometryUnreadable) as refused:
            read_shared("soup.stl")

        assert str(refused.value) == (
            "soup.stl is not a closed solid: 300 edges are open."
            " Close or stitch the surfaces and export the part as a solid."
        )
        assert refused.value.facts["triangle_count"] == 100
        assert refused.value.facts["is_watertight"] is False

    def test_says_how_many_edges_one_missing_facet_opens(self) -> None:
        broken = unreadable(part_files.binary_stl(BOX[:-1]), "box.stl")

        assert str(broken.detail) == "box.stl is not a closed solid: 3 edges are open."

    def test_says_that_the_empty_file_holds_nothing(self) -> None:
        with pytest.raises(GeometryUnreadable) as refused:
            read_shared("empty.stl")

        assert str(refused.value.detail) == (
            "empty.stl holds no facets: it is an empty solid."
        )

    def test_says_that_a_flat_surface_encloses_nothing(self) -> None:
        sheet = [((0, 0, 0), (9, 0, 0), (9, 9, 0)), ((0, 0, 0), (9, 9, 0), (9, 0, 0))]

        broken = unreadable(part_files.binary_stl(sheet), "sheet.stl")

        assert str(broken.detail) == (
            "sheet.stl encloses no volume: its surface is flat."
        )

    @pytest.mark.parametrize("value", [math.nan, math.inf, 1e30, 2e5])
    def test_refuses_points_that_no_part_has(self, value: float) -> None:
        facets = [((0, 0, 0), (9, 0, 0), (9, 9, value)), *BOX]

        broken = unreadable(part_files.binary_stl(facets), "far.stl")

        assert str(broken.detail) == (
            "far.stl has points more than 100 m away, or not numbers."
        )

    def test_refuses_text_that_is_no_stl(self) -> None:
        broken = unreadable(b"solid x\nfacet nonsense\nendsolid x", "odd.stl")

        assert str(broken.detail) == "odd.stl holds no facets: it is an empty solid."


def use_reader(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geometry, "READER", path.stem)
    monkeypatch.setitem(geometry.ENVIRONMENT, "PYTHONPATH", str(path.parent))


class TestReader:
    def test_is_ended_when_it_takes_too_long(self) -> None:
        plate = shared_data("parts/nist-plate.step").read_bytes()
        before = time.monotonic()

        with pytest.raises(GeometryUnreadable) as refused:
            geometry.read(
                [plate], name="plate.step", kind="step", limits=Limits(cpu_seconds=1)
            )

        assert refused.value.facts["fault"] == "too_slow"
        assert str(refused.value.detail) == "plate.step could not be read within 1 s."
        assert time.monotonic() - before < 20

    def test_is_ended_when_it_waits_too_long(self) -> None:
        plate = shared_data("parts/nist-plate.step").read_bytes()

        with pytest.raises(GeometryUnreadable) as refused:
            geometry.read(
                [plate], name="plate.step", kind="step", limits=Limits(wall_seconds=1)
            )

        assert refused.value.facts["fault"] == "too_slow"

    def test_cannot_take_more_memory_than_it_is_given(self) -> None:
        plate = shared_data("parts/nist-plate.step").read_bytes()

        with pytest.raises(GeometryUnreadable) as refused:
            geometry.read(
                [plate], name="plate.step", kind="step", limits=Limits(memory_mb=400)
            )

        assert str(refused.value.detail) == (
            "plate.step could not be read within 400 MB of memory."
        )

    def test_leaves_the_heavy_libraries_out_of_this_process(self) -> None:
        code = (
            "import sys; sys.path[:0] = ['.', 'platform'];"
            "from apps.orders.rules import geometry;"
            "found = geometry.read([open(sys.argv[1], 'rb').read()],"
            " name='plate.step', kind='step');"
            "assert found.facts.body_count == 5;"
            "assert not {'trimesh', 'cascadio', 'numpy', 'scipy'} & set(sys.modules);"
            "status = open('/proc/self/status').read();"
            "print(int(status.split('VmHWM:')[1].split()[0]) // 1024)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, shared_data("parts/nist-plate.step")],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[3],
        )

        assert int(done.stdout) < 100

    def test_says_that_trying_again_may_help_when_it_is_killed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        doomed = tmp_path / "reader.py"
        doomed.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
        use_reader(doomed, monkeypatch)

        with pytest.raises(GeometryReaderLost):
            read(part_files.binary_stl(BOX))

    def test_sees_nothing_of_our_environment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spy = tmp_path / "reader.py"
        spy.write_text(
            "import json, os, sys\n"
            "answer = next(a for a in sys.argv if a.startswith('--answer='))\n"
            "json.dump({'fault': 'x', 'seen': sorted(os.environ)},"
            " open(answer.removeprefix('--answer='), 'w'))\n"
        )
        use_reader(spy, monkeypatch)
        monkeypatch.setenv("SPINDLE_SECRET_KEY", "for nobody else")
        folder = tmp_path / "work"
        folder.mkdir()

        answer = geometry._run(folder, folder / "part.stl", "stl", "mm", Limits())

        assert "SPINDLE_SECRET_KEY" not in answer["seen"]
        assert "DATABASE_URL" not in answer["seen"]

    def test_leaves_no_file_behind(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

        read(part_files.binary_stl(BOX))
        unreadable(part_files.binary_stl(BOX[:-1]))

        assert os.listdir(tmp_path) == []
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
