"""The history of a machine: every verb in words, from what to what, page by page."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from apps.audit import services as audit
from apps.machines import services
from apps.machines.types import CostInputs, MachineDraft
from apps.portal.changes import told
from apps.portal.happenings import HAPPENINGS
from tenants.types import SYSTEM, Role
from tests.factories import machines as factory
from tests.factories.machines import HURCO
from tests.support.world import NOON

VERB = re.compile(r'verb="([a-z_]+\.[a-z_]+)"')


@pytest.fixture
def viewer(member_of, north):
    return member_of(north, Role.VIEWER)


@pytest.fixture
def machine(in_north):
    return factory.machine()


def text_of(response) -> str:
    assert response.status_code == 200, response.content.decode()
    return " ".join(response.content.decode().split())


def later(machine, minutes: int) -> None:
    machine.refresh_from_db()
    services.revise_machine(
        machine_id=machine.pk,
        version=machine.version,
        draft=replace(MachineDraft(**HURCO), spindle_rpm=8000 + minutes),
        by=SYSTEM,
        at=NOON + timedelta(minutes=minutes),
    )


def test_every_verb_is_said_in_words():
    written = {
        verb
        for path in Path("apps").rglob("*.py")
        for verb in VERB.findall(path.read_text())
    }

    assert len(written) > 30
    assert written - HAPPENINGS.keys() == set()


class TestHistory:
    def test_says_from_what_to_what_in_the_readers_language(self, viewer, machine):
        later(machine, 1)
        later(machine, 2)
        services.change_state(
            machine_id=machine.pk,
            version=3,
            state="in_maintenance",
            by=SYSTEM,
            at=NOON + timedelta(minutes=3),
        )

        text = text_of(viewer.get(f"/machines/{machine.pk}/history/"))

        assert "Spindle speed: 8,001 rpm" in text
        assert "<strong>8,002 rpm</strong>" in text
        assert "State: Active" in text
        assert "<strong>In maintenance</strong>" in text
        assert text.index("In maintenance</strong>") < text.index("8,002 rpm")

    def test_says_what_an_hour_cost_before(self, viewer, machine):
        for rate in ("60.00", "64.50"):
            services.set_cost_model(
                machine_id=machine.pk,
                cost=CostInputs(currency="EUR", hourly_rate=Decimal(rate)),
                by=SYSTEM,
                at=NOON,
            )

        text = text_of(viewer.get(f"/machines/{machine.pk}/history/"))

        assert "Machine hour: 60" in text
        assert "<strong>64.5" in text

    def test_is_read_page_by_page_from_the_machine(self, viewer, machine, monkeypatch):
        monkeypatch.setattr("apps.portal.machine_history.ROWS", 3)
        for minutes in range(1, 8):
            later(machine, minutes)
        page = f"/machines/{machine.pk}/history/"
        assert f'href="{page}"' in text_of(viewer.get(f"/machines/{machine.pk}/"))

        found, after = [], page
        while after:
            response = viewer.get(after)
            assert response.status_code == 200
            rows = response.context["page"]
            found += [event.pk for event in rows.rows]
            after = rows.next_cursor and f"{page}?after={rows.next_cursor}"

        assert len(found) == len(set(found)) == 8
        assert found == sorted(found, reverse=True)

    def test_leads_back_from_past_its_end(self, viewer, machine):
        page = f"/machines/{machine.pk}/history/"
        text = text_of(viewer.get(f"{page}?after=00000000-0000-7000-8000-000000000000"))

        assert "There is nothing further on" in text
        assert f'href="{page}"' in text

    def test_is_not_there_for_others_nor_for_buyers(
        self, member_of, north, south, machine
    ):
        page = f"/machines/{machine.pk}/history/"

        assert member_of(south).get(page).status_code == 404
        assert member_of(north, Role.BUYER).get(page).status_code == 403

    def test_shows_what_it_has_no_words_for_as_it_stands(self, viewer, machine):
        audit.record(
            verb="machine.polished",
            subject=machine,
            by=SYSTEM,
            at=NOON,
            facts={"changed": {"shine": ["dull", "<b>bright</b>"]}},
        )

        text = text_of(viewer.get(f"/machines/{machine.pk}/history/"))

        assert "machine.polished" in text
        assert "shine: dull" in text
        assert "&lt;b&gt;bright&lt;/b&gt;" in text


@pytest.mark.parametrize("changed", [None, "", 3, [], {"a": 1}, {"a": ["x"]}])
def test_a_record_that_names_no_changes_says_none(changed):
    assert told(changed) == []
