"""Given and family names per country, and words for invented enterprise names."""

NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "CN": (
        (
            "文博",
            "雅婷",
            "志强",
            "晓雯",
            "建国",
            "思远",
            "静怡",
            "海涛",
            "明哲",
            "佳怡",
        ),
        ("李", "王", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"),
    ),
    "RU": (
        ("Алексей", "Павел", "Игорь", "Дмитрий", "Сергей", "Артём", "Олег", "Роман"),
        ("Орлов", "Белов", "Громов", "Захаров", "Лебедев", "Фомин", "Ершов", "Котов"),
    ),
    "DE": (
        ("Helga", "Jonas", "Katrin", "Matthias", "Lena", "Stefan", "Miriam", "Uwe"),
        ("Kranz", "Vogt", "Seidel", "Brandt", "Hofer", "Lorenz", "Pohl", "Ebert"),
    ),
    "PL": (
        ("Tomasz", "Agnieszka", "Marcin", "Ewa", "Piotr", "Joanna", "Rafał", "Iwona"),
        ("Nowak", "Zając", "Wrona", "Kozieł", "Mazur", "Sikora", "Lis", "Duda"),
    ),
    "TR": (
        ("Elif", "Murat", "Zeynep", "Kerem", "Ayşe", "Onur", "Deniz", "Selin"),
        ("Kaya", "Demir", "Aydın", "Şahin", "Koç", "Öztürk", "Polat", "Erdem"),
    ),
    "IN": (
        ("Anjali", "Rohan", "Meera", "Vikram", "Kavita", "Suresh", "Priya", "Arjun"),
        ("Kulkarni", "Iyer", "Patil", "Desai", "Menon", "Rao", "Shah", "Joshi"),
    ),
    "US": (
        ("Emily", "Marcus", "Dana", "Luis", "Karen", "Tyrone", "Grace", "Walt"),
        ("Hayes", "Okafor", "Lindgren", "Ramirez", "Novak", "Brewer", "Tran", "Doyle"),
    ),
    "BR": (
        (
            "Mariana",
            "Rafael",
            "Camila",
            "Thiago",
            "Beatriz",
            "Gustavo",
            "Larissa",
            "João",
        ),
        (
            "Souza",
            "Pereira",
            "Almeida",
            "Ribeiro",
            "Martins",
            "Rocha",
            "Teixeira",
            "Pires",
        ),
    ),
}

# Beginnings and ends of invented names, the legal form, and what such shops are called.
WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str]] = {
    "CN": (
        ("Jing", "Heng", "Lan", "Qiao", "Rui", "Yan", "Zhen", "Ming", "Pu", "Xun"),
        ("lu", "shuo", "ting", "wei", "chuan", "ke", "he", "yue", "ting", "sheng"),
        ("Precision", "Machinery", "Mould Technology", "CNC Machining"),
        "Co., Ltd.",
    ),
    "RU": (
        (
            "Ural",
            "Volkho",
            "Kama",
            "Tver",
            "Yar",
            "Onega",
            "Svet",
            "Penzo",
            "Oka",
            "Don",
        ),
        ("tekh", "mash", "stal", "prom", "metall", "detal", "tochmash", "rezerv"),
        ("Works", "Machining", "Components"),
        "LLC",
    ),
    "DE": (
        (
            "Birken",
            "Stein",
            "Ahorn",
            "Linden",
            "Eichen",
            "Fuchs",
            "Hasel",
            "Auen",
            "Tann",
        ),
        ("walder", "hainer", "brucker", "felder", "rieder", "grunder", "tobler"),
        ("Zerspanung", "Feinmechanik", "Metallbau", "Werkzeugbau"),
        "GmbH",
    ),
    "PL": (
        ("Brzez", "Dąbr", "Jodł", "Klon", "Wierzb", "Sosn", "Jawor", "Grab", "Lip"),
        ("owski", "nicka", "ecka", "iński", "owiec", "ianka"),
        ("Obróbka CNC", "Mechanika", "Narzędziownia"),
        "Sp. z o.o.",
    ),
    "TR": (
        ("Ak", "Boz", "Gök", "Kara", "Sarı", "Yeşil", "Alt", "Ulu", "Taş"),
        ("dere", "pınar", "kaya", "tepe", "ova", "köprü", "yaka"),
        ("Makina", "Talaşlı İmalat", "Kalıp"),
        "Ltd. Şti.",
    ),
    "IN": (
        ("Anand", "Tunga", "Vindh", "Sarv", "Narm", "Malaya", "Chen", "Indr", "Tapi"),
        ("avati", "giri", "nath", "eshwar", "aditya", "prastha", "vikas"),
        ("Engineering", "Precision", "Tools", "Auto Components"),
        "Pvt Ltd",
    ),
    "US": (
        (
            "Heron",
            "Juniper",
            "Slate",
            "Copper",
            "Badger",
            "Elk",
            "Alder",
            "Quarry",
            "Osprey",
        ),
        (" Fork", " Run", " Bend", " Mesa", " Gap", " Prairie", " Landing"),
        ("Machine", "Precision", "Manufacturing", "Tool"),
        "LLC",
    ),
    "BR": (
        ("Ipê", "Jatobá", "Araç", "Guará", "Cambu", "Piraí", "Tapu", "Itaco", "Juru"),
        ("tinga", "mirim", "poca", "juba", "rana", "tuba", "nema"),
        ("Usinagem", "Ferramentaria", "Metalúrgica"),
        "Ltda.",
    ),
}
# fmt: off
CITIES: dict[str, tuple[tuple[str, str, float, float, str], ...]] = {
    "CN": (
        ("无锡", "江苏", 31.4912, 120.3119, ""), ("青岛", "山东", 36.0671, 120.3826, ""),
        ("重庆", "重庆", 29.5630, 106.5516, ""), ("武汉", "湖北", 30.5928, 114.3055, ""),
        ("厦门", "福建", 24.4798, 118.0894, ""), ("台州", "浙江", 28.6564, 121.4208, ""),
    ),
    "RU": (
        ("Пермь", "Пермский край", 58.0105, 56.2502, "Asia/Yekaterinburg"),
        ("Тула", "Тульская область", 54.1931, 37.6173, ""),
        ("Казань", "Татарстан", 55.7963, 49.1088, ""),
        ("Челябинск", "Челябинская область", 55.1644, 61.4368, "Asia/Yekaterinburg"),
    ),
    "DE": (
        ("Chemnitz", "Sachsen", 50.8278, 12.9214, ""),
        ("Ulm", "Baden-Württemberg", 48.4011, 9.9876, ""),
        ("Solingen", "Nordrhein-Westfalen", 51.1652, 7.0671, ""),
        ("Kassel", "Hessen", 51.3127, 9.4797, ""),
        ("Schweinfurt", "Bayern", 50.0492, 10.2194, ""),
    ),
    "PL": (
        ("Poznań", "Wielkopolskie", 52.4064, 16.9252, ""),
        ("Kielce", "Świętokrzyskie", 50.8661, 20.6286, ""),
        ("Bielsko-Biała", "Śląskie", 49.8224, 19.0584, ""),
        ("Gdańsk", "Pomorskie", 54.3520, 18.6466, ""),
    ),
    "TR": (
        ("Eskişehir", "Eskişehir", 39.7667, 30.5256, ""),
        ("İzmir", "İzmir", 38.4237, 27.1428, ""),
        ("Manisa", "Manisa", 38.6191, 27.4289, ""),
        ("Kayseri", "Kayseri", 38.7205, 35.4826, ""),
    ),
    "IN": (
        ("Chennai", "Tamil Nadu", 13.0827, 80.2707, ""),
        ("Hyderabad", "Telangana", 17.3850, 78.4867, ""),
        ("Ludhiana", "Punjab", 30.9010, 75.8573, ""),
        ("Nashik", "Maharashtra", 19.9975, 73.7898, ""),
    ),
    "US": (
        ("Grand Rapids", "Michigan", 42.9634, -85.6681, "America/Detroit"),
        ("Dayton", "Ohio", 39.7589, -84.1916, "America/New_York"),
        ("Greenville", "South Carolina", 34.8526, -82.3940, "America/New_York"),
        ("Waterbury", "Connecticut", 41.5582, -73.0515, "America/New_York"),
        ("Tempe", "Arizona", 33.4255, -111.9400, "America/Phoenix"),
    ),
    "BR": (
        ("Sorocaba", "São Paulo", -23.5015, -47.4526, ""),
        ("Contagem", "Minas Gerais", -19.9321, -44.0539, ""),
        ("Curitiba", "Paraná", -25.4284, -49.2733, ""),
    ),
}
# Parks of invented shops: what stands together in one hall, models to draw from.
PARKS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("milling-3", "milling-5", "turning", "cmm-inspection"), ("iso-9001",)),
    (("milling-3", "turning"), ("iso-9001",)),
    (("turning", "turning-bar", "cylindrical-grinding"), ("iso-9001", "iatf-16949")),
    (("milling-5", "mill-turn", "cmm-inspection"), ("iso-9001", "as9100d")),
    (("laser-cutting", "bending", "mig-mag-welding"), ("iso-9001",)),
    (("milling-3", "wire-edm", "sinker-edm", "injection-molding"), ("iso-9001",)),
    (("laser-powder-metal", "powder-polymer", "material-extrusion"), ("iso-9001",)),
    (("milling-4", "milling-3", "gear-cutting"), ("iso-9001", "iso-14001")),
)
# How often a country is drawn, in parts of one hundred.
COUNTRY_WEIGHTS: tuple[tuple[str, int], ...] = (
    ("CN", 30), ("IN", 16), ("DE", 13), ("US", 13),
    ("TR", 9), ("PL", 7), ("RU", 6), ("BR", 6),
)
# fmt: on
