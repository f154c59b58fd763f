"""The one list of columns by which machines come in and go out as tables.

Keys are the names that drafts have for the same facts. Labels go through translation;
aliases are what shops of four languages write above such a column.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Unit(StrEnum):
    """What a column measures."""

    LENGTH = "length"
    MASS = "mass"
    ROUGHNESS = "roughness"
    POWER = "power"
    SPEED = "speed"


class Form(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    MONEY = "money"
    TRUTH = "truth"
    KIND = "kind"
    PROCESS = "process"
    MATERIALS = "materials"
    GROUPS = "groups"
    TOLERANCES = "tolerances"
    COUNTRY = "country"
    CURRENCY = "currency"


class Part(StrEnum):
    """Of what a column speaks."""

    SITE = "site"
    MACHINE = "machine"
    CAPABILITY = "capability"
    COST = "cost"


# Symbols shown above the columns we write, by the UCUM code of what is meant.
SYMBOLS = {
    "mm": "mm",
    "[in_i]": "in",
    "kg": "kg",
    "um": "µm",
    "kW": "kW",
    "/min": "1/min",
}
# The unit of a column that names none; lengths follow the choice for the file.
UNIT_UNSAID = {
    Unit.LENGTH: "mm",
    Unit.MASS: "kg",
    Unit.ROUGHNESS: "um",
    Unit.POWER: "kW",
    Unit.SPEED: "/min",
}
# How people write units, by the UCUM code that is meant.
UNIT_WORDS = {
    Unit.LENGTH: {
        "mm": "mm", "мм": "mm", "毫米": "mm", "millimeter": "mm", "millimetre": "mm",
        "cm": "cm", "см": "cm", "厘米": "cm", "m": "m", "м": "m", "米": "m",
        "in": "[in_i]", "inch": "[in_i]", "inches": "[in_i]", '"': "[in_i]",
        "″": "[in_i]", "”": "[in_i]", "zoll": "[in_i]", "дюйм": "[in_i]",
        "дюймы": "[in_i]", "дюймов": "[in_i]", "英寸": "[in_i]", "吋": "[in_i]",
    },
    Unit.MASS: {
        "kg": "kg", "кг": "kg", "公斤": "kg", "千克": "kg", "g": "g", "г": "g",
        "t": "t", "т": "t", "吨": "t", "lb": "[lb_av]", "lbs": "[lb_av]",
        "pound": "[lb_av]", "pounds": "[lb_av]", "фунт": "[lb_av]", "磅": "[lb_av]",
    },
    Unit.ROUGHNESS: {
        "µm": "um", "μm": "um", "um": "um", "мкм": "um", "微米": "um",
        "µin": "[uin_i]", "μin": "[uin_i]", "uin": "[uin_i]",
    },
    Unit.POWER: {
        "kw": "kW", "квт": "kW", "千瓦": "kW", "w": "W", "вт": "W",
        "hp": "[HP]", "л.с.": "[HP]",
    },
    Unit.SPEED: {
        "1/min": "/min", "/min": "/min", "min-1": "/min", "min⁻¹": "/min",
        "rpm": "/min", "r/min": "/min", "u/min": "/min", "об/мин": "/min",
        "мин-1": "/min", "转/分": "/min",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of a machine as a column of a table."""

    key: str
    label: Promise | str
    part: Part
    form: Form = Form.TEXT
    unit: Unit | None = None
    required: bool = False
    length: int = 0
    example: str | int | float = ""
    aliases: tuple[str, ...] = ()

    def heading(self, length_unit: str = "mm") -> str:
        """Return the label in the reader's language, with the unit behind it."""
        if self.unit is None:
            return str(self.label)
        code = length_unit if self.unit is Unit.LENGTH else UNIT_UNSAID[self.unit]
        return f"{self.label} ({SYMBOLS[code]})"


COLUMNS = (
    Column(
        "code", _("Machine code"), Part.MACHINE,
        required=True, length=60, example="EXAMPLE-01",
        aliases=("code", "machine id", "machine no", "machine number", "asset no",
                 "asset number", "inventory number", "inv no", "设备编号", "机床编号", "编号",
                 "机器编号", "код", "код станка", "инвентарный номер", "инв. №",
                 "инв. номер", "maschinencode", "maschinennummer", "maschinen-nr",
                 "inventarnummer", "inventar-nr", "kennung"),
    ),
    Column(
        "name", _("Name"), Part.MACHINE, length=120, example="Machining center 1",
        aliases=("machine", "machine name", "designation", "名称", "设备名称", "机床名称",
                 "наименование", "название", "станок", "bezeichnung", "maschine"),
    ),
    Column(
        "site", _("Site"), Part.SITE, length=120, example="Augsburg",
        aliases=("plant", "location", "works", "site name", "工厂", "厂区", "地点", "站点",
                 "площадка", "завод", "место", "standort", "werk"),
    ),
    Column(
        "site_country", _("Country of the site"), Part.SITE, Form.COUNTRY,
        length=2, example="DE",
        aliases=("country", "country code", "国家", "国家代码", "страна", "land"),
    ),
    Column(
        "site_city", _("City of the site"), Part.SITE, length=80, example="Augsburg",
        aliases=("city", "town", "城市", "город", "stadt", "ort"),
    ),
    Column(
        "site_time_zone", _("Time zone of the site"), Part.SITE,
        length=64, example="Europe/Berlin",
        aliases=("time zone", "timezone", "时区", "часовой пояс", "zeitzone"),
    ),
    Column(
        "work_center", _("Work center"), Part.SITE, length=60, example="",
        aliases=("workcenter", "work centre", "work center code", "cell", "department",
                 "工作中心", "车间", "班组", "рабочий центр", "участок", "цех",
                 "arbeitsplatz", "arbeitsplatzgruppe", "maschinengruppe",
                 "fertigungsbereich"),
    ),
    Column(
        "kind", _("Kind"), Part.MACHINE, Form.KIND, example="machine_tool",
        aliases=("machine kind", "machine type", "category", "类别", "设备类别", "вид",
                 "тип", "категория", "maschinenart", "kategorie"),
    ),
    Column(
        "maker", _("Maker"), Part.MACHINE, length=120, example="Hurco",
        aliases=("manufacturer", "make", "brand", "vendor", "制造商", "厂家", "生产厂家",
                 "品牌", "производитель", "изготовитель", "марка", "hersteller",
                 "fabrikat"),
    ),
    Column(
        "model", _("Model"), Part.MACHINE, length=120, example="VMX24",
        aliases=("machine model", "type designation", "型号", "规格型号", "设备型号", "модель",
                 "modell", "typ"),
    ),
    Column(
        "serial_number", _("Serial number"), Part.MACHINE, length=120, example="",
        aliases=("serial", "serial no", "s/n", "sn", "序列号", "出厂编号",
                 "серийный номер", "заводской номер", "зав. №", "seriennummer",
                 "serien-nr", "fabriknummer"),
    ),
    Column(
        "description", _("Description"), Part.MACHINE, length=300, example="",
        aliases=("remark", "remarks", "note", "notes", "comment", "描述", "备注", "описание",
                 "примечание", "beschreibung", "bemerkung"),
    ),
    Column(
        "controller", _("Controller"), Part.MACHINE, length=120, example="",
        aliases=("control", "cnc", "cnc control", "数控系统", "系统", "чпу", "система чпу",
                 "steuerung"),
    ),
    Column(
        "axes", _("Axes"), Part.MACHINE, Form.WHOLE, example=3,
        aliases=("number of axes", "axis count", "no of axes", "轴数", "число осей",
                 "количество осей", "оси", "achsen", "anzahl achsen", "achszahl"),
    ),
    Column(
        "spindle_rpm", _("Spindle speed"), Part.MACHINE, Form.WHOLE, Unit.SPEED,
        example=8000,
        aliases=("spindle rpm", "max rpm", "spindle", "rpm", "max spindle speed",
                 "主轴转速", "最高转速", "转速", "частота вращения шпинделя",
                 "обороты шпинделя", "обороты", "spindeldrehzahl", "drehzahl"),
    ),
    Column(
        "spindle_kw", _("Spindle power"), Part.MACHINE, Form.NUMBER, Unit.POWER,
        example=11.2,
        aliases=("spindle kw", "power", "motor power", "主轴功率", "功率",
                 "мощность шпинделя", "мощность", "spindelleistung", "leistung"),
    ),
    Column(
        "figures_source", _("Source of the figures"), Part.MACHINE, length=300,
        aliases=("source", "data sheet", "数据来源", "источник", "quelle", "datenblatt"),
    ),
    Column(
        "auto_quote", _("Quotes by itself"), Part.MACHINE, Form.TRUTH, example="no",
        aliases=("auto quote", "automatic quote", "自动报价", "автоматическое предложение",
                 "автокотировка", "automatisches angebot"),
    ),
    Column(
        "process_code", _("Process"), Part.CAPABILITY, Form.PROCESS,
        example="milling-3-axis",
        aliases=("process code", "capability", "technology", "operation", "工艺",
                 "加工工艺", "加工方式", "процесс", "технология", "операция",
                 "вид обработки", "verfahren", "prozess", "fertigungsverfahren"),
    ),
    Column(
        "material_groups", _("Material groups"), Part.CAPABILITY, Form.GROUPS,
        example="P; N",
        aliases=("material group", "iso 513", "iso 513 groups", "材料组", "材料类别",
                 "группы материалов", "группа материалов", "werkstoffgruppen",
                 "werkstoffgruppe"),
    ),
    Column(
        "material_codes", _("Materials"), Part.CAPABILITY, Form.MATERIALS,
        example="en-aw-6061-t6",
        aliases=("material", "material codes", "grades", "材料", "材质", "материалы",
                 "материал", "марки", "werkstoffe", "werkstoff", "materialien"),
    ),
    Column(
        "size_x_mm", _("Largest part, X"), Part.CAPABILITY, Form.NUMBER, Unit.LENGTH,
        example=610,
        aliases=("x", "size x", "travel x", "x travel", "envelope x", "x axis travel",
                 "x行程", "x轴行程", "行程x", "x 行程", "ход x", "ход по x", "перемещение x",
                 "размер x", "verfahrweg x", "x-weg", "x-verfahrweg", "arbeitsraum x"),
    ),
    Column(
        "size_y_mm", _("Largest part, Y"), Part.CAPABILITY, Form.NUMBER, Unit.LENGTH,
        example=508,
        aliases=("y", "size y", "travel y", "y travel", "envelope y", "y axis travel",
                 "y行程", "y轴行程", "行程y", "y 行程", "ход y", "ход по y", "перемещение y",
                 "размер y", "verfahrweg y", "y-weg", "y-verfahrweg", "arbeitsraum y"),
    ),
    Column(
        "size_z_mm", _("Largest part, Z"), Part.CAPABILITY, Form.NUMBER, Unit.LENGTH,
        example=610,
        aliases=("z", "size z", "travel z", "z travel", "envelope z", "z axis travel",
                 "z行程", "z轴行程", "行程z", "z 行程", "ход z", "ход по z", "перемещение z",
                 "размер z", "verfahrweg z", "z-weg", "z-verfahrweg", "arbeitsraum z"),
    ),
    Column(
        "diameter_mm", _("Largest part, diameter"), Part.CAPABILITY, Form.NUMBER,
        Unit.LENGTH,
        aliases=("diameter", "max diameter", "turning diameter", "swing", "直径",
                 "最大直径", "最大加工直径", "回转直径", "диаметр", "макс. диаметр",
                 "диаметр обработки", "durchmesser", "drehdurchmesser", "max. durchmesser"),
    ),
    Column(
        "length_mm", _("Largest part, length"), Part.CAPABILITY, Form.NUMBER,
        Unit.LENGTH,
        aliases=("length", "max length", "turning length", "长度", "最大长度",
                 "最大加工长度", "длина", "макс. длина", "длина обработки", "länge",
                 "drehlänge", "max. länge"),
    ),
    Column(
        "max_mass_kg", _("Heaviest part"), Part.CAPABILITY, Form.NUMBER, Unit.MASS,
        example=1360,
        aliases=("table load", "max load", "max mass", "max weight", "weight", "mass",
                 "承重", "工作台承重", "最大重量", "最大工件重量", "нагрузка на стол",
                 "макс. масса", "масса детали", "масса", "tischlast", "max. gewicht",
                 "werkstückgewicht", "tischbelastung"),
    ),
    Column(
        "it_grade", _("Finest IT grade"), Part.CAPABILITY, Form.WHOLE, example=8,
        aliases=("it grade", "it", "tolerance grade", "iso 286", "公差等级", "it等级",
                 "精度等级", "квалитет", "квалитет точности", "it-grad", "toleranzgrad"),
    ),
    Column(
        "roughness_um", _("Finest roughness Ra"), Part.CAPABILITY, Form.NUMBER,
        Unit.ROUGHNESS, example=1.6,
        aliases=("roughness", "ra", "surface roughness", "surface finish", "粗糙度",
                 "表面粗糙度", "шероховатость", "шероховатость ra", "rauheit",
                 "rauheit ra", "oberflächenrauheit"),
    ),
    Column(
        "tolerances", _("Tolerances of features"), Part.CAPABILITY, Form.TOLERANCES,
        example="bore IT6 Ra 0.8; position 20 µm",
        aliases=("feature tolerances", "tolerance per feature", "tolerances by feature",
                 "特征公差", "допуски элементов", "допуски по элементам",
                 "toleranzen je merkmal", "merkmalstoleranzen"),
    ),
    Column(
        "batch_min", _("Smallest batch"), Part.CAPABILITY, Form.WHOLE, example=1,
        aliases=("min batch", "minimum batch", "batch min", "min quantity", "最小批量",
                 "мин. партия", "минимальная партия", "kleinste losgröße",
                 "min. losgröße"),
    ),
    Column(
        "batch_max", _("Largest batch"), Part.CAPABILITY, Form.WHOLE, example=2000,
        aliases=("max batch", "maximum batch", "batch max", "max quantity", "最大批量",
                 "макс. партия", "максимальная партия", "größte losgröße",
                 "max. losgröße"),
    ),
    Column(
        "currency", _("Currency"), Part.COST, Form.CURRENCY, length=3, example="EUR",
        aliases=("currency code", "币种", "货币", "валюта", "währung"),
    ),
    Column(
        "hourly_rate", _("Hourly rate"), Part.COST, Form.MONEY, example="68.00",
        aliases=("rate", "machine rate", "rate per hour", "price per hour", "小时费率",
                 "机时费", "工时单价", "小时价", "ставка", "ставка в час",
                 "стоимость часа", "цена часа", "stundensatz", "maschinenstundensatz"),
    ),
    Column(
        "setup_minutes", _("Setup minutes"), Part.COST, Form.MONEY, example="45",
        aliases=("setup time", "setup min", "setup", "准备时间", "время наладки",
                 "наладка, мин", "rüstzeit", "rüstminuten"),
    ),
    Column(
        "setup_rate", _("Setup rate per hour"), Part.COST, Form.MONEY, example="55.00",
        aliases=("setup rate", "准备费率", "ставка наладки", "rüstsatz"),
    ),
    Column(
        "programming_hours", _("Programming hours"), Part.COST, Form.MONEY,
        aliases=("programming time", "编程工时", "время программирования",
                 "programmierstunden"),
    ),
    Column(
        "programming_rate", _("Programming rate per hour"), Part.COST, Form.MONEY,
        aliases=("programming rate", "编程费率", "ставка программирования",
                 "programmiersatz"),
    ),
    Column(
        "inspection_minutes_per_part", _("Inspection minutes per part"), Part.COST,
        Form.MONEY,
        aliases=("inspection minutes", "inspection time", "检验时间", "время контроля",
                 "prüfzeit je teil", "prüfzeit"),
    ),
    Column(
        "material_markup_percent", _("Markup on material in %"), Part.COST, Form.MONEY,
        aliases=("material markup", "材料加价", "наценка на материал",
                 "materialaufschlag"),
    ),
    Column(
        "scrap_percent", _("Scrap in %"), Part.COST, Form.MONEY,
        aliases=("scrap", "scrap rate", "废品率", "брак", "ausschuss"),
    ),
    Column(
        "margin_percent", _("Margin in %"), Part.COST, Form.MONEY,
        aliases=("margin", "利润率", "маржа", "наценка", "marge"),
    ),
    Column(
        "minimum_charge", _("Minimum charge"), Part.COST, Form.MONEY,
        aliases=("minimum order", "min charge", "最低收费", "минимальная стоимость",
                 "mindestbetrag", "mindestauftragswert"),
    ),
    Column(
        "removal_cm3_per_min", _("Roughing in cm³/min"), Part.COST, Form.MONEY,
        aliases=("removal rate", "mrr", "金属去除率", "съём материала", "zeitspanvolumen"),
    ),
    Column(
        "finishing_cm2_per_min", _("Finishing in cm²/min"), Part.COST, Form.MONEY,
        aliases=("finishing rate", "精加工速率", "чистовая обработка",
                 "schlichtleistung"),
    ),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
# The row of the template that shows how it is done, and never becomes a machine.
EXAMPLE_CODE = "EXAMPLE-01"
