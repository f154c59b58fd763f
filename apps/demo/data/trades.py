"""What a shop of each trade declares for its machines.

Tolerance and roughness are the better end of ordinary shop practice for the process
(IT8 and Ra 1.6 for three-axis milling, IT5 and Ra 0.2 for cylindrical grinding), not
the best a maker has ever shown. Cutting figures are for aluminum (group N) and are
averages over a part, air moves included.
"""

from dataclasses import dataclass
from decimal import Decimal

from apps.machines.types import MachineKind


@dataclass(frozen=True, slots=True)
class Skill:
    """One process that machines of a trade offer, as the shop declares it."""

    process_code: str
    material_groups: tuple[str, ...]
    it_grade: int | None = None
    roughness_um: Decimal | None = None
    batch_min: int = 1
    batch_max: int | None = None
    is_cylinder: bool = False
    # Where the maker publishes no depth, height or length, the shop states its own.
    size_z_mm: int | None = None
    size_xy_mm: tuple[int, int] | None = None
    length_mm: int | None = None
    max_mass_kg: int | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """A class of machines: its skills, its pace, and what an hour of it costs."""

    key: str
    label: str
    kind: MachineKind
    skills: tuple[Skill, ...]
    machine_eur_hour: int
    attended_share: Decimal
    setup_minutes: int
    programming_hours: Decimal
    inspection_minutes: Decimal
    scrap_percent: Decimal
    removal_cm3_per_min: Decimal | None = None
    finishing_cm2_per_min: Decimal | None = None

    @property
    def is_priced_by_rule(self) -> bool:
        """Whether machine time follows from volume and area, as cutting does."""
        return self.removal_cm3_per_min is not None


METALS = ("P", "M", "K", "N", "S")
SOFT_METALS = ("P", "M", "K", "N")


def _d(text: str) -> Decimal:
    return Decimal(text)


def _milling(code: str, grade: int, roughness: str, groups: tuple[str, ...]) -> Skill:
    return Skill(
        code, groups, it_grade=grade, roughness_um=_d(roughness), batch_max=2000
    )


TRADES: dict[str, Trade] = {
    trade.key: trade
    for trade in (
        Trade(
            key="milling-3",
            label="3-axis milling",
            kind=MachineKind.MACHINE_TOOL,
            skills=(_milling("milling-3-axis", 8, "1.6", (*SOFT_METALS, "polymer")),),
            machine_eur_hour=22,
            attended_share=_d("0.8"),
            setup_minutes=45,
            programming_hours=_d("1.5"),
            inspection_minutes=_d("3"),
            scrap_percent=_d("2"),
            removal_cm3_per_min=_d("60"),
            finishing_cm2_per_min=_d("25"),
        ),
        Trade(
            key="milling-4",
            label="4-axis milling",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                _milling("milling-4-axis", 7, "1.6", METALS),
                _milling("milling-3-axis", 7, "1.6", METALS),
            ),
            machine_eur_hour=36,
            attended_share=_d("0.5"),
            setup_minutes=60,
            programming_hours=_d("2.5"),
            inspection_minutes=_d("3"),
            scrap_percent=_d("1.5"),
            removal_cm3_per_min=_d("90"),
            finishing_cm2_per_min=_d("30"),
        ),
        Trade(
            key="milling-5",
            label="5-axis milling",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                _milling("milling-5-axis", 7, "0.8", (*METALS, "H", "polymer")),
                _milling("milling-3-axis", 7, "0.8", (*METALS, "H", "polymer")),
            ),
            machine_eur_hour=52,
            attended_share=_d("0.6"),
            setup_minutes=50,
            programming_hours=_d("3"),
            inspection_minutes=_d("5"),
            scrap_percent=_d("2"),
            removal_cm3_per_min=_d("75"),
            finishing_cm2_per_min=_d("28"),
        ),
        Trade(
            key="turning",
            label="Turning",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                Skill(
                    "turning",
                    (*METALS, "polymer"),
                    it_grade=7,
                    roughness_um=_d("1.6"),
                    batch_max=10000,
                    is_cylinder=True,
                    max_mass_kg=120,
                ),
            ),
            machine_eur_hour=16,
            attended_share=_d("0.7"),
            setup_minutes=35,
            programming_hours=_d("0.75"),
            inspection_minutes=_d("2"),
            scrap_percent=_d("1.5"),
            removal_cm3_per_min=_d("50"),
            finishing_cm2_per_min=_d("40"),
        ),
        Trade(
            key="turning-bar",
            label="Sliding-head turning",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                Skill(
                    "swiss-turning",
                    ("P", "M", "N", "S", "polymer"),
                    it_grade=6,
                    roughness_um=_d("0.8"),
                    batch_min=100,
                    batch_max=200000,
                    is_cylinder=True,
                    max_mass_kg=1,
                ),
            ),
            machine_eur_hour=20,
            attended_share=_d("0.25"),
            setup_minutes=120,
            programming_hours=_d("2"),
            inspection_minutes=_d("0.2"),
            scrap_percent=_d("1"),
            removal_cm3_per_min=_d("12"),
            finishing_cm2_per_min=_d("30"),
        ),
        Trade(
            key="mill-turn",
            label="Mill-turn",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                Skill(
                    "turn-mill",
                    (*METALS, "H"),
                    it_grade=6,
                    roughness_um=_d("0.8"),
                    batch_max=2000,
                    is_cylinder=True,
                    max_mass_kg=200,
                ),
            ),
            machine_eur_hour=54,
            attended_share=_d("0.6"),
            setup_minutes=75,
            programming_hours=_d("3"),
            inspection_minutes=_d("4"),
            scrap_percent=_d("1.5"),
            removal_cm3_per_min=_d("55"),
            finishing_cm2_per_min=_d("35"),
        ),
        Trade(
            key="wire-edm",
            label="Wire EDM",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                Skill(
                    "wire-edm",
                    (*METALS, "H"),
                    it_grade=6,
                    roughness_um=_d("0.4"),
                    batch_max=500,
                ),
            ),
            machine_eur_hour=16,
            attended_share=_d("0.3"),
            setup_minutes=40,
            programming_hours=_d("1"),
            inspection_minutes=_d("4"),
            scrap_percent=_d("1"),
        ),
        Trade(
            key="sinker-edm",
            label="Sinker EDM",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                Skill(
                    "sinker-edm",
                    (*METALS, "H"),
                    it_grade=6,
                    roughness_um=_d("0.8"),
                    batch_max=200,
                    max_mass_kg=500,
                ),
            ),
            machine_eur_hour=15,
            attended_share=_d("0.3"),
            setup_minutes=60,
            programming_hours=_d("2"),
            inspection_minutes=_d("5"),
            scrap_percent=_d("1"),
        ),
        Trade(
            key="cylindrical-grinding",
            label="Cylindrical grinding",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                Skill(
                    "cylindrical-grinding",
                    ("P", "M", "K", "S", "H"),
                    it_grade=5,
                    roughness_um=_d("0.2"),
                    batch_max=5000,
                    is_cylinder=True,
                    max_mass_kg=80,
                ),
            ),
            machine_eur_hour=24,
            attended_share=_d("0.9"),
            setup_minutes=50,
            programming_hours=_d("0.5"),
            inspection_minutes=_d("3"),
            scrap_percent=_d("1"),
        ),
        Trade(
            key="surface-grinding",
            label="Surface grinding",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                Skill(
                    "surface-grinding",
                    ("P", "M", "K", "H"),
                    it_grade=5,
                    roughness_um=_d("0.4"),
                    batch_max=1000,
                    size_z_mm=350,
                    max_mass_kg=400,
                ),
            ),
            machine_eur_hour=20,
            attended_share=_d("0.9"),
            setup_minutes=40,
            programming_hours=_d("0.5"),
            inspection_minutes=_d("3"),
            scrap_percent=_d("1"),
        ),
        Trade(
            key="gear-cutting",
            label="Gear hobbing",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                Skill(
                    "gear-hobbing",
                    ("P", "K", "N"),
                    it_grade=7,
                    roughness_um=_d("1.6"),
                    batch_max=5000,
                    is_cylinder=True,
                    length_mm=250,
                    max_mass_kg=60,
                ),
            ),
            machine_eur_hour=26,
            attended_share=_d("0.6"),
            setup_minutes=90,
            programming_hours=_d("1"),
            inspection_minutes=_d("5"),
            scrap_percent=_d("1.5"),
        ),
        Trade(
            key="laser-cutting",
            label="Laser cutting",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                Skill(
                    "laser-cutting",
                    ("P", "M", "N"),
                    it_grade=12,
                    roughness_um=_d("6.3"),
                    batch_max=20000,
                    size_z_mm=20,
                ),
            ),
            machine_eur_hour=55,
            attended_share=_d("0.6"),
            setup_minutes=15,
            programming_hours=_d("0.5"),
            inspection_minutes=_d("0.5"),
            scrap_percent=_d("2"),
        ),
        Trade(
            key="bending",
            label="Press-brake bending",
            kind=MachineKind.FORMING_MACHINE,
            skills=(
                Skill(
                    "bending",
                    ("P", "M", "N"),
                    it_grade=13,
                    batch_max=10000,
                    size_xy_mm=(1500, 1500),
                    size_z_mm=300,
                    max_mass_kg=60,
                ),
            ),
            machine_eur_hour=16,
            attended_share=_d("1"),
            setup_minutes=20,
            programming_hours=_d("0.5"),
            inspection_minutes=_d("0.5"),
            scrap_percent=_d("2"),
        ),
        Trade(
            key="water-jet-cutting",
            label="Water jet cutting",
            kind=MachineKind.MACHINE_TOOL,
            skills=(
                Skill(
                    "water-jet-cutting",
                    (*METALS, "H", "polymer", "composite"),
                    it_grade=12,
                    roughness_um=_d("6.3"),
                    batch_max=2000,
                ),
            ),
            machine_eur_hour=38,
            attended_share=_d("0.5"),
            setup_minutes=20,
            programming_hours=_d("0.5"),
            inspection_minutes=_d("1"),
            scrap_percent=_d("1"),
        ),
        Trade(
            key="mig-mag-welding",
            label="MIG/MAG welding",
            kind=MachineKind.JOINING_CELL,
            skills=(
                Skill(
                    "mig-mag-welding",
                    ("P", "M", "N"),
                    it_grade=14,
                    batch_max=2000,
                    size_xy_mm=(3000, 1500),
                    size_z_mm=1000,
                    max_mass_kg=500,
                ),
            ),
            machine_eur_hour=8,
            attended_share=_d("1"),
            setup_minutes=30,
            programming_hours=_d("0"),
            inspection_minutes=_d("3"),
            scrap_percent=_d("1"),
        ),
        Trade(
            key="laser-powder-metal",
            label="Metal powder bed fusion",
            kind=MachineKind.ADDITIVE_MACHINE,
            skills=(
                Skill(
                    "powder-bed-fusion-metal",
                    ("M", "N", "S"),
                    it_grade=11,
                    roughness_um=_d("8"),
                    batch_max=200,
                    max_mass_kg=40,
                ),
            ),
            machine_eur_hour=58,
            attended_share=_d("0.2"),
            setup_minutes=150,
            programming_hours=_d("4"),
            inspection_minutes=_d("10"),
            scrap_percent=_d("5"),
        ),
        Trade(
            key="laser-powder-metal-round",
            label="Metal powder bed fusion",
            kind=MachineKind.ADDITIVE_MACHINE,
            skills=(
                Skill(
                    "powder-bed-fusion-metal",
                    ("M", "N", "S"),
                    it_grade=11,
                    roughness_um=_d("8"),
                    batch_max=200,
                    is_cylinder=True,
                    max_mass_kg=40,
                ),
            ),
            machine_eur_hour=58,
            attended_share=_d("0.2"),
            setup_minutes=150,
            programming_hours=_d("4"),
            inspection_minutes=_d("10"),
            scrap_percent=_d("5"),
        ),
        Trade(
            key="powder-polymer",
            label="Polymer powder bed fusion",
            kind=MachineKind.ADDITIVE_MACHINE,
            skills=(
                Skill(
                    "powder-bed-fusion-polymer",
                    ("polymer",),
                    it_grade=12,
                    roughness_um=_d("10"),
                    batch_max=5000,
                    max_mass_kg=15,
                ),
            ),
            machine_eur_hour=24,
            attended_share=_d("0.2"),
            setup_minutes=60,
            programming_hours=_d("0.5"),
            inspection_minutes=_d("2"),
            scrap_percent=_d("3"),
        ),
        Trade(
            key="material-extrusion",
            label="Material extrusion",
            kind=MachineKind.ADDITIVE_MACHINE,
            skills=(
                Skill(
                    "material-extrusion",
                    ("polymer",),
                    it_grade=13,
                    roughness_um=_d("12.5"),
                    batch_max=200,
                    max_mass_kg=15,
                ),
            ),
            machine_eur_hour=12,
            attended_share=_d("0.1"),
            setup_minutes=20,
            programming_hours=_d("0.5"),
            inspection_minutes=_d("2"),
            scrap_percent=_d("3"),
        ),
        Trade(
            key="vat-photopolymerization",
            label="Vat photopolymerization",
            kind=MachineKind.ADDITIVE_MACHINE,
            skills=(
                Skill(
                    "vat-photopolymerization",
                    ("polymer",),
                    it_grade=11,
                    roughness_um=_d("3.2"),
                    batch_max=500,
                    max_mass_kg=10,
                ),
            ),
            machine_eur_hour=12,
            attended_share=_d("0.2"),
            setup_minutes=30,
            programming_hours=_d("0.5"),
            inspection_minutes=_d("2"),
            scrap_percent=_d("3"),
        ),
        Trade(
            key="cmm-inspection",
            label="Coordinate measuring",
            kind=MachineKind.MEASURING_MACHINE,
            skills=(
                Skill(
                    "cmm-inspection",
                    (*METALS, "H", "polymer", "composite"),
                    it_grade=4,
                    batch_max=500,
                    max_mass_kg=300,
                ),
            ),
            machine_eur_hour=26,
            attended_share=_d("0.9"),
            setup_minutes=30,
            programming_hours=_d("2"),
            inspection_minutes=_d("0"),
            scrap_percent=_d("0"),
        ),
        Trade(
            key="injection-molding",
            label="Injection molding",
            kind=MachineKind.MOLDING_MACHINE,
            skills=(
                Skill(
                    "injection-molding",
                    ("polymer",),
                    it_grade=11,
                    roughness_um=_d("0.8"),
                    batch_min=1000,
                    batch_max=1000000,
                    size_xy_mm=(380, 380),
                    size_z_mm=250,
                    max_mass_kg=1,
                ),
            ),
            machine_eur_hour=22,
            attended_share=_d("0.2"),
            setup_minutes=120,
            programming_hours=_d("0"),
            inspection_minutes=_d("0.05"),
            scrap_percent=_d("1.5"),
        ),
        Trade(
            key="die-casting",
            label="High-pressure die casting",
            kind=MachineKind.MOLDING_MACHINE,
            skills=(
                Skill(
                    "die-casting",
                    ("N",),
                    it_grade=12,
                    roughness_um=_d("3.2"),
                    batch_min=2000,
                    batch_max=500000,
                    size_xy_mm=(400, 400),
                    size_z_mm=250,
                    max_mass_kg=4,
                ),
            ),
            machine_eur_hour=36,
            attended_share=_d("0.5"),
            setup_minutes=180,
            programming_hours=_d("0"),
            inspection_minutes=_d("0.1"),
            scrap_percent=_d("4"),
        ),
    )
}
