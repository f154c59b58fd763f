"""A register is read row by row, whatever is wrong with some of its rows."""

import gzip
import json
from pathlib import Path

import pytest

from tenants.registers.reading import RegisterFile, UnreadableRegister
from tenants.registers.types import Problem, Record

HEAD = b"register_number,name,country\n"


def read(path: Path, content: bytes) -> list[Record | Problem]:
    path = path / "register"
    path.write_bytes(content)
    with RegisterFile(path) as file:
        return list(file.rows())


def told(rows: list[Record | Problem]) -> list[tuple[int, str]]:
    return [
        (row.line, row.problem if isinstance(row, Problem) else str(row.facts["name"]))
        for row in rows
    ]


class TestCsv:
    @pytest.mark.parametrize(
        "content",
        [
            HEAD + b"1,Ost,DE\n2,West,PL\n",
            b"\xef\xbb\xbf" + HEAD + b"1,Ost,DE\n2,West,PL",
            (HEAD + b"1,Ost,DE\n2,West,PL\n").replace(b"\n", b"\r\n"),
            (HEAD + b"1,Ost,DE\n2,West,PL\n").replace(b",", b";"),
            (HEAD + b"1,Ost,DE\n2,West,PL\n").replace(b",", b"\t"),
            b'"Register_Number" , "NAME","Country"\n1,Ost,DE\n2,"West",PL\n',
            gzip.compress(HEAD + b"1,Ost,DE\n2,West,PL\n"),
        ],
        ids=["plain", "mark", "crlf", "semicolons", "tabs", "quoted", "gzip"],
    )
    def test_is_read_as_programs_write_it(self, tmp_path: Path, content: bytes) -> None:
        assert told(read(tmp_path, content)) == [(2, "Ost"), (3, "West")]

    def test_goes_on_over_line_ends_in_quotes(self, tmp_path: Path) -> None:
        rows = read(
            tmp_path,
            b'register_number,name,country,about\n1,Ost,DE,"mills\nand ""turns"""\n'
            b"2,West,PL,\n",
        )

        assert isinstance(rows[0], Record)
        assert rows[0].facts["about"] == 'mills\nand "turns"'
        assert told(rows) == [(2, "Ost"), (4, "West")]

    def test_loses_one_row_to_a_quote_that_is_never_closed(
        self, tmp_path: Path
    ) -> None:
        rows = read(tmp_path, HEAD + b'1,"Ost,DE\n2,West,PL\n3,Nord,NO\n')

        assert told(rows) == [
            (2, "A quote in this row is out of place, or is never closed."),
            (3, "West"),
            (4, "Nord"),
        ]

    def test_takes_a_quote_within_a_text_for_an_inch(self, tmp_path: Path) -> None:
        rows = read(tmp_path, HEAD + b'1,5" Ost,DE\n2,West,PL\n3,6" Nord,NO\n')

        assert told(rows) == [(2, '5" Ost'), (3, "West"), (4, '6" Nord')]

    def test_names_line_and_remedy_of_what_it_cannot_read(self, tmp_path: Path) -> None:
        rows = read(
            tmp_path,
            HEAD
            + b"1,Ost\n"
            + b"2,West,PL,extra\n"
            + b"3,S\xfcd,DE\n"
            + b"4,"
            + b"x" * 10_000_000
            + b",DE\n"
            + b"5,Nord,NO\n",
        )

        assert told(rows) == [
            (2, "This row has 2 columns, the first has 3."),
            (3, "This row has 4 columns, the first has 3."),
            (4, "This row is not UTF-8."),
            (5, "This row has more than 65536 bytes."),
            (6, "Nord"),
        ]
        assert all(row.remedy for row in rows if isinstance(row, Problem))
        assert all(len(row.value) < 130 for row in rows if isinstance(row, Problem))


class TestJson:
    def test_is_read_line_by_line(self, tmp_path: Path) -> None:
        lines = [
            json.dumps({"register_number": 1, "name": "Ost", "country": "DE"}),
            "",
            json.dumps({"name": "West"}),
        ]
        rows = read(tmp_path, "\n".join(lines).encode())

        assert told(rows) == [(1, "Ost"), (3, "West")]

    def test_names_what_is_no_object(self, tmp_path: Path) -> None:
        rows = read(
            tmp_path,
            b'{"name": "Ost"}\n{"name": \n[1]\n{"nmae": "West"}\n' + b"[" * 30_000,
        )

        assert told(rows) == [
            (1, "Ost"),
            (2, "This line is no JSON."),
            (3, "This line is no JSON object."),
            (4, "“nmae” is not known."),
            (5, "This line is no JSON."),
        ]


class TestUnreadable:
    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (b"", "The file is empty."),
            (b"\n \n", "The file is empty."),
            (b"PK\x03\x04spreadsheet", "Save it as CSV in UTF-8."),
            ("name\n".encode("utf-16"), "This is UTF-16."),
            (b"\x00\x01\x02", "The file is no text."),
            (b"register_number,nmae,country\n", "“nmae” is not known"),
            (b"register_number,name,name,country\n", "“name” is there twice"),
            (b"register_number,name\n1,Ost\n", "“country” is missing"),
        ],
    )
    def test_says_so_before_any_row(
        self, tmp_path: Path, content: bytes, text: str
    ) -> None:
        with pytest.raises(UnreadableRegister, match=text) as refused:
            read(tmp_path, content)

        assert refused.value.field == "file"
        assert refused.value.remedy

    def test_says_where_a_packed_file_breaks_off(self, tmp_path: Path) -> None:
        whole = gzip.compress(HEAD + b"".join(b"%d,Ost,DE\n" % n for n in range(9000)))
        path = tmp_path / "register"
        path.write_bytes(whole[: len(whole) // 2])
        found = 0

        with (
            RegisterFile(path) as file,
            pytest.raises(UnreadableRegister, match=r"breaks off after line \d+"),
        ):
            for _row in file.rows():
                found += 1

        assert 1000 < found < 9000
