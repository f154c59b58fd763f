"""The words of the submodels that machines are read from and written to.

IDTA 02006 digital nameplate 3.0 (before: 1.0, 2.0), IDTA 02003 technical data 2.0
(before: 1.1, 1.2) and IDTA 02020 capability description 1.0; semantic ids are those of
the published templates. What no template names has an identifier of Spindle's own.
"""

from dataclasses import dataclass
from enum import StrEnum

IDTA = "https://admin-shell.io/idta"
OWN = "urn:spindle"
PROCESS = f"{OWN}:process:"
FIGURE = f"{OWN}:figure:"
UCUM = "http://unitsofmeasure.org"
# How the machine's own code is called among the ids of its asset.
CODE = "machineCode"
CODE_NAMES = (
    "machinecode",
    "code",
    "inventorynumber",
    "assetnumber",
    "assetid",
    "machineid",
    "equipmentid",
)


class Kind(StrEnum):
    """What a submodel speaks of."""

    NAMEPLATE = "nameplate"
    TECHNICAL = "technical"
    CAPABILITY = "capability"
    CALENDAR = "calendar"
    COMPANY = "company"
    OTHER = "other"


# By what a semantic id contains, without regard to case; then by names.
KINDS_BY_ID = (
    ("/nameplate/", Kind.NAMEPLATE),
    ("digitalnameplate", Kind.NAMEPLATE),
    ("0173-1#01-ahx837", Kind.TECHNICAL),
    ("technicaldata", Kind.TECHNICAL),
    ("capabilitydescription", Kind.CAPABILITY),
    ("productioncalendar", Kind.CALENDAR),
    ("companydata", Kind.COMPANY),
)
KINDS_BY_NAME = (
    ("nameplate", Kind.NAMEPLATE),
    ("technicaldata", Kind.TECHNICAL),
    ("capabilit", Kind.CAPABILITY),
    ("productioncalendar", Kind.CALENDAR),
    ("companydata", Kind.COMPANY),
)

NAMEPLATE = f"{IDTA}/nameplate/3/0/Nameplate"
TECHNICAL_DATA = "0173-1#01-AHX837#002"
CAPABILITIES = f"{IDTA}/SubmodelTemplate/CapabilityDescription/1/0"
GENERAL_INFORMATION = "0173-1#02-ABK161#002/0173-1#01-AHX838#002"
PROPERTY_AREAS = "0173-1#02-ABK163#002"
PROPERTY_AREA = "0173-1#02-ABL358#002/0173-1#01-AHX773#002"
OF_CAPABILITIES = f"{IDTA}/CapabilityDescription"
OF_PROPERTIES = f"{IDTA}/CapabilityPropertyType"
# Of both, the versions before too; a number behind # is the edition of the entry.
MAKER_IDS = ("0112/2///61987#aba565", "0173-1#02-aao677")
DESIGNATION_IDS = ("0112/2///61987#aba567", "0173-1#02-aaw338")
TYPE_IDS = ("0112/2///61987#aba300", "0173-1#02-aao057")
SERIAL_IDS = ("0112/2///61987#aba951", "0173-1#02-aam556")
PLATE = {
    "maker": (MAKER_IDS, ("manufacturername",)),
    "designation": (DESIGNATION_IDS, ("manufacturerproductdesignation",)),
    "type": (TYPE_IDS, ("manufacturerproducttype", "manufacturertypename")),
    "serial_number": (SERIAL_IDS, ("serialnumber",)),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the register as a property: its name, its type, its unit by UCUM."""

    key: str
    name: str
    of: type[int] | type[float] | type[str]
    unit: str = ""

    @property
    def meaning(self) -> str:
        """The identifier of what the figure means."""
        return f"{FIGURE}{self.key}"


MACHINE_FIGURES = (
    Figure("kind", "MachineKind", str),
    Figure("controller", "Controller", str),
    Figure("axes", "NumberOfAxes", int),
    Figure("spindle_rpm", "MaximumSpindleSpeed", int, "/min"),
    Figure("spindle_kw", "SpindlePower", float, "kW"),
    Figure("figures_source", "SourceOfFigures", str),
)
SIZES = (
    Figure("size_x_mm", "LargestPartX", float, "mm"),
    Figure("size_y_mm", "LargestPartY", float, "mm"),
    Figure("size_z_mm", "LargestPartZ", float, "mm"),
    Figure("diameter_mm", "LargestPartDiameter", float, "mm"),
    Figure("length_mm", "LargestPartLength", float, "mm"),
    Figure("max_mass_kg", "HeaviestPart", float, "kg"),
)
QUALITIES = (
    Figure("it_grade", "FinestItGrade", int),
    Figure("roughness_um", "FinestRoughnessRa", float, "um"),
)
LISTS = (
    Figure("material_groups", "MaterialGroups", str),
    Figure("material_codes", "Materials", str),
)
BATCH = Figure("batch", "BatchSize", int)
TOLERANCES = Figure("tolerances", "TolerancesOfFeatures", str)
FIGURES = (*MACHINE_FIGURES, *SIZES, *QUALITIES, *LISTS, BATCH, TOLERANCES)
BY_MEANING = {figure.meaning: figure.key for figure in FIGURES}
# Units that people write into shells beside those of tables, by UCUM code.
UNIT_NAMES = {
    "[in_i]": "[in_i]", "[lb_av]": "[lb_av]", "[uin_i]": "[uin_i]", "[hp]": "[HP]",
    "millimeters": "mm", "millimetres": "mm", "centimeter": "cm", "centimetre": "cm",
    "meter": "m", "metre": "m", "kilogram": "kg", "gram": "g", "tonne": "t",
    "micrometer": "um", "micrometre": "um", "micron": "um", "kilowatt": "kW",
    "watt": "W", "horsepower": "[HP]", "revolutions per minute": "/min",
    "rev/min": "/min", "min^-1": "/min", "1/minute": "/min",
}  # fmt: skip
# Words too general for a data sheet: a machine's own weight is no part's.
TOO_GENERAL = {
    "code", "name", "machine", "model", "power", "мощность", "功率", "leistung",
    "weight", "mass", "масса", "length", "länge", "длина", "长度", "diameter",
    "durchmesser", "диаметр", "直径", "x", "y", "z", "it", "material", "материал",
    "材料", "材质", "werkstoff", "rate", "category", "spindle", "control", "source",
}  # fmt: skip
LIST_KEYS = {figure.key for figure in LISTS}
# Of a range the lower end is what a machine can do at its finest; else the upper.
FINEST = {"it_grade", "roughness_um"}
