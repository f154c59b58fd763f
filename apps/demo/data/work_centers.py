"""How shops of the demo group their machines: by trade, with names in their language."""

from apps.demo.types import Department

DEPARTMENTS = (
    Department(
        "WC-MILL",
        ("milling-3", "milling-4", "milling-5"),
        {"en": "Milling", "ru": "Фрезерный участок", "zh-hans": "铣削车间"},
    ),
    Department(
        "WC-TURN",
        ("turning", "turning-bar", "mill-turn"),
        {"en": "Turning", "ru": "Токарный участок", "zh-hans": "车削车间"},
    ),
    Department(
        "WC-EDM",
        ("wire-edm", "sinker-edm"),
        {
            "en": "Electrical discharge machining",
            "ru": "Электроэрозионный участок",
            "zh-hans": "电火花加工车间",
        },
    ),
    Department(
        "WC-GRIND",
        ("cylindrical-grinding", "surface-grinding", "gear-cutting"),
        {
            "en": "Grinding and gears",
            "ru": "Шлифовальный и зубообрабатывающий участок",
            "zh-hans": "磨削与齿轮车间",
        },
    ),
    Department(
        "WC-SHEET",
        ("laser-cutting", "bending", "water-jet-cutting", "mig-mag-welding"),
        {
            "en": "Sheet metal and welding",
            "ru": "Листовой металл и сварка",
            "zh-hans": "钣金与焊接车间",
        },
    ),
    Department(
        "WC-AM",
        (
            "laser-powder-metal",
            "laser-powder-metal-round",
            "powder-polymer",
            "material-extrusion",
            "vat-photopolymerization",
        ),
        {
            "en": "Additive manufacturing",
            "ru": "Аддитивный участок",
            "zh-hans": "增材制造车间",
        },
    ),
    Department(
        "WC-CAST",
        ("injection-molding", "die-casting"),
        {
            "en": "Molding and casting",
            "ru": "Литейный участок",
            "zh-hans": "注塑与压铸车间",
        },
    ),
    Department(
        "WC-INSPECT",
        ("cmm-inspection",),
        {"en": "Inspection", "ru": "Отдел контроля", "zh-hans": "检测室"},
    ),
)
