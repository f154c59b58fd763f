import pytest

from apps.orders.rules.part_file import (
    END_BYTES,
    LARGEST_FILE_BYTES,
    PartFileRefused,
    PartFileTooLarge,
    clean_name,
    kind_of,
)
from apps.orders.types import PartFileKind
from tests.apps.orders import part_files
from tests.support.data import shared_data

BOX = part_files.box_facets((0, 0, 0), (10, 20, 30))
STEP = part_files.step_cylinder(radius=10.0, height=50.0)


def kind(name: str, content: bytes, size: int | None = None) -> PartFileKind:
    return kind_of(
        name=name,
        size=len(content) if size is None else size,
        head=content[:END_BYTES],
        tail=content[-END_BYTES:],
    )


def refusal(name: str, content: bytes) -> PartFileRefused:
    with pytest.raises(PartFileRefused) as refused:
        kind(name, content)
    assert refused.value.field == "file"
    assert refused.value.value == name
    assert refused.value.remedy
    return refused.value


class TestKindOf:
    @pytest.mark.parametrize(
        ("name", "content", "expected"),
        [
            ("pin.step", STEP, PartFileKind.STEP),
            ("PIN.STP", b"\xef\xbb\xbf\r\n" + STEP, PartFileKind.STEP),
            ("box.stl", part_files.binary_stl(BOX), PartFileKind.STL),
            ("box.STL", part_files.text_stl(BOX), PartFileKind.STL),
        ],
    )
    def test_takes_what_is_what_its_name_says(
        self, name: str, content: bytes, expected: PartFileKind
    ) -> None:
        assert kind(name, content) is expected

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("nist-plate.step", PartFileKind.STEP),
            ("featuretype.STEP", PartFileKind.STEP),
            ("base_interface_AP203.STEP", PartFileKind.STEP),
            ("unit_cube.STL", PartFileKind.STL),
            ("angle_block.STL", PartFileKind.STL),
            # A cloud of facets has the shape of a file: only reading it tells.
            ("soup.stl", PartFileKind.STL),
        ],
    )
    def test_takes_real_files(self, name: str, expected: PartFileKind) -> None:
        assert kind(name, shared_data(f"parts/{name}").read_bytes()) is expected

    @pytest.mark.parametrize(
        ("name", "content", "text"),
        [
            (
                "pin.iges",
                STEP,
                "pin.iges is not a STEP or STL file by its name.",
            ),
            ("pin", STEP, "pin is not a STEP or STL file by its name."),
            ("pin.step", b"", "pin.step is empty: it has 0 bytes."),
            (
                "pin.step",
                STEP[:900],
                "pin.step is cut short: its last line, END-ISO-10303-21, is missing.",
            ),
            (
                "box.stl",
                part_files.text_stl(BOX)[:600],
                "box.stl is cut short: its last line, endsolid, is missing.",
            ),
            (
                "box.stl",
                part_files.binary_stl(BOX)[:-7],
                "box.stl announces 12 facets, which take 684 bytes, but has 677.",
            ),
            (
                "box.stl",
                part_files.binary_stl(BOX, announced=4_000_000_000),
                (
                    "box.stl announces 4000000000 facets, which take 200000000084 bytes,"
                    " but has 684."
                ),
            ),
            (
                "box.stl",
                part_files.binary_stl([]),
                "box.stl holds no facets: it is an empty solid.",
            ),
            (
                "box.stl",
                b"solid Empty\nendsolid Empty",
                "box.stl holds no facets: it is an empty solid.",
            ),
            ("pin.stl", STEP, "pin.stl holds STEP, not STL."),
            (
                "box.step",
                part_files.text_stl(BOX),
                "box.step holds STL, not STEP.",
            ),
            (
                "box.step",
                part_files.binary_stl(BOX),
                "box.step does not begin as STEP files do.",
            ),
            (
                "drawing.step",
                b"%PDF-1.7\n%END-ISO-10303-21",
                "drawing.step is a PDF file, not STEP.",
            ),
            (
                "archive.stl",
                b"PK\x03\x04" + bytes(300),
                "archive.stl is a ZIP file, not STL.",
            ),
            (
                "part.step",
                b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///">]>',
                "part.step is a XML file, not STEP.",
            ),
            ("box.stl", b"\x00" * 10, "box.stl does not begin as STL files do."),
        ],
    )
    def test_refuses_and_says_what_is_wrong(
        self, name: str, content: bytes, text: str
    ) -> None:
        assert str(refusal(name, content).detail) == text

    def test_tells_how_to_mend_a_wrong_ending(self) -> None:
        assert str(refusal("pin.stl", STEP).remedy) == (
            "Give the file the ending .step and upload it again."
        )

    def test_refuses_the_real_empty_file(self) -> None:
        content = shared_data("parts/empty.stl").read_bytes()

        assert str(refusal("empty.stl", content)) == (
            "empty.stl holds no facets: it is an empty solid."
            " Select the body to export and export it again."
        )

    def test_refuses_what_is_too_large_before_looking_inside(self) -> None:
        with pytest.raises(PartFileTooLarge) as refused:
            kind("pin.step", b"", LARGEST_FILE_BYTES + 1)

        assert refused.value.status == 413
        assert str(refused.value.detail) == (
            "pin.step has 101 MB; Spindle takes files up to 100 MB."
        )


class TestCleanName:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("pin.step", "pin.step"),
            ("../../etc/passwd.step", "passwd.step"),
            ("C:\\parts\\pin.step", "pin.step"),
            ("pin\x00.step", "pin.step"),
            ("pin\u202egpj.step", "pingpj.step"),
            ("деталь 7.stl", "деталь 7.stl"),
            ("x" * 300 + ".step", "x" * 195 + ".step"),
        ],
    )
    def test_keeps_what_can_be_shown(self, name: str, shown: str) -> None:
        assert clean_name(name) == shown

    @pytest.mark.parametrize("name", ["", "..", "/", "\x00"])
    def test_refuses_no_name(self, name: str) -> None:
        with pytest.raises(PartFileRefused):
            clean_name(name)
