"""Makes reports, and the figures of a small shop and a small buyer."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import translation

from apps.reports import services
from apps.reports.models import Report, ReportFile
from apps.reports.rules import documents
from apps.reports.types import (
    BuyerFacts,
    CapacityFacts,
    CapacityParameters,
    DemandFact,
    Document,
    Facts,
    FileFormat,
    LineFact,
    MachineWeek,
    MachineWeeks,
    Origin,
    Parameters,
    QuoteFact,
    RefusalCount,
    ReportKind,
    ReservationFact,
    RfqParameters,
    SellerFacts,
    Side,
)
from tenants.types import Actor

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
MONDAY = date(2030, 5, 6)
DUE_ON = date(2030, 6, 17)
PAULA = Actor(
    label="Paula Planner", user_id=UUID("0190a000-0000-7000-8000-000000000001")
)
HURCO_ID = UUID("01960000-0000-7000-8000-0000000000d1")
MAZAK_ID = UUID("01960000-0000-7000-8000-0000000000d2")

TWO_WEEKS = CapacityParameters(starts_on=MONDAY, weeks=2)
AS_BUYER = RfqParameters(date(2030, 4, 1), date(2030, 5, 31), Side.BUYER)
AS_SELLER = RfqParameters(date(2030, 4, 1), date(2030, 5, 31), Side.SELLER)


def requested_report(**facts: Any) -> Report:
    """Have a report of two weeks of capacity made."""
    return services.request_report(
        **{
            "kind": ReportKind.CAPACITY_UTILISATION,
            "parameters": {"starts_on": MONDAY.isoformat(), "weeks": 2},
            "language": "en",
            "by": PAULA,
            "at": NOON,
            **facts,
        }
    )


def report_file(report: Report, **facts: Any) -> ReportFile:
    """Write a file's row past the services, as only the database can refuse it."""
    return ReportFile.objects.create(
        **{
            "report": report,
            "edition": 1,
            "format": FileFormat.PDF,
            "file": "t_test/reports/x.pdf",
            "name": "x.pdf",
            "sha256": "0" * 64,
            "size": 1,
            "created_at": NOON,
            **facts,
        }
    )


def weeks(*loads: tuple[int, int, int, int]) -> tuple[MachineWeek, ...]:
    """Weeks from Monday on: total, held, booked and maintenance minutes."""
    return tuple(
        MachineWeek(MONDAY + timedelta(weeks=number), *load)
        for number, load in enumerate(loads)
    )


def capacity_facts(**facts: Any) -> CapacityFacts:
    """Two machines: 1,630 of 7,200 minutes are given to work, 240 to maintenance."""
    known = CapacityFacts(
        machines=(
            MachineWeeks(
                MAZAK_ID,
                "Mazak01",
                "Mazak Integrex i-200",
                weeks((2400, 0, 600, 240), (0, 0, 0, 0)),
            ),
            MachineWeeks(
                HURCO_ID,
                "Hurco04",
                "Hurco VMX24 五轴 пятиосевой",
                weeks((2400, 130, 900, 0), (2400, 0, 0, 0)),
            ),
        ),
        reservations=(
            ReservationFact(
                machine_code="Hurco04",
                starts_at=NOON,
                ends_at=NOON + timedelta(days=2),
                minutes=900,
                kind="Order",
                state="Booked",
                reference="ORD-2030-000007",
            ),
        ),
    )
    return replace(known, **facts)


def line(position: int = 1, **facts: Any) -> LineFact:
    """Forty plates: 210 listings considered, 14 fit."""
    known = LineFact(
        rfq_number="RFQ-2030-000001",
        rfq_title="Plates for the test stand",
        rfq_state="Awarded",
        position=position,
        part="PL-1001 A",
        processes="3-axis milling",
        material="EN AW-6061 T6",
        quantity=40,
        due_on=DUE_ON,
        published_at=NOON,
        considered=210,
        fitting=14,
        refusals=(
            RefusalCount("Process", first=120, only=80),
            RefusalCount("Envelope", first=76, only=12),
        ),
    )
    return replace(known, **facts)


def quote(number: int = 1, **facts: Any) -> QuoteFact:
    """A quote of 630.60 euros for the first line, ready ten days early."""
    known = QuoteFact(
        number=f"Q-2030-{number:06d}",
        about="RFQ-2030-000001",
        position=1,
        counterparty="Nordlicht Precision GmbH",
        origin="By cost model",
        state="submitted",
        state_label="Submitted",
        quantity=40,
        unit_price=Decimal("15.76"),
        total=Decimal("630.60"),
        currency="EUR",
        own_total=Decimal("3941.25"),
        own_currency="BRL",
        exchange_rate=Decimal("6.2500000000"),
        exchange_rate_on=MONDAY,
        finish_on=DUE_ON - timedelta(days=10),
        due_on=DUE_ON,
        submitted_at=NOON,
    )
    return replace(known, **facts)


def won_quote(number: int = 2, **facts: Any) -> QuoteFact:
    """A dearer quote that was accepted, because it is sooner."""
    won: dict[str, Any] = {
        "state": "accepted",
        "state_label": "Accepted",
        "counterparty": "上海精密机械有限公司",
        "total": Decimal("800.00"),
        "own_total": Decimal("5000.00"),
        "finish_on": DUE_ON - timedelta(days=20),
        "order_number": "ORD-2030-000007",
    }
    return quote(number, **won | facts)


def buyer_facts(**facts: Any) -> BuyerFacts:
    """One RFQ of two lines, with two quotes for the first."""
    known = BuyerFacts(
        lines=(line(1), line(2, part="Втулка 轴套 B-7", considered=200, fitting=0)),
        quotes=(quote(1), won_quote(2)),
    )
    return replace(known, **facts)


def demand(**facts: Any) -> DemandFact:
    """A demand that the Hurco fits and that has been answered."""
    known = DemandFact(
        title="Plates for the test stand",
        process="3-axis milling",
        material="EN AW-6061 T6",
        country="BR",
        quantity=40,
        due_on=DUE_ON,
        deadline_at=NOON + timedelta(days=7),
        machine="Hurco04",
        score=Decimal("87.3"),
        has_quote=True,
    )
    return replace(known, **facts)


def seller_facts(**facts: Any) -> SellerFacts:
    """Two demands, one answered; of three quotes one won and one lost."""
    known = SellerFacts(
        demands=(demand(), demand(title="Bushings", has_quote=False)),
        quotes=(
            quote(1),
            won_quote(2),
            quote(3, state="declined", state_label="Declined"),
        ),
    )
    return replace(known, **facts)


def origin(**facts: Any) -> Origin:
    """Made for Paula at noon UTC, which is two o'clock in Berlin."""
    known = Origin(
        reference="R-7F3A21C9",
        edition=1,
        enterprise="Nordlicht Precision GmbH",
        by="Paula Planner",
        at=NOON,
        time_zone="Europe/Berlin",
        software="0.1.0",
    )
    return replace(known, **facts)


def document(
    facts: Facts | None = None,
    parameters: Parameters = TWO_WEEKS,
    language: str = "en",
) -> Document:
    """Lay a report out in a language; of capacity by default."""
    with translation.override(language):
        return documents.lay_out(
            facts=facts or capacity_facts(),
            parameters=parameters,
            origin=origin(),
            language=language,
        )
