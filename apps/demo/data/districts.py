"""Industrial districts of the demo's cities: where a shop of its kind would stand.

Districts only: a street and a number could be somebody's.
"""

# fmt: off
DISTRICTS: dict[str, str] = {
    "Bremen": "Airport-Stadt", "Göppingen": "Stauferpark", "Tuttlingen": "Gänsäcker",
    "Jena": "Göschwitz", "Bielefeld": "Brackwede", "Dresden": "Coschütz/Gittersee",
    "Lüdenscheid": "Freisenberg", "Augsburg": "Lechhausen",
    "Rzeszów": "Dworzysko", "Bydgoszcz": "Bydgoski Park Przemysłowo-Technologiczny",
    "Mielec": "Euro-Park Mielec", "Wrocław": "Fabryczna",
    "Bursa": "Nilüfer OSB", "Ankara": "OSTİM OSB", "Gebze": "Gebze OSB",
    "Konya": "Konya OSB",
    "Bengaluru": "Peenya Industrial Area", "Pune": "Bhosari MIDC",
    "Chhatrapati Sambhajinagar": "Waluj MIDC",
    "Coimbatore": "Kurichi Industrial Estate", "Rajkot": "Aji GIDC",
    "Rockford": "Airport industrial district",
    "Hillsboro": "North Hillsboro Industrial District",
    "Wichita": "South Wichita industrial district",
    "Toledo": "Overland Industrial Park", "San Diego": "Kearny Mesa",
    "Caxias do Sul": "Distrito Industrial", "Joinville": "Zona Industrial Norte",
    "São José dos Campos": "Chácaras Reunidas",
    "Екатеринбург": "Уралмаш", "Киров": "Ленинский район", "Самара": "Безымянка",
    "Санкт-Петербург": "Парнас",
    "苏州": "苏州工业园区", "东莞": "长安镇", "成都": "成都经济技术开发区",
    "西安": "西安经济技术开发区", "沈阳": "铁西区", "佛山": "顺德区",
    "宁波": "北仑区", "大连": "金普新区",
}
# fmt: on
