"""Requests that demo buyers have open, so that shops find demand on the first day."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LineRow:
    """One part that is asked for."""

    solid: str
    number: str
    revision: str
    name: str
    process_codes: tuple[str, ...]
    material_code: str
    it_grade: int
    roughness_um: Decimal
    quantity: int


@dataclass(frozen=True, slots=True)
class RfqRow:
    """One request of one demo buyer."""

    buyer: str
    title: str
    days_to_due: int
    days_to_answer: int
    certificate_codes: tuple[str, ...]
    is_anonymous: bool
    lines: tuple[LineRow, ...]
    # The best quote of each line is accepted, so that there is an order to look at.
    is_awarded: bool = False


RFQS: tuple[RfqRow, ...] = (
    RfqRow(
        buyer="weserorbit",
        title="Reaction wheel brackets, flight batch 3",
        days_to_due=49,
        days_to_answer=14,
        certificate_codes=("as9100d",),
        is_anonymous=False,
        lines=(
            LineRow(
                "wheel-bracket",
                "WO-4711-02",
                "C",
                "Reaction wheel bracket",
                ("milling-5-axis", "milling-3-axis"),
                "en-aw-7075-t6",
                8,
                Decimal("1.6"),
                24,
            ),
        ),
    ),
    RfqRow(
        buyer="prairiekestrel",
        title="Fuel pump flanges and drive shafts, qualification lot",
        days_to_due=56,
        days_to_answer=21,
        certificate_codes=("iso-9001",),
        is_anonymous=True,
        lines=(
            LineRow(
                "pump-flange",
                "PK-20388",
                "B",
                "Fuel pump flange",
                ("turning", "turn-mill"),
                "x2crnimo17-12-2",
                8,
                Decimal("1.6"),
                40,
            ),
            LineRow(
                "drive-shaft",
                "PK-20391",
                "A",
                "Drive shaft",
                ("turning",),
                "42crmo4",
                7,
                Decimal("1.6"),
                120,
            ),
        ),
    ),
    RfqRow(
        buyer="minling",
        title="传感器壳体试制 / Sensor housing prototypes",
        days_to_due=42,
        days_to_answer=10,
        certificate_codes=("iso-9001",),
        is_anonymous=True,
        lines=(
            LineRow(
                "sensor-housing",
                "ML-0862",
                "1",
                "Sensor housing",
                ("milling-3-axis", "milling-5-axis"),
                "en-aw-6061-t6",
                8,
                Decimal("1.6"),
                12,
            ),
        ),
    ),
    RfqRow(
        buyer="karpatron",
        title="Test rig spares: shafts and housings",
        days_to_due=70,
        days_to_answer=21,
        certificate_codes=("iso-9001",),
        is_anonymous=False,
        lines=(
            LineRow(
                "drive-shaft",
                "KA-1180",
                "A",
                "Dynamometer shaft",
                ("turning",),
                "42crmo4",
                8,
                Decimal("1.6"),
                16,
            ),
            LineRow(
                "sensor-housing",
                "KA-1184",
                "A",
                "Torque sensor housing",
                ("milling-3-axis",),
                "en-aw-6082-t6",
                8,
                Decimal("1.6"),
                8,
            ),
        ),
        is_awarded=True,
    ),
)
