"""Figures that cannot be meant are refused with their field, before the database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.machines.rules import figures
from apps.machines.rules.figures import ImpossibleFigure
from apps.machines.types import (
    CapabilityDraft,
    CertificateDraft,
    CostInputs,
    MachineDraft,
    SiteDraft,
)
from tests.factories.machines import AUGSBURG, COST, HURCO, ISO_9001, MILLING

NAN = float("nan")
INFINITY = float("inf")


class TestCheckSite:
    def test_takes_a_real_place(self) -> None:
        figures.check_site(SiteDraft(**AUGSBURG))
        figures.check_site(SiteDraft(name="Somewhere", country="CN", time_zone="UTC"))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", " "),
            ("country", "de"),
            ("country", "DEU"),
            ("country", "ДЕ"),
            ("country", ""),
            ("time_zone", "Mars/Olympus"),
            ("time_zone", ""),
            ("time_zone", "../etc/passwd"),
            ("latitude", 90.1),
            ("latitude", NAN),
            ("latitude", None),
            ("longitude", -180.5),
            ("longitude", None),
        ],
    )
    def test_refuses(self, field: str, value: Any) -> None:
        draft = replace(SiteDraft(**AUGSBURG), **{field: value})

        with pytest.raises(ImpossibleFigure) as refusal:
            figures.check_site(draft)

        assert refusal.value.field == field
        assert refusal.value.remedy


class TestCheckMachine:
    def test_takes_a_machine_with_or_without_figures(self) -> None:
        figures.check_machine(MachineDraft(**HURCO))
        figures.check_machine(MachineDraft(code="TV-1", name="Thermal chamber"))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("code", ""),
            ("name", "  "),
            ("axes", 0),
            ("axes", -3),
            ("axes", 101),
            ("spindle_rpm", 0),
            ("spindle_kw", NAN),
            ("spindle_kw", INFINITY),
        ],
    )
    def test_refuses(self, field: str, value: Any) -> None:
        draft = replace(MachineDraft(**HURCO), **{field: value})

        with pytest.raises(ImpossibleFigure) as refusal:
            figures.check_machine(draft)

        assert refusal.value.field == field


class TestCheckCapability:
    def test_takes_a_box_a_cylinder_and_the_unknown(self) -> None:
        figures.check_capability(CapabilityDraft(**MILLING))
        figures.check_capability(CapabilityDraft(process_code="milling"))
        figures.check_capability(
            CapabilityDraft(
                process_code="turning",
                envelope_kind="cylinder",
                diameter_mm=420.0,
                length_mm=1000.0,
            )
        )

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"envelope_kind": "sphere"}, "envelope_kind"),
            ({"envelope_kind": None}, "size_x_mm"),
            ({"envelope_kind": "cylinder"}, "size_x_mm"),
            ({"size_y_mm": None}, "size_y_mm"),
            ({"diameter_mm": 100.0}, "diameter_mm"),
            ({"size_z_mm": 0.0}, "size_z_mm"),
            ({"size_z_mm": -1.0}, "size_z_mm"),
            ({"size_z_mm": NAN}, "size_z_mm"),
            ({"size_z_mm": 200_001.0}, "size_z_mm"),
            ({"max_mass_kg": 0}, "max_mass_kg"),
            ({"roughness_um": INFINITY}, "roughness_um"),
            ({"it_grade": 0}, "it_grade"),
            ({"it_grade": 19}, "it_grade"),
            ({"batch_min": 0}, "batch_min"),
            ({"batch_min": 50, "batch_max": 49}, "batch_max"),
            ({"batch_max": 3_000_000_000}, "batch_max"),
        ],
    )
    def test_refuses(self, changes: dict[str, Any], field: str) -> None:
        draft = replace(CapabilityDraft(**MILLING), **changes)

        with pytest.raises(ImpossibleFigure) as refusal:
            figures.check_capability(draft)

        assert refusal.value.field == field
        assert refusal.value.remedy


class TestCheckCost:
    def test_takes_rates_with_and_without_cutting(self) -> None:
        figures.check_cost(CostInputs(**COST))
        figures.check_cost(CostInputs(currency="CNY", hourly_rate=Decimal(300)))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("currency", "eur"),
            ("currency", "€"),
            ("hourly_rate", Decimal(0)),
            ("hourly_rate", Decimal(-1)),
            ("hourly_rate", Decimal("NaN")),
            ("hourly_rate", Decimal("Infinity")),
            ("hourly_rate", Decimal(10_000_000_000)),
            ("setup_minutes", Decimal(-1)),
            ("setup_minutes", Decimal(10_000)),
            ("scrap_percent", Decimal(100)),
            ("margin_percent", Decimal("-0.01")),
            ("removal_cm3_per_min", Decimal(0)),
            ("finishing_cm2_per_min", Decimal(0)),
        ],
    )
    def test_refuses(self, field: str, value: Any) -> None:
        cost = replace(CostInputs(**COST), **{field: value})

        with pytest.raises(ImpossibleFigure) as refusal:
            figures.check_cost(cost)

        assert refusal.value.field == field


class TestCheckCertificate:
    def test_takes_a_certificate_with_and_without_an_end(self) -> None:
        figures.check_certificate(CertificateDraft(**ISO_9001))
        figures.check_certificate(
            CertificateDraft(
                **ISO_9001,
                valid_from_on=date(2030, 1, 1),
                valid_until_on=date(2030, 1, 1),
            )
        )

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"number": ""}, "number"),
            ({"issuer": " "}, "issuer"),
            (
                {
                    "valid_from_on": date(2030, 1, 2),
                    "valid_until_on": date(2030, 1, 1),
                },
                "valid_until_on",
            ),
        ],
    )
    def test_refuses(self, changes: dict[str, Any], field: str) -> None:
        draft = replace(CertificateDraft(**ISO_9001), **changes)

        with pytest.raises(ImpossibleFigure) as refusal:
            figures.check_certificate(draft)

        assert refusal.value.field == field
