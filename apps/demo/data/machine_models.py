"""The models of the library that demo shops own, and the trade that each is used in.

What the models are like is the library's to say. A figure that it does not have is
None: a gap is shown as unknown, a guess would be shown as a fact.
"""

from dataclasses import dataclass

from apps.library import data as library


@dataclass(frozen=True, slots=True)
class MachineModel:
    """One model as its maker describes it."""

    key: str
    maker: str
    model: str
    trade: str
    source: str
    axes: int | None = None
    x_mm: int | None = None
    y_mm: int | None = None
    z_mm: int | None = None
    diameter_mm: int | None = None
    length_mm: int | None = None
    max_load_kg: int | None = None
    spindle_rpm: int | None = None
    spindle_kw: float | None = None
    force_kn: int | None = None

    @property
    def name(self) -> str:
        """Give maker and model as people say them."""
        return f"{self.maker} {self.model}"


MODELS_BY_TRADE: dict[str, tuple[str, ...]] = {
    "milling-3": (
        "haas-vf-2",
        "haas-vf-2ss",
        "haas-vf-3",
        "haas-vf-4ss",
        "haas-vf-6",
        "dmg-cmx-600v",
        "dmg-cmx-1100v",
        "mazak-vcn-530c",
        "hurco-vmx24i",
        "hurco-vmx30i",
        "hurco-vmx42i",
        "okuma-genos-m460-ve",
        "okuma-genos-m560-v",
        "makino-ps95",
        "dn-dnm-4500",
        "dn-dnm-5700",
        "dn-dnm-6700",
        "doosan-dnm-500-ii",
        "brother-s700x1",
        "fanuc-robodrill-m",
        "fanuc-robodrill-l",
        "avia-vmc-650",
        "romi-d-800",
        "smtcl-vmc850e",
        "gorky-6r13f3",
    ),
    "milling-4": (
        "makino-a51nx",
        "dmg-nhx-4000",
        "mazak-hcn-5000",
        "okuma-mb-5000h",
        "ivanovo-ir500pmf4",
    ),
    "milling-5": (
        "haas-umc-750",
        "haas-umc-1000",
        "dmg-dmu-50",
        "dmg-dmu-65-monoblock",
        "dmg-dmu-80-p-duoblock",
        "dmg-cmx-70-u",
        "hermle-c-250",
        "hermle-c-400",
        "hermle-c-32-u",
        "hermle-c-42-u",
        "mikron-mill-e-500-u",
        "mazak-variaxis-i-600",
        "okuma-mu-5000v",
        "makino-d500",
        "spinner-u5-620",
    ),
    "turning": (
        "haas-st-20",
        "haas-st-30",
        "dmg-nlx-2500-700",
        "okuma-lb3000-ex-ii",
        "dn-puma-2600",
        "dn-lynx-2100",
        "ace-j300",
        "bfw-bvl-550h",
        "krasny-16k20f3",
        "dmtg-cka6150",
    ),
    "turning-bar": ("citizen-l20",),
    "mill-turn": (
        "mazak-integrex-i-200",
        "okuma-multus-u3000",
    ),
    "wire-edm": (
        "mitsubishi-mv1200r",
        "mitsubishi-mv2400r",
        "fanuc-robocut-c400ib",
    ),
    "sinker-edm": (
        "sodick-ag40l",
        "sodick-ag60l",
    ),
    "cylindrical-grinding": (
        "studer-s33-650",
        "kharkiv-3m151",
    ),
    "surface-grinding": ("blohm-planomat-hp-408",),
    "gear-cutting": (
        "gleason-genesis-210h",
        "chongqing-y3150e",
    ),
    "laser-cutting": (
        "trumpf-trulaser-3030",
        "trumpf-trulaser-5030",
        "bystronic-bystar-3015",
        "amada-ensis-3015aj",
        "durma-hd-f-3015",
        "hans-g3015",
    ),
    "bending": (
        "trumpf-trubend-5130",
        "bystronic-xpert-150-3100",
        "amada-hg-1003",
        "durma-ad-r-30135",
    ),
    "water-jet-cutting": ("omax-55100",),
    "mig-mag-welding": ("fronius-tps-400i",),
    "laser-powder-metal": (
        "eos-m-290",
        "eos-m-400-4",
        "slm-280-2-0",
        "farsoon-fs271m",
        "blt-s310",
    ),
    "laser-powder-metal-round": ("trumpf-truprint-3000",),
    "powder-polymer": (
        "eos-p-396",
        "eos-formiga-p-110",
        "hp-mjf-5200",
    ),
    "material-extrusion": (
        "stratasys-fortus-450mc",
        "stratasys-f370",
    ),
    "vat-photopolymerization": (
        "formlabs-form-3l",
        "uniontech-lite-600",
    ),
    "cmm-inspection": (
        "zeiss-contura-7106",
        "zeiss-accura-9128",
        "hexagon-global-s-091208",
        "mitutoyo-crysta-apex-s-9106",
    ),
    "injection-molding": (
        "arburg-470c",
        "engel-victory-330-120",
        "kraussmaffei-cx-160-750",
        "haitian-ma1600",
    ),
    "die-casting": ("lk-dcc400",),
}


def _models() -> tuple[MachineModel, ...]:
    known = {facts["code"]: facts for facts in library.read()}
    return tuple(
        MachineModel(
            key=code,
            maker=known[code]["maker"],
            model=known[code]["model"],
            trade=trade,
            source=known[code]["source"]["title"],
            axes=known[code].get("axes"),
            x_mm=known[code].get("size_x_mm"),
            y_mm=known[code].get("size_y_mm"),
            z_mm=known[code].get("size_z_mm"),
            diameter_mm=known[code].get("diameter_mm"),
            length_mm=known[code].get("length_mm"),
            max_load_kg=known[code].get("max_load_kg"),
            spindle_rpm=known[code].get("spindle_rpm"),
            spindle_kw=known[code].get("spindle_kw"),
            force_kn=known[code].get("force_kn"),
        )
        for trade, codes in MODELS_BY_TRADE.items()
        for code in codes
    )


MACHINE_MODELS: tuple[MachineModel, ...] = _models()
BY_KEY: dict[str, MachineModel] = {model.key: model for model in MACHINE_MODELS}
