"""Forty-one invented enterprises in eight countries, with real cities.

None of the names belongs to a real enterprise as far as a search could tell. The
machine parks use the real models of `machine_models.py`.
"""

from apps.demo.types import Shop

# fmt: off
SHOPS: tuple[Shop, ...] = (
    # --- the buyer whose requests the other enterprises see first
    Shop(
        "weserorbit", "Weserorbit Raumfahrtsysteme GmbH", "DE", "Bremen", "Bremen",
        53.0793, 8.8017, machines=(), shifts="day",
        certificates=("iso-9001", "as9100d"), is_buyer=True,
        about="Builds structures and mechanisms for small satellites;"
        " buys all machined parts.",
    ),
    # --- Germany
    Shop(
        "kaltenrieder", "Kaltenrieder Zerspanungstechnik GmbH", "DE",
        "Baden-Württemberg", "Göppingen", 48.7029, 9.6522,
        machines=(
            ("hermle-c-400", 2), ("hermle-c-42-u", 1), ("dmg-cmx-1100v", 2),
            ("dmg-nlx-2500-700", 1), ("zeiss-contura-7106", 1),
        ),
        shifts="two", certificates=("iso-9001", "iso-14001"),
        about="Contract machining of prismatic parts up to 800 mm, 5-axis.",
    ),
    Shop(
        "brueckwald", "Brückwald Präzision GmbH", "DE", "Baden-Württemberg",
        "Tuttlingen", 47.9850, 8.8177,
        machines=(
            ("citizen-l20", 3), ("hermle-c-250", 1), ("fanuc-robodrill-m", 1),
            ("mitsubishi-mv1200r", 1),
        ),
        shifts="two", certificates=("iso-9001", "iso-13485"),
        about="Instrument and implant parts from bar, sliding-head turning.",
    ),
    Shop(
        "hohenbuchner", "Hohenbuchner Feinwerk GmbH & Co. KG", "DE", "Thüringen",
        "Jena", 50.9271, 11.5892,
        machines=(
            ("studer-s33-650", 2), ("blohm-planomat-hp-408", 1),
            ("dmg-dmu-65-monoblock", 1), ("zeiss-accura-9128", 1),
        ),
        shifts="day", certificates=("iso-9001",), auto_quotes=False,
        about="Ground spindles, gauges and optical mounts.",
    ),
    Shop(
        "dornmuehler", "Dornmühler Blechtechnik GmbH", "DE", "Nordrhein-Westfalen",
        "Bielefeld", 52.0302, 8.5325,
        machines=(
            ("trumpf-trulaser-3030", 1), ("trumpf-trulaser-5030", 1),
            ("trumpf-trubend-5130", 2), ("fronius-tps-400i", 1),
        ),
        shifts="two", certificates=("iso-9001",),
        about="Laser-cut, bent and welded assemblies from 0.5 to 20 mm sheet.",
    ),
    Shop(
        "elbfunke", "Elbfunke Additive Fertigung GmbH", "DE", "Sachsen", "Dresden",
        51.0504, 13.7373,
        machines=(
            ("eos-m-290", 2), ("slm-280-2-0", 1), ("eos-p-396", 1), ("hp-mjf-5200", 1),
        ),
        shifts="day", certificates=("iso-9001", "as9100d"), auto_quotes=False,
        about="Metal and polymer powder bed fusion with qualified parameter sets.",
    ),
    Shop(
        "rheinwarth", "Rheinwarth Werkzeug- und Formenbau GmbH", "DE",
        "Nordrhein-Westfalen", "Lüdenscheid", 51.2190, 7.6270,
        machines=(
            ("arburg-470c", 2), ("kraussmaffei-cx-160-750", 1), ("sodick-ag60l", 1),
            ("mitsubishi-mv2400r", 1), ("dmg-cmx-600v", 1),
        ),
        shifts="three", certificates=("iso-9001", "iatf-16949"),
        about="Molds and molded technical parts for car interiors.",
    ),
    Shop(
        "lechfalke", "Lechfalke Luftfahrtteile GmbH", "DE", "Bayern", "Augsburg",
        48.3705, 10.8978,
        machines=(
            ("dmg-dmu-80-p-duoblock", 1), ("hermle-c-42-u", 2),
            ("okuma-multus-u3000", 1), ("zeiss-contura-7106", 1),
        ),
        shifts="two", certificates=("iso-9001", "as9100d"), is_buyer=True,
        about="Titanium and aluminum structural parts for aircraft.",
    ),
    # --- Poland
    Shop(
        "wisnicka", "Wiśnicka Obróbka CNC Sp. z o.o.", "PL", "Podkarpackie", "Rzeszów",
        50.0412, 21.9991,
        machines=(
            ("avia-vmc-650", 1), ("haas-vf-3", 2), ("dn-dnm-5700", 1),
            ("dn-puma-2600", 2),
        ),
        shifts="two", certificates=("iso-9001",),
        about="Turned and milled parts in series of 10 to 2,000.",
    ),
    Shop(
        "brzezan", "Brzezan Mechanika Precyzyjna Sp. z o.o.", "PL",
        "Kujawsko-Pomorskie", "Bydgoszcz", 53.1235, 18.0084,
        machines=(
            ("hermle-c-32-u", 1), ("haas-vf-2ss", 1), ("okuma-lb3000-ex-ii", 1),
            ("mitsubishi-mv1200r", 1), ("hexagon-global-s-091208", 1),
        ),
        shifts="two", certificates=("iso-9001", "iso-13485"),
        about="Fixtures, tool inserts and one-off precision parts.",
    ),
    Shop(
        "karpatron", "Karpatron Aero Sp. z o.o.", "PL", "Podkarpackie", "Mielec",
        50.2871, 21.4238,
        machines=(
            ("dmg-dmu-65-monoblock", 2), ("mazak-variaxis-i-600", 1),
            ("mazak-integrex-i-200", 1), ("zeiss-contura-7106", 1),
        ),
        shifts="three", certificates=("iso-9001", "as9100d"), is_buyer=True,
        about="Engine and airframe parts in heat-resistant alloys.",
    ),
    Shop(
        "sudetia", "Sudetia Blachy i Konstrukcje Sp. z o.o.", "PL", "Dolnośląskie",
        "Wrocław", 51.1079, 17.0385,
        machines=(
            ("bystronic-bystar-3015", 1), ("bystronic-xpert-150-3100", 2),
            ("fronius-tps-400i", 1),
        ),
        shifts="two", certificates=("iso-9001",), auto_quotes=False,
        about="Sheet metal enclosures and welded frames.",
    ),
    # --- Türkiye
    Shop(
        "akcinar", "Akçınar Hassas Talaşlı İmalat A.Ş.", "TR", "Bursa", "Bursa",
        40.1885, 29.0610,
        machines=(("spinner-u5-620", 2), ("dn-dnm-4500", 2), ("dn-lynx-2100", 2)),
        shifts="two-six-days", certificates=("iso-9001", "iatf-16949"),
        about="Machined parts for automotive and textile machinery.",
    ),
    Shop(
        "goktaseli", "Göktaşeli Havacılık Sanayi A.Ş.", "TR", "Ankara", "Ankara",
        39.9334, 32.8597,
        machines=(
            ("dmg-dmu-50", 2), ("hermle-c-42-u", 1), ("dmg-nlx-2500-700", 1),
            ("zeiss-contura-7106", 1),
        ),
        shifts="two", certificates=("iso-9001", "as9100d"), is_buyer=True,
        about="Flight-control and landing-gear components.",
    ),
    Shop(
        "kizilpinar", "Kızılpınar Kalıp ve Plastik San. A.Ş.", "TR", "Kocaeli", "Gebze",
        40.8028, 29.4307,
        machines=(
            ("haitian-ma1600", 2), ("engel-victory-330-120", 1),
            ("fanuc-robocut-c400ib", 1), ("sodick-ag40l", 1), ("haas-vf-4ss", 1),
        ),
        shifts="three", certificates=("iso-9001",),
        about="Molds up to 1 t and molded parts for white goods.",
    ),
    Shop(
        "demirbuk", "Demirbük Sac Metal San. Ltd. Şti.", "TR", "Konya", "Konya",
        37.8746, 32.4932,
        machines=(
            ("durma-hd-f-3015", 1), ("durma-ad-r-30135", 2), ("fronius-tps-400i", 1),
        ),
        shifts="day-and-saturday", certificates=("iso-9001",), auto_quotes=False,
        about="Cut, bent and welded parts for farm machinery.",
    ),
    # --- India
    Shop(
        "kaverinath", "Kaverinath Precision Components Pvt Ltd", "IN", "Karnataka",
        "Bengaluru", 12.9716, 77.5946,
        machines=(
            ("ace-j300", 3), ("bfw-bvl-550h", 1), ("haas-vf-2", 2), ("dmg-dmu-50", 1),
        ),
        shifts="two-six-days", certificates=("iso-9001", "as9100d"),
        about="Turned and milled aerospace hardware in small series.",
    ),
    Shop(
        "shivneriya", "Shivneriya Machining Pvt Ltd", "IN", "Maharashtra", "Pune",
        18.5204, 73.8567,
        machines=(
            ("hurco-vmx42i", 2), ("hurco-vmx24i", 1), ("mazak-vcn-530c", 1),
            ("dn-puma-2600", 1), ("fanuc-robodrill-m", 1),
        ),
        shifts="two-six-days", certificates=("iso-9001", "iatf-16949"),
        about="Machined castings and pump parts for car makers.",
    ),
    Shop(
        "godavarna", "Godavarna Tool and Mould Pvt Ltd", "IN", "Maharashtra",
        "Chhatrapati Sambhajinagar", 19.8762, 75.3433,
        machines=(
            ("makino-ps95", 1), ("mitsubishi-mv2400r", 1), ("sodick-ag60l", 1),
            ("haitian-ma1600", 1), ("haas-vf-4ss", 1),
        ),
        shifts="two-six-days", certificates=("iso-9001",),
        about="Injection molds and tool-room work.",
    ),
    Shop(
        "nilgirix", "Nilgirix Aero Structures Pvt Ltd", "IN", "Tamil Nadu",
        "Coimbatore", 11.0168, 76.9558,
        machines=(
            ("haas-umc-750", 2), ("makino-d500", 1), ("mazak-integrex-i-200", 1),
            ("mitutoyo-crysta-apex-s-9106", 1),
        ),
        shifts="two", certificates=("iso-9001", "as9100d"), is_buyer=True,
        about="Aluminum and titanium brackets and fittings.",
    ),
    Shop(
        "kathiyarv", "Kathiyarv Die Cast Pvt Ltd", "IN", "Gujarat", "Rajkot",
        22.3039, 70.8022,
        machines=(("lk-dcc400", 2), ("haas-vf-2", 2)),
        shifts="two-six-days", certificates=("iso-9001",), auto_quotes=False,
        about="Aluminum die castings, trimmed and machined.",
    ),
    # --- United States
    Shop(
        "tamarackhollow", "Tamarack Hollow Machine Co.", "US", "Illinois", "Rockford",
        42.2711, -89.0940,
        machines=(
            ("haas-vf-2", 1), ("haas-vf-4ss", 2), ("haas-vf-6", 1), ("haas-st-20", 1),
            ("haas-st-30", 2),
        ),
        shifts="two", certificates=("iso-9001",), time_zone="America/Chicago",
        about="General job shop: milling to 1.6 m, turning to 530 mm.",
    ),
    Shop(
        "cinderbutte", "Cinder Butte Precision, Inc.", "US", "Oregon", "Hillsboro",
        45.5229, -122.9898,
        machines=(
            ("makino-a51nx", 1), ("okuma-genos-m560-v", 2), ("brother-s700x1", 2),
            ("mitutoyo-crysta-apex-s-9106", 1),
        ),
        shifts="ten-hours", certificates=("iso-9001", "iso-13485"),
        time_zone="America/Los_Angeles",
        about="Vacuum and semiconductor equipment parts in aluminum and stainless.",
    ),
    Shop(
        "prairiekestrel", "Prairie Kestrel Aerostructures, Inc.", "US", "Kansas",
        "Wichita", 37.6872, -97.3301,
        machines=(
            ("haas-umc-1000", 2), ("okuma-mu-5000v", 1), ("mazak-hcn-5000", 1),
            ("okuma-multus-u3000", 1),
        ),
        shifts="two", certificates=("iso-9001", "as9100d"), is_buyer=True,
        time_zone="America/Chicago",
        about="Wing and fuselage fittings for business aircraft.",
    ),
    Shop(
        "maumeeridge", "Maumee Ridge Fabrication LLC", "US", "Ohio", "Toledo",
        41.6528, -83.5379,
        machines=(
            ("amada-ensis-3015aj", 1), ("amada-hg-1003", 2), ("omax-55100", 1),
            ("fronius-tps-400i", 1),
        ),
        shifts="day", certificates=("iso-9001",), time_zone="America/New_York",
        auto_quotes=False,
        about="Laser and water jet cutting, forming and welding.",
    ),
    Shop(
        "quillback", "Quillback Additive, Inc.", "US", "California", "San Diego",
        32.7157, -117.1611,
        machines=(
            ("eos-m-400-4", 1), ("stratasys-fortus-450mc", 2), ("formlabs-form-3l", 2),
            ("hp-mjf-5200", 1),
        ),
        shifts="day", certificates=("iso-9001",), time_zone="America/Los_Angeles",
        auto_quotes=False,
        about="Printed prototypes and bridge series in polymer and metal.",
    ),
    # --- Brazil
    Shop(
        "jacuta", "Usinagem Serra Jacutá Ltda.", "BR", "Rio Grande do Sul",
        "Caxias do Sul", -29.1678, -51.1794,
        machines=(("romi-d-800", 3), ("dn-lynx-2100", 1), ("haas-vf-3", 1)),
        shifts="two", certificates=("iso-9001",),
        about="Machined parts for buses, trailers and farm machines.",
    ),
    Shop(
        "iperana", "Ferramentaria Ipêrana Ltda.", "BR", "Santa Catarina", "Joinville",
        -26.3045, -48.8487,
        machines=(
            ("romi-d-800", 1), ("mitsubishi-mv1200r", 1), ("sodick-ag40l", 1),
            ("arburg-470c", 1), ("engel-victory-330-120", 1),
        ),
        shifts="two", certificates=("iso-9001",),
        about="Molds and molded parts for compressors and plumbing.",
    ),
    Shop(
        "paratigi", "Paratigi Aeropeças S.A.", "BR", "São Paulo",
        "São José dos Campos", -23.1896, -45.8841,
        machines=(
            ("dmg-dmu-50", 1), ("mazak-variaxis-i-600", 1),
            ("mazak-integrex-i-200", 1), ("hexagon-global-s-091208", 1),
        ),
        shifts="two", certificates=("iso-9001", "as9100d"), is_buyer=True,
        about="Machined details for regional aircraft.",
    ),
    # --- Russia
    Shop(
        "kamnegorsk", "Kamnegorsk Mechanical Works LLC", "RU", "Свердловская область",
        "Екатеринбург", 56.8389, 60.6057,
        machines=(
            ("ivanovo-ir500pmf4", 2), ("krasny-16k20f3", 3), ("gorky-6r13f3", 1),
            ("kharkiv-3m151", 1),
        ),
        shifts="two", certificates=("iso-9001", "gost-r-iso-9001"),
        name_local="ООО «Камнегорский механический завод»",
        time_zone="Asia/Yekaterinburg",
        about="Валы, корпуса и детали редукторов, партии от 5 штук.",
    ),
    Shop(
        "vyatka-detali", "Vyatka Fine Parts LLC", "RU", "Кировская область", "Киров",
        58.6036, 49.6680,
        machines=(("dn-dnm-4500", 2), ("dn-lynx-2100", 2), ("citizen-l20", 1)),
        shifts="two", certificates=("iso-9001", "gost-r-iso-9001"),
        name_local="ООО «Вятские точные детали»",
        about="Точение и фрезерование мелких деталей из латуни и нержавеющей стали.",
    ),
    Shop(
        "privolzhye-additive", "Volga Additive Systems JSC", "RU",
        "Самарская область", "Самара", 53.1959, 50.1002,
        machines=(
            ("slm-280-2-0", 1), ("farsoon-fs271m", 1), ("blt-s310", 1),
            ("stratasys-f370", 1),
        ),
        shifts="day", certificates=("gost-r-iso-9001",), auto_quotes=False,
        name_local="АО «Приволжские аддитивные системы»",
        time_zone="Europe/Samara",
        about="Селективное лазерное сплавление жаропрочных сплавов и титана.",
    ),
    Shop(
        "nevograd", "Nevograd Metal LLC", "RU", "Санкт-Петербург", "Санкт-Петербург",
        59.9343, 30.3351,
        machines=(
            ("trumpf-trulaser-3030", 1), ("hans-g3015", 1), ("trumpf-trubend-5130", 1),
            ("fronius-tps-400i", 1),
        ),
        shifts="two", certificates=("iso-9001",), auto_quotes=False,
        name_local="ООО «Невоград Металл»",
        about="Лазерная резка, гибка и сварка корпусов.",
    ),
    # --- China
    Shop(
        "lanyu", "Suzhou Lanyu Precision Engineering Co., Ltd.", "CN", "江苏", "苏州",
        31.2989, 120.5853,
        machines=(
            ("smtcl-vmc850e", 2), ("fanuc-robodrill-l", 2), ("dn-dnm-5700", 1),
            ("dmg-nlx-2500-700", 1), ("zeiss-contura-7106", 1),
        ),
        shifts="two-six-days", certificates=("iso-9001", "gb-t-19001"),
        name_local="苏州澜屿精工有限公司",
        about="精密零件加工,三轴铣削与车削,月产三万件。",
    ),
    Shop(
        "yanchuan", "Dongguan Yanchuan Mould Technology Co., Ltd.", "CN", "广东", "东莞",
        23.0207, 113.7518,
        machines=(
            ("haitian-ma1600", 2), ("sodick-ag60l", 1), ("fanuc-robocut-c400ib", 1),
            ("brother-s700x1", 1),
        ),
        shifts="two-six-days", certificates=("iso-9001", "gb-t-19001"),
        name_local="东莞砚川模具科技有限公司",
        about="精密模具与注塑件,电子与家电行业。",
    ),
    Shop(
        "minling", "Chengdu Minling Aero Components Co., Ltd.", "CN", "四川", "成都",
        30.5728, 104.0668,
        machines=(
            ("dmg-dmu-80-p-duoblock", 1), ("hermle-c-42-u", 1), ("dmg-dmu-50", 1),
            ("mazak-integrex-i-200", 1), ("hexagon-global-s-091208", 1),
        ),
        shifts="two", certificates=("iso-9001", "as9100d"), is_buyer=True,
        name_local="成都岷翎航空零部件有限公司",
        about="航空结构件与发动机零件,五轴加工。",
    ),
    Shop(
        "liqiong", "Xi'an Liqiong Additive Manufacturing Co., Ltd.", "CN", "陕西",
        "西安", 34.3416, 108.9398,
        machines=(("blt-s310", 3), ("farsoon-fs271m", 1), ("uniontech-lite-600", 1)),
        shifts="two", certificates=("iso-9001", "gb-t-19001"), auto_quotes=False,
        name_local="西安骊穹增材制造有限公司",
        about="金属粉末床熔融成形与光固化原型。",
    ),
    Shop(
        "huncheng", "Shenyang Huncheng CNC Machining Co., Ltd.", "CN", "辽宁", "沈阳",
        41.8057, 123.4315,
        machines=(("dmtg-cka6150", 3), ("smtcl-vmc850e", 2), ("chongqing-y3150e", 1)),
        shifts="two-six-days", certificates=("gb-t-19001",),
        name_local="沈阳浑澄数控加工有限公司",
        about="轴类、盘类与齿轮零件。",
    ),
    Shop(
        "linghe", "Foshan Linghe Sheet Metal Manufacturing Co., Ltd.", "CN", "广东",
        "佛山", 23.0218, 113.1219,
        machines=(("hans-g3015", 2), ("amada-hg-1003", 2), ("fronius-tps-400i", 1)),
        shifts="two-six-days", certificates=("iso-9001", "gb-t-19001"),
        auto_quotes=False,
        name_local="佛山岭禾钣金制造有限公司",
        about="机箱机柜钣金件,激光切割与折弯。",
    ),
    Shop(
        "yonglan", "Ningbo Yonglan Die Casting Co., Ltd.", "CN", "浙江", "宁波",
        29.8683, 121.5440,
        machines=(("lk-dcc400", 2), ("fanuc-robodrill-m", 2)),
        shifts="three", certificates=("iso-9001", "iatf-16949"),
        name_local="宁波甬镧压铸有限公司",
        about="铝合金压铸件及后续加工。",
    ),
    Shop(
        "tuoche", "Dalian Tuoche Heavy Machining Co., Ltd.", "CN", "辽宁", "大连",
        38.9140, 121.6147,
        machines=(
            ("okuma-mb-5000h", 1), ("haas-vf-6", 1), ("dn-dnm-6700", 2),
            ("gleason-genesis-210h", 1), ("studer-s33-650", 1),
        ),
        shifts="two-six-days", certificates=("iso-9001", "gb-t-19001"),
        name_local="大连砣澈重型加工有限公司",
        about="箱体、泵体与传动零件,加工行程至1.6米。",
    ),
)
# fmt: on
