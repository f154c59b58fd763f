"""Published figures of real machine models.

Each row names the maker's publication that states its figures. A figure that was
not certain is None: a gap is shown as unknown, a guess would be shown as a fact.
Travels of machining centers are axis travels; sheet machines give the sheet format;
printers give the build volume; measuring machines give the measuring range.
"""

from dataclasses import dataclass


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


def _haas(model: str) -> str:
    return f"Haas Automation, {model} product page, haascnc.com"


# fmt: off
MACHINE_MODELS: tuple[MachineModel, ...] = (
    # Vertical machining centers.
    MachineModel(
        "haas-vf-2", "Haas", "VF-2", "milling-3", _haas("VF-2"),
        axes=3, x_mm=762, y_mm=406, z_mm=508, max_load_kg=1361,
        spindle_rpm=8100, spindle_kw=22.4,
    ),
    MachineModel(
        "haas-vf-2ss", "Haas", "VF-2SS", "milling-3", _haas("VF-2SS"),
        axes=3, x_mm=762, y_mm=406, z_mm=508, spindle_rpm=12000, spindle_kw=22.4,
    ),
    MachineModel(
        "haas-vf-3", "Haas", "VF-3", "milling-3", _haas("VF-3"),
        axes=3, x_mm=1016, y_mm=508, z_mm=635, max_load_kg=1588,
        spindle_rpm=8100, spindle_kw=22.4,
    ),
    MachineModel(
        "haas-vf-4ss", "Haas", "VF-4SS", "milling-3", _haas("VF-4SS"),
        axes=3, x_mm=1270, y_mm=508, z_mm=635, spindle_rpm=12000, spindle_kw=22.4,
    ),
    MachineModel(
        "haas-vf-6", "Haas", "VF-6/40", "milling-3", _haas("VF-6/40"),
        axes=3, x_mm=1626, y_mm=813, z_mm=762, max_load_kg=1814, spindle_kw=22.4,
    ),
    MachineModel(
        "dmg-cmx-600v", "DMG MORI", "CMX 600 V", "milling-3",
        "DMG MORI, CMX V series brochure, technical data",
        axes=3, x_mm=600, y_mm=560, z_mm=510, max_load_kg=600, spindle_rpm=12000,
    ),
    MachineModel(
        "dmg-cmx-1100v", "DMG MORI", "CMX 1100 V", "milling-3",
        "DMG MORI, CMX V series brochure, technical data",
        axes=3, x_mm=1100, y_mm=560, z_mm=510, max_load_kg=1000, spindle_rpm=12000,
    ),
    MachineModel(
        "mazak-vcn-530c", "Mazak", "VCN-530C", "milling-3",
        "Yamazaki Mazak, VCN series brochure, standard machine specifications",
        axes=3, x_mm=1050, y_mm=530, z_mm=510, max_load_kg=1200,
        spindle_rpm=12000, spindle_kw=18.5,
    ),
    MachineModel(
        "hurco-vmx24i", "Hurco", "VMX24i", "milling-3",
        "Hurco, VMXi series specifications, VMX24i",
        axes=3, x_mm=610, y_mm=508, z_mm=610, spindle_rpm=12000,
    ),
    MachineModel(
        "hurco-vmx30i", "Hurco", "VMX30i", "milling-3",
        "Hurco, VMXi series specifications, VMX30i",
        axes=3, x_mm=762, y_mm=508, z_mm=610, spindle_rpm=12000,
    ),
    MachineModel(
        "hurco-vmx42i", "Hurco", "VMX42i", "milling-3",
        "Hurco, VMXi series specifications, VMX42i (42 x 24 x 24 in)",
        axes=3, x_mm=1067, y_mm=610, z_mm=610, spindle_rpm=12000,
    ),
    MachineModel(
        "okuma-genos-m460-ve", "Okuma", "GENOS M460-VE", "milling-3",
        "Okuma, GENOS M series brochure, machine specifications",
        axes=3, x_mm=762, y_mm=460, z_mm=460, spindle_rpm=15000,
    ),
    MachineModel(
        "okuma-genos-m560-v", "Okuma", "GENOS M560-V", "milling-3",
        "Okuma, GENOS M560-V brochure, machine specifications",
        axes=3, x_mm=1050, y_mm=560, z_mm=460, max_load_kg=900,
        spindle_rpm=15000, spindle_kw=22.0,
    ),
    MachineModel(
        "makino-ps95", "Makino", "PS95", "milling-3",
        "Makino, PS series brochure, PS95 specifications",
        axes=3, x_mm=920, y_mm=510, z_mm=460, spindle_rpm=14000,
    ),
    MachineModel(
        "dn-dnm-4500", "DN Solutions", "DNM 4500", "milling-3",
        "DN Solutions (Doosan), DNM series brochure, basic specifications",
        axes=3, x_mm=800, y_mm=450, z_mm=510, max_load_kg=600,
    ),
    MachineModel(
        "dn-dnm-5700", "DN Solutions", "DNM 5700", "milling-3",
        "DN Solutions (Doosan), DNM series brochure, basic specifications",
        axes=3, x_mm=1050, y_mm=570, z_mm=510, max_load_kg=1000,
    ),
    MachineModel(
        "dn-dnm-6700", "DN Solutions", "DNM 6700", "milling-3",
        "DN Solutions (Doosan), DNM series brochure, basic specifications",
        axes=3, x_mm=1300, y_mm=670, z_mm=625, max_load_kg=1300,
    ),
    MachineModel(
        "doosan-dnm-500-ii", "Doosan", "DNM 500 II", "milling-3",
        "Doosan Infracore Machine Tools, DNM II series brochure",
        axes=3, x_mm=1020, y_mm=540, z_mm=510,
    ),
    MachineModel(
        "brother-s700x1", "Brother", "SPEEDIO S700X1", "milling-3",
        "Brother, SPEEDIO S300X1/S500X1/S700X1 brochure, machine specifications",
        axes=3, x_mm=700, y_mm=400, z_mm=300, spindle_rpm=10000,
    ),
    MachineModel(
        "fanuc-robodrill-m", "FANUC", "ROBODRILL α-D21MiB5", "milling-3",
        "FANUC, ROBODRILL α-DiB series brochure, specifications",
        axes=3, x_mm=500, y_mm=400, z_mm=330, max_load_kg=300, spindle_rpm=10000,
    ),
    MachineModel(
        "fanuc-robodrill-l", "FANUC", "ROBODRILL α-D21LiB5", "milling-3",
        "FANUC, ROBODRILL α-DiB series brochure, specifications",
        axes=3, x_mm=700, y_mm=400, z_mm=330, max_load_kg=300, spindle_rpm=10000,
    ),
    MachineModel(
        "avia-vmc-650", "FOP AVIA", "VMC 650", "milling-3",
        "FOP AVIA, VMC 650 vertical machining center, technical data",
        axes=3, x_mm=650, y_mm=540, z_mm=620,
    ),
    MachineModel(
        "romi-d-800", "ROMI", "D 800", "milling-3",
        "Indústrias ROMI, linha ROMI D catalog, especificações técnicas",
        axes=3, x_mm=800, y_mm=530, z_mm=580, spindle_rpm=10000,
    ),
    MachineModel(
        "smtcl-vmc850e", "SMTCL", "VMC850E", "milling-3",
        "Shenyang Machine Tool (SMTCL), VMC series catalog, VMC850E",
        axes=3, x_mm=850, y_mm=500, z_mm=540, spindle_rpm=8000,
    ),
    MachineModel(
        "gorky-6r13f3", "GZFS", "6Р13Ф3", "milling-3",
        "Горьковский завод фрезерных станков, паспорт станка 6Р13Ф3",
        axes=3, x_mm=1000, y_mm=400, z_mm=380, spindle_rpm=2000, spindle_kw=7.5,
    ),
    # Machining centers with a fourth axis.
    MachineModel(
        "makino-a51nx", "Makino", "a51nx", "milling-4",
        "Makino, a51nx brochure, machine specifications",
        axes=4, x_mm=560, y_mm=640, z_mm=640, max_load_kg=400, spindle_rpm=14000,
    ),
    MachineModel(
        "dmg-nhx-4000", "DMG MORI", "NHX 4000", "milling-4",
        "DMG MORI, NHX series brochure, NHX 4000 technical data",
        axes=4, x_mm=560, y_mm=560, z_mm=660, max_load_kg=400,
    ),
    MachineModel(
        "mazak-hcn-5000", "Mazak", "HCN-5000", "milling-4",
        "Yamazaki Mazak, HCN series brochure, standard machine specifications",
        axes=4, x_mm=730, y_mm=730, z_mm=740,
    ),
    MachineModel(
        "okuma-mb-5000h", "Okuma", "MB-5000H", "milling-4",
        "Okuma, MB-H series brochure, machine specifications",
        axes=4, x_mm=760, y_mm=760, z_mm=760,
    ),
    MachineModel(
        "ivanovo-ir500pmf4", "Ivanovo Heavy Machine Tool Works", "ИР500ПМФ4",
        "milling-4",
        "Ивановский завод тяжелого станкостроения, паспорт станка ИР500ПМФ4",
        axes=4, x_mm=800, y_mm=500, z_mm=500, max_load_kg=700,
        spindle_rpm=3000, spindle_kw=14.0,
    ),
    # Five-axis machining centers.
    MachineModel(
        "haas-umc-750", "Haas", "UMC-750", "milling-5", _haas("UMC-750"),
        axes=5, x_mm=762, y_mm=508, z_mm=508, max_load_kg=300,
        spindle_rpm=8100, spindle_kw=22.4,
    ),
    MachineModel(
        "haas-umc-1000", "Haas", "UMC-1000", "milling-5", _haas("UMC-1000"),
        axes=5, x_mm=1016, y_mm=635, z_mm=635, max_load_kg=454,
        spindle_rpm=8100, spindle_kw=22.4,
    ),
    MachineModel(
        "dmg-dmu-50", "DMG MORI", "DMU 50 3rd Generation", "milling-5",
        "DMG MORI, DMU 50 3rd Generation brochure, technical data",
        axes=5, x_mm=650, y_mm=520, z_mm=475, max_load_kg=300, spindle_rpm=15000,
    ),
    MachineModel(
        "dmg-dmu-65-monoblock", "DMG MORI", "DMU 65 monoBLOCK", "milling-5",
        "DMG MORI, DMU monoBLOCK series brochure, technical data",
        axes=5, x_mm=735, y_mm=650, z_mm=560, max_load_kg=600,
    ),
    MachineModel(
        "dmg-dmu-80-p-duoblock", "DMG MORI", "DMU 80 P duoBLOCK", "milling-5",
        "DMG MORI, DMU P duoBLOCK 4th generation brochure, technical data",
        axes=5, x_mm=800, y_mm=1050, z_mm=850,
    ),
    MachineModel(
        "dmg-cmx-70-u", "DMG MORI", "CMX 70 U", "milling-5",
        "DMG MORI, CMX U series brochure, technical data",
        axes=5, x_mm=750, y_mm=600, z_mm=520, max_load_kg=350, spindle_rpm=12000,
    ),
    MachineModel(
        "hermle-c-250", "Hermle", "C 250", "milling-5",
        "Maschinenfabrik Berthold Hermle, C 250 brochure, technical data",
        axes=5, x_mm=600, y_mm=550, z_mm=450, max_load_kg=300,
    ),
    MachineModel(
        "hermle-c-400", "Hermle", "C 400", "milling-5",
        "Maschinenfabrik Berthold Hermle, C 400 brochure, technical data",
        axes=5, x_mm=850, y_mm=700, z_mm=500, max_load_kg=600,
    ),
    MachineModel(
        "hermle-c-32-u", "Hermle", "C 32 U", "milling-5",
        "Maschinenfabrik Berthold Hermle, C 32 brochure, technical data",
        axes=5, x_mm=650, y_mm=650, z_mm=500, max_load_kg=1000, spindle_rpm=18000,
    ),
    MachineModel(
        "hermle-c-42-u", "Hermle", "C 42 U", "milling-5",
        "Maschinenfabrik Berthold Hermle, C 42 brochure, technical data",
        axes=5, x_mm=800, y_mm=800, z_mm=550, max_load_kg=1400, spindle_rpm=18000,
    ),
    MachineModel(
        "mikron-mill-e-500-u", "GF Machining Solutions", "Mikron MILL E 500 U",
        "milling-5",
        "GF Machining Solutions, Mikron MILL E 500 U / 700 U brochure",
        axes=5, x_mm=500, y_mm=450, z_mm=400, max_load_kg=200,
    ),
    MachineModel(
        "mazak-variaxis-i-600", "Mazak", "VARIAXIS i-600", "milling-5",
        "Yamazaki Mazak, VARIAXIS i series brochure, machine specifications",
        axes=5, x_mm=510, y_mm=910, z_mm=510, max_load_kg=500, spindle_rpm=12000,
    ),
    MachineModel(
        "okuma-mu-5000v", "Okuma", "MU-5000V", "milling-5",
        "Okuma, MU-V series brochure, machine specifications",
        axes=5, x_mm=800, y_mm=1050, z_mm=600, max_load_kg=500,
    ),
    MachineModel(
        "makino-d500", "Makino", "D500", "milling-5",
        "Makino, D500 brochure, machine specifications",
        axes=5, x_mm=550, y_mm=1000, z_mm=500,
    ),
    MachineModel(
        "spinner-u5-620", "SPINNER", "U5-620", "milling-5",
        "SPINNER Werkzeugmaschinenfabrik, U5-620 brochure, technical data",
        axes=5, x_mm=620, y_mm=520, z_mm=460, spindle_rpm=12000,
    ),
    # Lathes.
    MachineModel(
        "haas-st-20", "Haas", "ST-20", "turning",
        "Haas Automation, ST series brochure, ST-20 (15 x 21 in max capacity)",
        axes=2, diameter_mm=381, length_mm=533, spindle_rpm=4000, spindle_kw=14.9,
    ),
    MachineModel(
        "haas-st-30", "Haas", "ST-30", "turning",
        "Haas Automation, ST series brochure, ST-30 (21 x 26 in max capacity)",
        axes=2, diameter_mm=533, length_mm=660, spindle_rpm=3400, spindle_kw=22.4,
    ),
    MachineModel(
        "dmg-nlx-2500-700", "DMG MORI", "NLX 2500|700", "turning",
        "DMG MORI, NLX 2500 brochure, technical data NLX 2500MC/700",
        axes=3, diameter_mm=366, length_mm=705, spindle_rpm=4000, spindle_kw=18.5,
    ),
    MachineModel(
        "okuma-lb3000-ex-ii", "Okuma", "LB3000 EX II", "turning",
        "Okuma, LB EX II series brochure, machine specifications",
        axes=2, diameter_mm=410, length_mm=1000, spindle_rpm=5000, spindle_kw=22.0,
    ),
    MachineModel(
        "dn-puma-2600", "DN Solutions", "PUMA 2600", "turning",
        "DN Solutions (Doosan), PUMA 2100/2600/3100 series brochure",
        axes=2, diameter_mm=481, length_mm=760, spindle_rpm=3500, spindle_kw=22.0,
    ),
    MachineModel(
        "dn-lynx-2100", "DN Solutions", "Lynx 2100A", "turning",
        "DN Solutions (Doosan), Lynx 2100 series brochure",
        axes=2, diameter_mm=350, length_mm=330, spindle_rpm=4500, spindle_kw=15.0,
    ),
    MachineModel(
        "ace-j300", "ACE Designers", "Jobber J300", "turning",
        "ACE Designers (Ace Micromatic), Jobber series catalog, J300",
        axes=2, diameter_mm=320, length_mm=300,
    ),
    MachineModel(
        "bfw-bvl-550h", "BFW", "BVL 550H", "turning",
        "Bharat Fritz Werner, BVL vertical turning series catalog, BVL 550H",
        axes=2, diameter_mm=550, length_mm=500,
    ),
    MachineModel(
        "citizen-l20", "Citizen", "Cincom L20", "turning-bar",
        "Citizen Machinery, Cincom L20 brochure, machine specification",
        axes=7, diameter_mm=20, length_mm=200, spindle_rpm=10000, spindle_kw=3.7,
    ),
    MachineModel(
        "krasny-16k20f3", "Krasny Proletary", "16К20Ф3", "turning",
        "Завод «Красный пролетарий», паспорт станка 16К20Ф3"
        " (220 мм над суппортом, РМЦ 1000 мм)",
        axes=2, diameter_mm=220, length_mm=1000, spindle_kw=10.0,
    ),
    MachineModel(
        "dmtg-cka6150", "DMTG", "CKA6150", "turning",
        "Dalian Machine Tool Group, CKA series catalog, CKA6150"
        " (280 mm over the slide)",
        axes=2, diameter_mm=280, length_mm=1000,
    ),
    # Mill-turn centers.
    MachineModel(
        "mazak-integrex-i-200", "Mazak", "INTEGREX i-200", "mill-turn",
        "Yamazaki Mazak, INTEGREX i series brochure, i-200 1000U",
        axes=5, diameter_mm=658, length_mm=1011, spindle_rpm=5000, spindle_kw=22.0,
    ),
    MachineModel(
        "okuma-multus-u3000", "Okuma", "MULTUS U3000", "mill-turn",
        "Okuma, MULTUS U series brochure, machine specifications",
        axes=5, diameter_mm=650, length_mm=1000, spindle_rpm=5000, spindle_kw=22.0,
    ),
    # Electric discharge machines.
    MachineModel(
        "mitsubishi-mv1200r", "Mitsubishi Electric", "MV1200R", "wire-edm",
        "Mitsubishi Electric, MV series wire EDM brochure, specifications",
        axes=4, x_mm=400, y_mm=300, z_mm=220, max_load_kg=500,
    ),
    MachineModel(
        "mitsubishi-mv2400r", "Mitsubishi Electric", "MV2400R", "wire-edm",
        "Mitsubishi Electric, MV series wire EDM brochure, specifications",
        axes=4, x_mm=600, y_mm=400, z_mm=310, max_load_kg=1500,
    ),
    MachineModel(
        "fanuc-robocut-c400ib", "FANUC", "ROBOCUT α-C400iB", "wire-edm",
        "FANUC, ROBOCUT α-CiB series brochure, specifications",
        axes=4, x_mm=400, y_mm=300, z_mm=255, max_load_kg=500,
    ),
    MachineModel(
        "sodick-ag40l", "Sodick", "AG40L", "sinker-edm",
        "Sodick, AG series linear motor sinker EDM brochure",
        axes=3, x_mm=400, y_mm=300, z_mm=270,
    ),
    MachineModel(
        "sodick-ag60l", "Sodick", "AG60L", "sinker-edm",
        "Sodick, AG series linear motor sinker EDM brochure",
        axes=3, x_mm=600, y_mm=400, z_mm=370,
    ),
    # Grinding and gear cutting.
    MachineModel(
        "studer-s33-650", "Fritz Studer", "S33 (650)", "cylindrical-grinding",
        "Fritz Studer, S33 brochure: center height 175 mm, between centers 650 mm",
        axes=2, diameter_mm=350, length_mm=650,
    ),
    MachineModel(
        "kharkiv-3m151", "KhSZ", "3М151", "cylindrical-grinding",
        "Харьковский станкостроительный завод, паспорт станка 3М151",
        axes=2, diameter_mm=200, length_mm=700,
    ),
    MachineModel(
        "blohm-planomat-hp-408", "BLOHM", "PLANOMAT HP 408", "surface-grinding",
        "Blohm Jung, PLANOMAT HP brochure: grinding area 800 x 400 mm",
        axes=3, x_mm=800, y_mm=400,
    ),
    MachineModel(
        "gleason-genesis-210h", "Gleason", "Genesis 210H", "gear-cutting",
        "Gleason, Genesis 210H hobbing machine brochure",
        axes=6, diameter_mm=210,
    ),
    MachineModel(
        "chongqing-y3150e", "Chongqing Machine Tool", "Y3150E", "gear-cutting",
        "Chongqing Machine Tool Works, Y3150E gear hobbing machine manual",
        axes=3, diameter_mm=500,
    ),
    # Sheet metal.
    MachineModel(
        "trumpf-trulaser-3030", "TRUMPF", "TruLaser 3030 fiber", "laser-cutting",
        "TRUMPF, TruLaser Series 3000 brochure, technical data",
        axes=3, x_mm=3000, y_mm=1500, max_load_kg=900,
    ),
    MachineModel(
        "trumpf-trulaser-5030", "TRUMPF", "TruLaser 5030 fiber", "laser-cutting",
        "TRUMPF, TruLaser Series 5000 brochure, technical data",
        axes=3, x_mm=3000, y_mm=1500,
    ),
    MachineModel(
        "bystronic-bystar-3015", "Bystronic", "ByStar Fiber 3015", "laser-cutting",
        "Bystronic, ByStar Fiber brochure, nominal sheet size 3000 x 1500 mm",
        axes=3, x_mm=3000, y_mm=1500,
    ),
    MachineModel(
        "amada-ensis-3015aj", "AMADA", "ENSIS-3015AJ", "laser-cutting",
        "AMADA, ENSIS-AJ series brochure, machine specifications",
        axes=3, x_mm=3070, y_mm=1550,
    ),
    MachineModel(
        "durma-hd-f-3015", "Durma", "HD-F 3015", "laser-cutting",
        "Durmazlar, HD-F fiber laser catalog, sheet size 3000 x 1500 mm",
        axes=3, x_mm=3000, y_mm=1500,
    ),
    MachineModel(
        "hans-g3015", "Han's Laser", "G3015", "laser-cutting",
        "Han's Laser, G series fiber laser catalog, working area 3000 x 1500 mm",
        axes=3, x_mm=3000, y_mm=1500,
    ),
    MachineModel(
        "trumpf-trubend-5130", "TRUMPF", "TruBend 5130", "bending",
        "TRUMPF, TruBend Series 5000 brochure: 1300 kN, bending length 3230 mm",
        x_mm=3230, force_kn=1300,
    ),
    MachineModel(
        "bystronic-xpert-150-3100", "Bystronic", "Xpert 150/3100", "bending",
        "Bystronic, Xpert brochure: 1500 kN, bending length 3100 mm",
        x_mm=3100, force_kn=1500,
    ),
    MachineModel(
        "amada-hg-1003", "AMADA", "HG-1003", "bending",
        "AMADA, HG series brochure: 1000 kN, working length 3110 mm",
        x_mm=3110, force_kn=1000,
    ),
    MachineModel(
        "durma-ad-r-30135", "Durma", "AD-R 30135", "bending",
        "Durmazlar, AD-R press brake catalog: 1350 kN, bending length 3050 mm",
        x_mm=3050, force_kn=1350,
    ),
    MachineModel(
        "omax-55100", "OMAX", "55100", "water-jet-cutting",
        "OMAX, 55100 JetMachining Center specifications: 100 x 55 in X-Y travel",
        axes=3, x_mm=2540, y_mm=1397, z_mm=203,
    ),
    MachineModel(
        "fronius-tps-400i", "Fronius", "TPS 400i", "mig-mag-welding",
        "Fronius, TPS/i power source brochure: 400 A",
    ),
    # Additive machines.
    MachineModel(
        "eos-m-290", "EOS", "M 290", "laser-powder-metal",
        "EOS, EOS M 290 data sheet: building volume 250 x 250 x 325 mm",
        x_mm=250, y_mm=250, z_mm=325,
    ),
    MachineModel(
        "eos-m-400-4", "EOS", "M 400-4", "laser-powder-metal",
        "EOS, EOS M 400-4 data sheet: building volume 400 x 400 x 400 mm",
        x_mm=400, y_mm=400, z_mm=400,
    ),
    MachineModel(
        "slm-280-2-0", "SLM Solutions", "SLM 280 2.0", "laser-powder-metal",
        "SLM Solutions, SLM 280 2.0 brochure: build envelope 280 x 280 x 365 mm",
        x_mm=280, y_mm=280, z_mm=365,
    ),
    MachineModel(
        "trumpf-truprint-3000", "TRUMPF", "TruPrint 3000", "laser-powder-metal-round",
        "TRUMPF, TruPrint 3000 brochure: cylinder of 300 mm x 400 mm height",
        diameter_mm=300, length_mm=400,
    ),
    MachineModel(
        "farsoon-fs271m", "Farsoon", "FS271M", "laser-powder-metal",
        "Farsoon Technologies, FS271M brochure: 275 x 275 x 320 mm",
        x_mm=275, y_mm=275, z_mm=320,
    ),
    MachineModel(
        "blt-s310", "BLT", "BLT-S310", "laser-powder-metal",
        "Xi'an Bright Laser Technologies, BLT-S310 brochure: 250 x 250 x 400 mm",
        x_mm=250, y_mm=250, z_mm=400,
    ),
    MachineModel(
        "eos-p-396", "EOS", "P 396", "powder-polymer",
        "EOS, EOS P 396 data sheet: building volume 340 x 340 x 600 mm",
        x_mm=340, y_mm=340, z_mm=600,
    ),
    MachineModel(
        "eos-formiga-p-110", "EOS", "FORMIGA P 110", "powder-polymer",
        "EOS, FORMIGA P 110 data sheet: building volume 200 x 250 x 330 mm",
        x_mm=200, y_mm=250, z_mm=330,
    ),
    MachineModel(
        "hp-mjf-5200", "HP", "Jet Fusion 5200", "powder-polymer",
        "HP, Jet Fusion 5200 series data sheet: 380 x 284 x 380 mm",
        x_mm=380, y_mm=284, z_mm=380,
    ),
    MachineModel(
        "stratasys-fortus-450mc", "Stratasys", "Fortus 450mc", "material-extrusion",
        "Stratasys, Fortus 450mc spec sheet: 406 x 355 x 406 mm",
        x_mm=406, y_mm=355, z_mm=406,
    ),
    MachineModel(
        "stratasys-f370", "Stratasys", "F370", "material-extrusion",
        "Stratasys, F123 series spec sheet: 355 x 254 x 355 mm",
        x_mm=355, y_mm=254, z_mm=355,
    ),
    MachineModel(
        "formlabs-form-3l", "Formlabs", "Form 3L", "vat-photopolymerization",
        "Formlabs, Form 3L technical specifications: 335 x 200 x 300 mm",
        x_mm=335, y_mm=200, z_mm=300,
    ),
    MachineModel(
        "uniontech-lite-600", "UnionTech", "Lite 600", "vat-photopolymerization",
        "UnionTech, Lite series brochure: 600 x 600 x 400 mm",
        x_mm=600, y_mm=600, z_mm=400,
    ),
    # Measuring machines.
    MachineModel(
        "zeiss-contura-7106", "ZEISS", "CONTURA 7/10/6", "cmm-inspection",
        "Carl Zeiss IQS, CONTURA brochure: measuring range 700 x 1000 x 600 mm",
        axes=3, x_mm=700, y_mm=1000, z_mm=600,
    ),
    MachineModel(
        "zeiss-accura-9128", "ZEISS", "ACCURA 9/12/8", "cmm-inspection",
        "Carl Zeiss IQS, ACCURA brochure: measuring range 900 x 1200 x 800 mm",
        axes=3, x_mm=900, y_mm=1200, z_mm=800,
    ),
    MachineModel(
        "hexagon-global-s-091208", "Hexagon", "GLOBAL S 09.12.08", "cmm-inspection",
        "Hexagon Manufacturing Intelligence, GLOBAL S brochure: 900 x 1200 x 800 mm",
        axes=3, x_mm=900, y_mm=1200, z_mm=800,
    ),
    MachineModel(
        "mitutoyo-crysta-apex-s-9106", "Mitutoyo", "CRYSTA-Apex S 9106",
        "cmm-inspection",
        "Mitutoyo, CRYSTA-Apex S brochure: measuring range 905 x 1005 x 605 mm",
        axes=3, x_mm=905, y_mm=1005, z_mm=605,
    ),
    # Molding and die casting.
    MachineModel(
        "arburg-470c", "ARBURG", "ALLROUNDER 470 C GOLDEN EDITION",
        "injection-molding",
        "ARBURG, GOLDEN EDITION brochure: 1500 kN, 470 x 470 mm between tie bars",
        x_mm=470, y_mm=470, force_kn=1500,
    ),
    MachineModel(
        "engel-victory-330-120", "ENGEL", "victory 330/120", "injection-molding",
        "ENGEL Austria, victory brochure: clamping force 1200 kN, tie-bar-less",
        force_kn=1200,
    ),
    MachineModel(
        "kraussmaffei-cx-160-750", "KraussMaffei", "CX 160-750", "injection-molding",
        "KraussMaffei, CX series brochure: clamping force 1600 kN",
        force_kn=1600,
    ),
    MachineModel(
        "haitian-ma1600", "Haitian", "MA1600", "injection-molding",
        "Haitian International, Mars series catalog:"
        " 1600 kN, 470 x 470 mm between tie bars",
        x_mm=470, y_mm=470, force_kn=1600,
    ),
    MachineModel(
        "lk-dcc400", "LK Machinery", "DCC400", "die-casting",
        "LK Machinery, Impress cold chamber series catalog: locking force 4000 kN",
        force_kn=4000,
    ),
)

# fmt: on

BY_KEY: dict[str, MachineModel] = {model.key: model for model in MACHINE_MODELS}
