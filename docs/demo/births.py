#!/usr/bin/env python3
"""births.py - makes births.csv, the demonstration's births in the specimen State of Utopia (UTO).

All persons are fictional.  The output is committed; this file is kept so that one can see where it comes from and make it
again: births.py >births.csv.  It draws from its own sequence of numbers, so the result is the same everywhere.
"""
import csv
import datetime
import sys

state = 20240229


def draw(n):
    """A number 0..n-1 from a 48-bit linear congruential sequence (the constants of drand48)."""
    global state
    state = (state * 25214903917 + 11) % (1 << 48)
    return (state >> 16) % n


def pick(items):
    return items[draw(len(items))]


COLUMNS = """local_id office child_primary_name child_secondary_name child_name_local child_sex child_date_of_birth
place_of_birth place_text multiplicity birth_order mother_primary_name mother_secondary_name mother_date_of_birth
mother_nationality father_primary_name father_secondary_name father_date_of_birth father_nationality informant_name
informant_relation attendant declared_on""".split()

# place, office, attended births there, first and last year of the place under that code
PLACES = [
    ("UT-ZEN-H1", "ZEN1", True, 1948, 2100), ("UT-ZEN-H2", "ZEN1", True, 1971, 2100), ("UT-ZEN-C1", "ZEN2", True, 1989, 2100),
    ("UT-ZEN-OLD", "ZEN2", False, 1930, 2100), ("UT-POR-H1", "POR1", True, 1955, 2100), ("UT-POR-TWN", "POR1", False, 1930, 2100),
    ("UT-AMA-H1", "AMA1", True, 1962, 2100), ("UT-AMA-ANY", "AMA1", False, 1930, 1993), ("UT-AMA-MID", "AMA1", False, 1994, 2100),
    ("UT-LAK-VIL", "LAK1", False, 1930, 2100), ("UT-LAK-H1", "LAK1", True, 1980, 2100), ("UT-MTN-VIL", "MTN1", False, 1930, 2100),
]

# Latin script: families and given names with what other States' printers stumble over.
LATIN_FAMILIES = """Eriksson O'Connor Müller D'Angelo Nguyễn Núñez Łukasiewicz Çelik Ødegård Þórsdóttir Šimůnek Dvořáková
Saint-Exupéry Vandersmitten-Kühn Mac-Mahon N'Diaye M'Bemba L'Écuyer Åström Weiß Ångström Fernández-Córdoba Ștefănescu
Kovačević Yılmaz Ðurić Vella-Żammit Ó-Súilleabháin Tāwhiri Kealoha'ili Sørensen Groß Æbelø Œuvrard Żółkiewska Ħaż-Żebbuġ
Martin Silva Baker Okafor Diallo Tanaka Marino Castellanos Petit Fischer Almeida Haddock Swift More""".split()
LATIN_FEMALE = """Anna-Maria Zoë Chloé Siobhán Renée Łucja Åsa Ingrid Thị-Hồng Élodie Sofía Józefa Ayşe Šárka Ġulja Eilís Núria Maëlle
Jane Ada Mary-Ann Grace Wilhelmina Noor""".split()
LATIN_MALE = """Jean-Luc Seán Bjørn Jürgen François Łukasz Özgür Tomáš Iñaki Văn-Đức Håkon Gaël Þór Ionuț Ġorġ Màrius D'Arcy Zdzisław
John Thomas Hythloday Raphael Peter Kwame""".split()
SECOND_GIVEN = ["", "", "", "Jo", "Rosa Luz", "de la Cruz", "von Amaurot", "Beatriz", "Émile", "Mc'Leod", "X", "Ana"]

# Longer than the 39 places of the machine readable zone, in either part or in both.
LONG = [
    ("Wolfeschlegelsteinhausenbergerdorff-Hohenfels", "Maximiliane Antoinette Friederike", "F"),
    ("Papandropoulou-Rakotomalala Andrianampoinimerina", "Jean-Baptiste", "M"),
    ("Nilavadhanananda", "Chayapa Dejthamrong Krasuang Thanawat Phiphat", "M"),
    ("da Conceição Albuquerque e Vasconcelos de Sá Nogueira", "Maria do Perpétuo Socorro Esperança da Luz", "F"),
    ("Bennelong Wooloomooloo Wandarra Warnampi", "Dingo Potoroo", "M"),
    ("Mbeki-O'Shaughnessy-Fitzwilliam-Cholmondeley", "Ng'ang'a D'Artagnan Ó-Conchobhair", "M"),
    ("Llanfairpwllgwyngyll-Gogerychwyrndrobwll", "Angharad Myfanwy Gwenllian Rhiannon Blodeuwedd", "F"),
    ("Raja Sri Wijayawardhana Kulasekera Mudiyanselage", "Chaminda Bandara Dissanayake", "M"),
]
# One name only: the primary identifier stands alone.
MONONYMS = [("Suharti", "F"), ("Arkady", "M"), ("Htun", "M"), ("Tenzin", "F"), ("Björkþórr", "M"), ("Ke'ala", "F")]

# Other scripts: (Latin as given by the family or by Doc 9303-3's tables, local script).
CYRILLIC_FAMILIES = [(("Ivanov", "Иванов"), ("Ivanova", "Иванова")), (("Shcherbakov", "Щербаков"), ("Shcherbakova", "Щербакова")),
                     (("Iurev", "Юрьев"), ("Iureva", "Юрьева")), (("Tsvetkov", "Цветков"), ("Tsvetkova", "Цветкова")),
                     (("Kovalchuk", "Ковальчук"), ("Kovalchuk", "Ковальчук"))]
CYRILLIC_GIVEN = {"F": [("Kseniia", "Ксения"), ("Iuliia", "Юлия"), ("Zhanna", "Жанна"), ("Liudmila", "Людмила")],
                  "M": [("Petr", "Пётр"), ("Aleksei", "Алексей"), ("Evgenii", "Евгений"), ("Iakov", "Яков")]}
ARABIC_FAMILIES = [("Al-Farabi", "الفارابي"), ("Bin Yusuf", "بن يوسف"), ("Abd al-Rahman", "عبد الرحمن"), ("Khalil", "خليل")]
ARABIC_GIVEN = {"F": [("Fatima", "فاطمة"), ("Layla", "ليلى"), ("Aisha", "عائشة")],
                "M": [("Muhammad", "محمد"), ("Hasan", "حسن"), ("Ibrahim", "إبراهيم")]}
KHMER_FAMILIES = [("Sok", "សុខ"), ("Chan", "ចាន់"), ("Keo", "កែវ"), ("Chea", "ជា")]
KHMER_GIVEN = {"F": [("Sophea", "សុភា"), ("Bopha", "បុប្ផា"), ("Chanthou", "ចន្ធូ")],
               "M": [("Dara", "ដារ៉ា"), ("Vuthy", "វុទ្ធី"), ("Rithy", "រិទ្ធី")]}
# Amharic: the father's given name stands where others have the family's.
AMHARIC_FAMILIES = [("Tesfaye", "ተስፋዬ"), ("Bekele", "በቀለ"), ("Haile", "ኃይሌ"), ("Kebede", "ከበደ")]
AMHARIC_GIVEN = {"F": [("Tigist", "ትዕግስት"), ("Almaz", "አልማዝ"), ("Hirut", "ሂሩት")],
                 "M": [("Abebe", "አበበ"), ("Girma", "ግርማ"), ("Dawit", "ዳዊት")]}
GEORGIAN_FAMILIES = [("Beridze", "ბერიძე"), ("Kapanadze", "კაპანაძე")]
GEORGIAN_GIVEN = {"F": [("Nino", "ნინო"), ("Tamar", "თამარ")], "M": [("Giorgi", "გიორგი"), ("Vakhtang", "ვახტანგ")]}
SCRIPTS = {"arabic": (ARABIC_FAMILIES, ARABIC_GIVEN), "khmer": (KHMER_FAMILIES, KHMER_GIVEN),
           "amharic": (AMHARIC_FAMILIES, AMHARIC_GIVEN), "georgian": (GEORGIAN_FAMILIES, GEORGIAN_GIVEN)}

FOREIGN = ["FRA", "D", "KHM", "ETH", "GEO", "BRA", "XXA"]       # the last one: stateless
rows = []


def full_day(first_year, last_year):
    """Today of this file is the end of 2025: nobody in it is born or declared later."""
    first = datetime.date(first_year, 1, 1).toordinal()
    return datetime.date.fromordinal(first + draw(datetime.date(last_year, 12, 1).toordinal() - first))


def latin_person(sex):
    given = pick(LATIN_FEMALE if sex == "F" else LATIN_MALE)
    second = pick(SECOND_GIVEN)
    return pick(LATIN_FAMILIES), given + (" " + second if second else ""), ""


def cyrillic_person(sex):
    family = pick(CYRILLIC_FAMILIES)[0 if sex == "M" else 1]
    given = pick(CYRILLIC_GIVEN["M" if sex == "M" else "F"])
    return family[0], given[0], family[1] + " " + given[1]


def script_person(script, sex):
    families, given_names = SCRIPTS[script]
    family, given = pick(families), pick(given_names["M" if sex == "M" else "F"])
    return family[0], given[0], family[1] + " " + given[1]


def person(script, sex):
    if script == "latin":
        return latin_person(sex)
    return cyrillic_person(sex) if script == "cyrillic" else script_person(script, sex)


def nationality():
    return pick(FOREIGN) if draw(12) == 0 else "UTO"


def parent(script, sex, child_year, youngest, spread):
    primary, secondary, _ = person(script, sex)
    born = full_day(child_year - youngest - spread, child_year - youngest)
    text = born.isoformat()
    if child_year < 1975 and draw(3) == 0:      # old registers often knew no more
        text = text[:4] if draw(2) else text[:7]
    return [primary, secondary, text, nationality()]


def add(name, sex, born, parents=None, script="latin", precision="day", multiplicity=1, order=1, father=True, where=None):
    """One birth: `name` is (primary, secondary, local)."""
    place, office, attended, _, _ = where or pick([p for p in PLACES if p[3] <= born.year <= p[4]])
    mother, dad = parents or parents_of(script, born, father)
    if precision == "day":
        declared = born + datetime.timedelta(days=1 + draw(45))
    else:                                       # late declarations: the day was no longer known
        declared = full_day(born.year + 2, min(born.year + 14, 2025))
    declared = min(declared, datetime.date(2025, 12, 31))
    relation = pick(["hospital", "mother"] if attended else ["mother", "other"]) if not father else \
        pick(["mother", "father", "hospital"] if attended else ["mother", "father", "other"])
    informant = {"mother": " ".join(filter(None, (mother[1], mother[0]))), "father": " ".join(filter(None, (dad[1], dad[0]))),
                 "hospital": "Records Office", "other": "Village Elder " + pick(LATIN_FAMILIES)}[relation]
    text = "" if attended else pick(["at home", "farm beyond the bridge", "fishing boat Utopie III", "at home, 12 Anydrus Lane",
                                     "hôtel de la Gare", ""])
    rows.append(["", office, name[0], name[1], name[2], sex,
                 born.isoformat()[:{"day": 10, "month": 7, "year": 4}[precision]], place, text, multiplicity, order,
                 *mother, *dad, informant, relation, pick(["physician", "midwife"]) if attended else pick(["midwife", "other"]),
                 declared.isoformat()])


def child_of(parents, script, sex):
    """The child's name by the custom of the script; an unknown father leaves the mother's family name."""
    father = parents[1][0] != ""
    one = parents[1] if father else parents[0]
    primary, secondary, local = person(script, sex)
    if script == "latin":
        primary = one[0]
        if father and draw(4) == 0:
            primary = (parents[1][0] + "-" + parents[0][0]).replace(" ", "-")
        return primary, secondary, ""
    given_local = local.split(" ")[-1]
    if script == "cyrillic":
        for male, female in CYRILLIC_FAMILIES:
            if one[0] in (male[0], female[0]):
                family = female if sex == "F" else male
    elif script == "amharic":
        given = AMHARIC_GIVEN["M" if father else "F"]
        family = [pair for pair in given if pair[0] == one[1]][0]
    else:
        family = [pair for pair in SCRIPTS[script][0] if pair[0] == one[0]][0]
    return family[0], secondary, family[1] + " " + given_local


def parents_of(script, born, has_father=True):
    father = parent(script, "M", born.year, 19, 32)
    return parent(script, "F", born.year, 18, 24), father if has_father else ["", "", "", ""]


def main():
    # Those the demonstration issues passports to come first: adults, and every script and difficulty among them.
    for script in ["latin", "cyrillic", "arabic", "khmer", "amharic", "georgian"] * 4:
        sex, born, has_father = pick("FM"), full_day(1955, 2003), draw(5) > 0
        parents = parents_of(script, born, has_father)
        add(child_of(parents, script, sex), sex, born, parents, script, father=has_father)
    for primary, secondary, sex in LONG:
        add((primary, secondary, ""), sex, full_day(1950, 2005))
    for name, sex in MONONYMS:
        add((name, "", ""), sex, full_day(1950, 2020), father=draw(2) == 0)
    # Twins, twice triplets: same mother, same day, same place.
    for i in range(8):
        script = pick(["latin", "latin", "cyrillic", "khmer", "amharic"])
        born, multiplicity = full_day(1960, 2024), 3 if i in (3, 6) else 2
        parents = (parent(script, "F", born.year, 19, 20), parent(script, "M", born.year, 21, 25))
        where = pick([p for p in PLACES if p[3] <= born.year <= p[4] and p[2]])
        family, given = None, []
        for order in range(1, multiplicity + 1):
            sex = pick("FM")
            name = child_of(parents, script, sex)
            while name[1].split()[0] in given:
                name = child_of(parents, script, sex)
            given.append(name[1].split()[0])
            if script == "latin":
                family = family or name[0]
                name = (family, name[1], "")
            add(name, sex, born, parents, script, multiplicity=multiplicity, order=order, where=where)
    # Dates known in part, all of them late declarations.
    for i in range(18):
        script = pick(["latin", "amharic", "khmer", "arabic"])
        sex, born, has_father = pick("FM"), full_day(1950, 1988), draw(3) > 0
        parents = parents_of(script, born, has_father)
        add(child_of(parents, script, sex), sex, born, parents, script, precision=["year", "month"][i % 2], father=has_father,
            where=pick([p for p in PLACES if not p[2] and p[3] < 1950 and p[4] > 1990]))
    # Sex not determined at birth; leap days; the last day of a year; twin-like namesakes who are two persons.
    add(("Swift", "Robin", ""), "X", datetime.date(1999, 12, 31))
    add(("Haddock", "Sam", ""), "X", datetime.date(2012, 2, 29), father=False)
    add(("Yılmaz", "Deniz", ""), "X", datetime.date(2019, 1, 1))
    for year in (1952, 1976, 2000, 2004, 2016, 2024):
        sex = pick("FM")
        add(latin_person(sex), sex, datetime.date(year, 2, 29))
    add(("More", "Thomas", ""), "M", datetime.date(1978, 7, 6), where=PLACES[0])
    add(("More", "Thomas", ""), "M", datetime.date(1978, 7, 6), where=PLACES[9])
    # Families with several children over the years.
    for _ in range(14):
        script = pick(["latin", "latin", "latin", "cyrillic", "arabic", "georgian"])
        year = 1956 + draw(55)
        parents = (parent(script, "F", year, 18, 8), parent(script, "M", year, 20, 15))
        for i in range(2 + draw(3)):
            sex, first = pick("FM"), year + 3 * i
            add(child_of(parents, script, sex), sex, full_day(first, first + 1), parents, script)
    # The rest: adults and minors, one in eight without a father's name.
    while len(rows) < 240:
        script = pick(["latin"] * 6 + ["cyrillic", "arabic", "khmer", "amharic", "georgian"])
        sex = pick("FM")
        born = full_day(1950, 2005) if draw(2) else full_day(2008, 2025)
        father = draw(8) > 0
        parents = parents_of(script, born, father)
        add(child_of(parents, script, sex), sex, born, parents, script, father=father)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    for i, row in enumerate(rows):
        row[0] = "B%05d" % (i + 1)
        out.writerow(row)


main()
