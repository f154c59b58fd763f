"""What machines measured, read from QIF."""

from datetime import date
from io import BytesIO

import pytest

from apps.machines.rules import qif
from tests.support.data import shared_data

HEAD = '<?xml version="1.0"?><QIFDocument xmlns="http://qifstandards.org/xsd/qif2">'
PLAN = """
<Characteristics><CharacteristicDefinitions>
<DiameterCharacteristicDefinition id="1"><Tolerance><MaxValue>{high}</MaxValue>
<MinValue>{low}</MinValue><DefinedAsLimit>false</DefinedAsLimit></Tolerance>
</DiameterCharacteristicDefinition></CharacteristicDefinitions>
<CharacteristicNominals><DiameterCharacteristicNominal id="2">
<CharacteristicDefinitionId>1</CharacteristicDefinitionId>
<TargetValue>{nominal}</TargetValue></DiameterCharacteristicNominal>
</CharacteristicNominals><CharacteristicItems><DiameterCharacteristicItem id="3">
<Name>BORE</Name><CharacteristicNominalId>2</CharacteristicNominalId>
</DiameterCharacteristicItem></CharacteristicItems></Characteristics>
"""
INCH = """<FileUnits><PrimaryUnits><LinearUnit><UnitName>inch</UnitName>
<UnitConversion><Factor>0.0254</Factor></UnitConversion></LinearUnit></PrimaryUnits>
</FileUnits>"""
PIECE = """<MeasurementResults id="{n}"><CharacteristicActuals>
<DiameterCharacteristicActual id="1{n}"><Status><CharacteristicStatusEnum>PASS
</CharacteristicStatusEnum></Status><CharacteristicItemId>3</CharacteristicItemId>
<Value>{value}</Value></DiameterCharacteristicActual></CharacteristicActuals>
</MeasurementResults>"""


def document(*values: float, units: str = "", **plan: float) -> BytesIO:
    """Write what was measured of a bore."""
    pieces = "".join(PIECE.format(n=n, value=one) for n, one in enumerate(values, 10))
    text = HEAD + units + PLAN.format(**plan) + pieces + "</QIFDocument>"
    return BytesIO(text.encode())


class TestOfNist:
    def test_reads_what_the_supplier_measured(self) -> None:
        with shared_data("nist/quality/plate-supplier-fair.qif").open("rb") as file:
            found = qif.read(file)

        assert (found.pieces, found.characteristics, found.measured) == (20, 37, 740)
        assert (found.out_of_tolerance, found.said_failed) == (98, 98)
        assert found.worst_share == pytest.approx(2.396)
        assert found.worst_name == "Diameter 6"
        assert not found.is_unit_stated
        assert found.measured_on is None
        assert [
            (
                one.kind,
                one.characteristics,
                one.measured,
                one.out_of_tolerance,
                round(one.worst_share or 0, 4),
                one.it_grade,
            )
            for one in found.kinds
        ] == [
            ("Angle", 4, 80, 63, 1.305, None),
            ("Diameter", 25, 500, 35, 2.396, 17),
            ("DistanceBetween", 5, 100, 0, 0.305, None),
            ("Flatness", 1, 20, 0, 0.008, None),
            ("Perpendicularity", 1, 20, 0, 0.1769, None),
            ("Position", 1, 20, 0, 0.336, None),
        ]
        assert found.note == (
            "20 pieces, 740 values, 98 out of tolerance, worst at 240 % of the tolerance"
        )

    def test_reads_what_the_customer_measured(self) -> None:
        with shared_data("nist/quality/plate-customer-incoming.qif").open("rb") as file:
            found = qif.read(file)

        assert (found.pieces, found.characteristics, found.measured) == (20, 17, 620)
        assert (found.out_of_tolerance, found.said_failed) == (51, 51)
        assert found.worst_share == pytest.approx(2.974409, abs=1e-6)
        assert found.worst_name == "RADIUS1"
        assert found.is_unit_stated
        assert found.measured_on == date(2017, 3, 7)
        assert [
            (
                one.kind,
                one.characteristics,
                one.measured,
                one.out_of_tolerance,
                round(one.worst_share or 0, 4),
                one.it_grade,
            )
            for one in found.kinds
        ] == [
            ("Diameter", 5, 340, 31, 1.9449, 17),
            ("DistanceBetween", 4, 80, 0, 0.135, None),
            ("Flatness", 1, 20, 0, 0.192, None),
            ("Length", 2, 60, 0, 0.2815, 14),
            ("Perpendicularity", 1, 20, 0, 0.1385, None),
            ("Position", 1, 20, 0, 0.1665, None),
            ("Radius", 1, 20, 20, 2.9744, None),
            ("Width", 2, 60, 0, 0.4488, 14),
        ]
        assert found.it_grade == 17


class TestGrade:
    @pytest.mark.parametrize(
        ("values", "grade"),
        [
            # Above 30 to 50 mm: IT6 is 16 and IT7 25 micrometers wide.
            ((40.008, 39.992), 6),
            ((40.0081,), 7),
            ((40.0125,), 7),
            ((40.0126,), 8),
            # Narrower than IT1, 1.5 micrometers.
            ((40.0,), 1),
            # Wider than IT18, 3.9 mm.
            ((42.0,), None),
        ],
    )
    def test_is_the_finest_that_holds_all_pieces(
        self, values: tuple[float, ...], grade: int | None
    ) -> None:
        found = qif.read(document(*values, nominal=40, low=-3, high=3))

        assert found.it_grade == grade

    def test_is_none_above_the_sizes_of_the_table(self) -> None:
        assert qif.read(document(501, nominal=501, low=-1, high=1)).it_grade is None

    def test_is_the_same_in_inches(self) -> None:
        found = qif.read(
            document(40.012 / 25.4, units=INCH, nominal=40 / 25.4, low=-1, high=1)
        )

        assert found.it_grade == 7
        assert found.is_unit_stated

    def test_counts_what_is_out_on_either_side(self) -> None:
        found = qif.read(
            document(9.7, 10.2, 10.0, 10.6, nominal=10, low=-0.2, high=0.5)
        )

        assert found.out_of_tolerance == 2
        assert found.worst_share == pytest.approx(1.5)


class TestRefuses:
    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (b"<QIFDocument", "no sound QIF"),
            (b"", "no sound QIF"),
            (HEAD.encode() + b"</QIFDocument>", "no measured values"),
            (
                b'<!DOCTYPE a [<!ENTITY b "c">]><QIFDocument>&b;</QIFDocument>',
                "no sound",
            ),
        ],
    )
    def test_what_holds_no_results(self, raw: bytes, said: str) -> None:
        with pytest.raises(qif.QifUnreadable, match=said):
            qif.read(BytesIO(raw))
