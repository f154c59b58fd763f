"""`manage.py fleet` and `prepare`, as a person and a machine run them."""

import io
import json
import subprocess
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants.fleet.bar import ProgressBar, line_of, time_of
from tenants.fleet.types import Advance
from tenants.models import FleetPlan
from tests.tenants.fleet.conftest import ROOT, environment
from tests.tenants.fleet.test_replaying import done_by_hand, last_enterprise


def run(*words: str) -> str:
    said = io.StringIO()
    call_command(*words, stdout=said, stderr=said)
    return said.getvalue()


class TestFleet:
    def test_plans_migrates_and_says_so(self, first_release: None) -> None:
        assert "notify.0002_reactions planned" in run("fleet", "plan")
        assert run("fleet", "plan") == "Nothing to plan.\n"

        told = run("fleet", "status")
        assert "0 of 12 schemas current, 12 behind, 0 failed, 0 drifted." in told
        assert "is ready: 0 of 60 steps (0 %)" in told
        assert (
            "3. notify.0002_reactions: schema (catalogue, scan), 3 statements" in told
        )

        told = run("fleet", "migrate")
        assert "60 steps in 0:0" in told
        assert "every schema is current." in told
        assert run("fleet", "migrate") == "Nothing to migrate.\n"
        assert "12 of 12 schemas current" in run("fleet", "status")
        assert run("fleet", "verify").startswith(
            "12 schemas checked, 0 drifted, 0 behind"
        )

    def test_fails_where_a_schema_fails_and_says_which(
        self, planned: FleetPlan
    ) -> None:
        schema = last_enterprise()
        done_by_hand(
            f'ALTER TABLE "{schema}".notify_notice'
            " RENAME CONSTRAINT notify_notice_kind_shaped TO by_hand"
        )

        with pytest.raises(CommandError, match=f"{schema}: 42704: constraint"):
            run("fleet", "migrate", "--batch", "4")
        said = io.StringIO()
        with pytest.raises(CommandError, match="1 schemas are left"):
            call_command("fleet", "status", "--json", stdout=said)

        facts = json.loads(said.getvalue())
        assert (facts["behind"], facts["failed"], facts["state"]) == (1, 1, "halted")
        assert facts["failures"][0]["schema"] == schema
        assert facts["failures"][0]["code"] == "42704"
        assert facts["percent"] == 95

    def test_verify_fails_where_a_schema_has_drifted(self, fleet: None) -> None:
        schema = last_enterprise()
        done_by_hand(f'DROP INDEX "{schema}".notify_notice_newest')

        said = io.StringIO()
        with pytest.raises(CommandError, match=f"1 schemas have drifted: {schema}"):
            call_command("fleet", "verify", stdout=said)
        assert f"{schema}: index notify_notice_newest is missing: CREATE" in (
            said.getvalue()
        )
        said = io.StringIO()
        with pytest.raises(CommandError):
            call_command("fleet", "verify", "--json", stdout=said)
        (drift,) = json.loads(said.getvalue())["drifted"]
        assert drift["schema"] == schema
        assert drift["differences"][0]["name"] == "notify_notice_newest"

    def test_gives_an_exit_code(self, fleet: None) -> None:
        done_by_hand(f'DROP INDEX "{last_enterprise()}".notify_notice_newest')
        ended = [
            subprocess.run(
                [sys.executable, "manage.py", "fleet", verb],
                cwd=ROOT,
                env=environment(DJANGO_SETTINGS_MODULE="spindle.settings.test"),
                capture_output=True,
                text=True,
                check=False,
            )
            for verb in ("migrate", "verify")
        ]

        assert [each.returncode for each in ended] == [0, 1]
        assert ended[0].stdout == "Nothing to migrate.\n"
        assert "notify_notice_newest is missing" in ended[1].stdout


class TestPrepare:
    def test_brings_the_fleet_along(self, first_release: None) -> None:
        told = run("prepare")

        assert "notify.0003_by_weight planned" in told
        assert "fleet migrated" in told
        assert "12 of 12 schemas current" in run("fleet", "status")

    def test_goes_on_where_one_schema_fails(self, planned: FleetPlan) -> None:
        done_by_hand(
            f'ALTER TABLE "{last_enterprise()}".notify_notice'
            " RENAME CONSTRAINT notify_notice_kind_shaped TO by_hand"
        )

        told = run("prepare")

        assert "1 schemas failed. Look at `manage.py fleet status`." in told
        assert "slots made" in told

    def test_stops_where_a_canary_has_drifted(self, planned: FleetPlan) -> None:
        from tenants import context
        from tenants.models import Slot

        with context.owner():
            for name in Slot.objects.values_list("schema_name", flat=True):
                done_by_hand(f'CREATE INDEX by_hand ON "{name}".notify_notice (title)')

        with pytest.raises(CommandError, match="The fleet is halted. The canary t_"):
            run("prepare")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestProgressBar:
    @pytest.mark.parametrize(
        ("advance", "line"),
        [
            (
                Advance("1. x", 30, 60, 0, 3.0),
                "[###############...............]  50% 30/60, 10/s, 0:03 left - 1. x",
            ),
            (
                Advance("1. x", 0, 60, 2, 0.0),
                "[..............................]   0% 0/60, 0/s, ? left, 2 failed - 1. x",
            ),
        ],
    )
    def test_says_count_rate_and_time_left(self, advance: Advance, line: str) -> None:
        assert line_of(advance) == line

    @pytest.mark.parametrize(
        ("seconds", "said"),
        [(None, "?"), (0, "0:00"), (61.4, "1:01"), (3725, "1:02:05")],
    )
    def test_tells_time(self, seconds: Any, said: str) -> None:
        assert time_of(seconds) == said

    def test_draws_over_itself_and_puts_lines_above(self) -> None:
        screen = Terminal()
        bar = ProgressBar(screen)

        bar.watch(Advance("1. x", 60, 60, 0, 3.0))
        bar.say("t_x failed")
        bar.close()

        drawn = screen.getvalue()
        assert drawn.count("100%") == 2
        assert "\r\x1b[2Kt_x failed\n" in drawn
        assert drawn.endswith("1. x\n")

    def test_says_nothing_in_a_file(self) -> None:
        file = io.StringIO()
        bar = ProgressBar(file)

        bar.watch(Advance("1. x", 60, 60, 0, 3.0))
        bar.say("t_x failed")
        bar.close()

        assert file.getvalue() == "t_x failed\n"
