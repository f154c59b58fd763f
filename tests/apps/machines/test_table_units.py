"""Whatever a table is written in, the machine is the same."""

import string
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.machines.rules.table_cells import Manner, Unfit, decimal_mark, read_cell
from apps.machines.rules.table_columns import BY_KEY, COLUMNS, EXAMPLE_CODE
from apps.machines.rules.table_file import Table, letters
from apps.machines.rules.table_header import find_header, known_names
from apps.machines.rules.table_machines import Choices, Names, mark_of, read_machines

CATALOG = Names(process=str, material=str)
KEYS = ("size_x_mm", "size_y_mm", "size_z_mm")
SIZES = st.tuples(
    *[st.decimals("0.1", "400", places=3, allow_nan=False) for _axis in KEYS]
)
MM_PER_INCH = Decimal("25.4")


def table(header: list[str], row: list[object], delimiter: str = ",") -> Table:
    rows = ((1, ("Code", "Process", *header)), (2, ("M-1", "milling", *row)))
    return Table(kind="csv", sheet="", rows=rows, delimiter=delimiter)


def figures(found: Table, length_unit: str = "mm") -> dict[str, object]:
    header = find_header(found)
    choices = Choices(header.mapping, length_unit, mark_of(found, header))
    reading = read_machines(found, header, choices, CATALOG)
    assert reading.refusals == []
    return reading.machines[0].capabilities["milling"]


# The library of units is loaded with the first figure.
@settings(deadline=None)
@given(SIZES)
def test_inches_and_millimeters_give_the_same_machine(sizes):
    in_mm = [float(size * MM_PER_INCH) for size in sizes]
    in_inches = [float(size) for size in sizes]

    expected = dict(zip(KEYS, in_mm, strict=True))
    assert figures(table(["X (mm)", "Y, mm", "Z [mm]"], in_mm)) == expected
    assert figures(table(["X (in)", "Y, inch", "Z [Zoll]"], in_inches)) == expected
    assert figures(table(["X", "Y", "Z"], in_inches), "[in_i]") == expected
    behind = [f'{size}"' for size in sizes]
    assert figures(table(["X", "Y", "Z"], behind)) == expected


@settings(deadline=None)
@given(SIZES)
def test_points_and_commas_give_the_same_machine(sizes):
    points = [str(size.quantize(Decimal("0.01")) + 1) for size in sizes]
    commas = [text.replace(".", ",") for text in points]

    found = figures(table(["X", "Y", "Z"], points))
    assert figures(table(["X", "Y", "Z"], commas, delimiter=";")) == found


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1360", ".", 1360.0),
        ("1,360", ".", 1360.0),
        ("1,360", ",", 1.36),
        ("1.360", ",", 1360.0),
        ("1 360,5", ",", 1360.5),
        ("1'360.5", ".", 1360.5),
        (".5", ".", 0.5),
        ("12.5", ",", None),
        ("0.125", ",", None),
        ("1,36", ".", None),
        ("1,2,3", ".", None),
        ("1e5", ".", None),
        ("NaN", ".", None),
        ("9" * 16, ".", None),
        ("", ".", None),
    ],
)
def test_a_number_is_read_by_the_mark_of_its_file_or_refused(text, mark, value):
    column, manner = BY_KEY["it_grade"], Manner(mark=mark)
    plain = BY_KEY["size_x_mm"]
    if value is None:
        with pytest.raises(Unfit):
            read_cell(text, column, manner)
    else:
        assert read_cell(text, plain, Manner(mark=mark, unit="mm")) == value


@pytest.mark.parametrize(
    ("cells", "delimiter", "mark"),
    [
        (["610,5", "1,360"], ",", ","),
        (["610.5", "1.360"], ";", "."),
        (["1,360"], ",", "."),
        (["1.360"], ";", ","),
        (["0,8"], "\t", ","),
        ([12.5, None], "", "."),
    ],
)
def test_the_decimal_mark_is_the_one_that_numbers_show(cells, delimiter, mark):
    assert decimal_mark(cells, delimiter) == mark


def test_no_word_above_a_column_means_two():
    names = [
        (name.casefold(), column.key) for column in COLUMNS for name in column.aliases
    ]

    assert len(dict(names)) == len(names)
    assert {key for _name, key in known_names().items()} == set(BY_KEY)
    assert BY_KEY["code"].example == EXAMPLE_CODE


@given(st.integers(0, 16_383))
def test_columns_are_counted_as_spreadsheets_do(column):
    number = 0
    for letter in letters(column):
        number = number * 26 + string.ascii_uppercase.index(letter) + 1

    assert number == column + 1
