"""Calendars of a level as files, by themselves and as the submodel of IDTA 02067."""

import io
import zipfile
from uuid import UUID

import pytest

from apps.capacity import selectors, services
from apps.capacity.rules import idta_words as words
from apps.capacity.rules.ical_file import CalendarUnreadable
from apps.capacity.rules.working_time import working_spans
from apps.capacity.types import (
    ENTERPRISE_LEVEL,
    NOTHING_SAID,
    CalendarDraft,
    CalendarForm,
    CalendarLevel,
)
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.machines.selectors import SiteNotFound
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.apps.capacity.test_ical import FULL
from tests.factories import machines
from tests.factories.capacity import DAY, MONDAY_7, SHIFT_START, early_shifts


def written(level: CalendarLevel, form: CalendarForm, **facts) -> bytes:
    return selectors.calendar_file(level=level, form=form, at=MONDAY_7, **facts)


def say(planner: Actor, level: CalendarLevel, draft: CalendarDraft) -> None:
    services.replace_calendar(
        level=level, facts=draft, version=None, by=planner, at=MONDAY_7
    )


@pytest.fixture
def at_site(in_north: EnterpriseRef) -> CalendarLevel:
    return CalendarLevel(site_id=machines.site().pk)


class TestCalendarFile:
    @pytest.mark.parametrize("form", list(CalendarForm))
    @pytest.mark.parametrize("draft", [FULL, NOTHING_SAID], ids=["full", "nothing"])
    def test_comes_back_as_it_was(
        self,
        at_site: CalendarLevel,
        planner: Actor,
        form: CalendarForm,
        draft: CalendarDraft,
    ) -> None:
        say(planner, at_site, draft)

        raw = written(at_site, form, is_own=True)
        reading = selectors.read_calendar_file(level=at_site, raw=raw, at=MONDAY_7)

        assert reading.draft == draft
        # Only the reference to the level above: levels know that themselves.
        left = [one.what for one in reading.not_carried]
        assert left == ([] if form is CalendarForm.ICS else ["inheritedFrom"])

    def test_in_force_is_worked_elsewhere_minute_by_minute(
        self, hurco: UUID, planner: Actor
    ) -> None:
        calendar = early_shifts(holiday_country="DE")
        services.add_exception(
            calendar_id=calendar.pk,
            period=Period(SHIFT_START, SHIFT_START + DAY),
            working=False,
            by=planner,
            at=MONDAY_7,
        )
        level = CalendarLevel(machine_id=hurco)
        before = selectors.calendar_facts([hurco])[hurco]

        raw = written(level, CalendarForm.ICS)
        reading = selectors.read_calendar_file(level=level, raw=raw, at=MONDAY_7)
        say(planner, level, reading.draft)

        after = selectors.calendar_facts([hurco])[hurco]
        first = int(reading.horizon.start.timestamp()) // 60
        last = int(reading.horizon.end.timestamp()) // 60
        assert reading.draft.keeps_exceptions is False
        assert (
            working_spans(after, first, last).pairs()
            == working_spans(before, first, last).pairs()
        )

    def test_is_a_package_by_the_words_of_the_template(
        self, at_site: CalendarLevel, planner: Actor
    ) -> None:
        say(planner, at_site, FULL)

        raw = written(at_site, CalendarForm.AASX, is_own=True)

        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            names = package.namelist()
            environment = package.read("aasx/aas-environment.json").decode()
            ics = package.read("aasx/files/calendar.ics")
        assert ics == written(at_site, CalendarForm.ICS, is_own=True)
        assert "aasx/files/X-BREAK.txt" in names
        for meaning in (
            words.SUBMODEL,
            words.CALENDAR,
            words.INHERITED_FROM,
            words.VARIABLES,
            words.VARIABLE_NAME,
            words.VARIABLE_SPECIFICATION,
        ):
            assert f'"{meaning}"' in environment

    def test_refuses_what_is_not_there(
        self, at_site: CalendarLevel, south: EnterpriseRef
    ) -> None:
        with pytest.raises(SiteNotFound):
            written(CalendarLevel(site_id=uuid7()), CalendarForm.ICS)
        with context.enterprise(south), pytest.raises(SiteNotFound):
            written(at_site, CalendarForm.ICS)


def parts_of(name: str) -> str:
    """Return the name of a part that a test may replace."""
    stem, _dot, ending = name.rsplit("/", 1)[-1].partition(".")
    return stem if ending in ("json", "ics") else ""


def repacked(raw: bytes, **parts: bytes | None) -> bytes:
    """Write a package again with other parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = parts.get(parts_of(name), old.read(name))
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()


class TestReadCalendarFile:
    @pytest.mark.parametrize(
        ("parts", "fault"),
        [
            ({"calendar": None}, "no_file"),
            ({"calendar": b"x" * (3 << 20)}, "too_large"),
            ({"calendar": b"hello"}, "no_calendar"),
            ({"aas-environment": b'{"submodels": []}'}, "no_environment"),
            (
                {
                    "aas-environment": b'{"submodels": [{"modelType": "Submodel",'
                    b' "id": "urn:x", "idShort": "Other"}]}'
                },
                "no_submodel",
            ),
        ],
    )
    def test_refuses_a_package_without_a_calendar(
        self, in_north: EnterpriseRef, parts: dict[str, bytes | None], fault: str
    ) -> None:
        raw = repacked(written(ENTERPRISE_LEVEL, CalendarForm.AASX), **parts)

        with pytest.raises(CalendarUnreadable) as refusal:
            selectors.read_calendar_file(level=ENTERPRISE_LEVEL, raw=raw, at=MONDAY_7)

        assert refusal.value.facts == {"fault": fault}

    def test_refuses_a_broken_package(self, in_north: EnterpriseRef) -> None:
        raw = written(ENTERPRISE_LEVEL, CalendarForm.AASX)[:400]

        with pytest.raises(CalendarUnreadable):
            selectors.read_calendar_file(level=ENTERPRISE_LEVEL, raw=raw, at=MONDAY_7)
