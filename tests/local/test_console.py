import io

import pytest

from spindle.local.console import Console, LogTail, columns


class TestConsole:
    def test_prefixes_a_line_with_who_wrote_it(self):
        screen = io.StringIO()

        Console(screen).log("web", "GET / 200")

        assert screen.getvalue() == "web      | GET / 200\n"

    def test_shows_a_step_with_its_time_and_outcome(self):
        screen = io.StringIO()

        with Console(screen).step("Valkey") as step:
            step.note("data in var/valkey")

        assert screen.getvalue() == (
            "  + Valkey                  0.0 s   data in var/valkey\n"
        )

    def test_marks_a_step_that_failed(self):
        screen = io.StringIO()

        with pytest.raises(ValueError, match="broken"):
            with Console(screen).step("Valkey"):
                raise ValueError("broken")

        assert screen.getvalue().startswith("  x Valkey")

        Console.__new__(Console)  # A closed stream cannot be asked for its kind.

    @pytest.mark.parametrize(
        ("environ", "painted"),
        [
            ({}, "up"),
            ({"FORCE_COLOR": "1"}, "\033[32mup\033[0m"),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "up"),
        ],
    )
    def test_paints_only_where_colors_are_wanted(self, environ, painted):
        assert Console(io.StringIO(), environ).paint("up", "32") == painted


class TestLogTail:
    def test_yields_whole_lines_added_since_the_last_look(self, tmp_path):
        path = tmp_path / "web.log"
        path.write_text("old\n")
        log = LogTail("web", path)
        with path.open("a") as file:
            file.write("one\ntw")
        assert list(log.new_lines()) == ["one"]

        with path.open("a") as file:
            file.write("o\n")

        assert list(log.new_lines()) == ["two"]
        assert list(log.new_lines()) == []

    def test_starts_over_when_the_log_was_set_aside(self, tmp_path):
        path = tmp_path / "web.log"
        path.write_text("a long old line\n")
        log = LogTail("web", path)
        path.write_text("new\n")

        assert list(log.new_lines()) == ["new"]


def test_columns_line_up():
    assert list(
        columns([("who", "where"), ("planner", "north"), ("苏州", "lanyu")])
    ) == [
        "who       where",
        "planner   north",
        "苏州      lanyu",
    ]
