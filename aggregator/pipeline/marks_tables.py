"""Spelt numbers and ordinals in several languages."""

_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty",
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
    " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    "- ii iii iv - vi vii viii ix - xi xii xiii xiv xv",
    "- zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn",
    "- deux trois quatre cinq six - huit - dix onze douze treize quatorze quinze",
    "- - tres cuatro cinco seis siete ocho nueve diez - doce trece catorce quince",
    "- - tre quattro cinque - sette otto nove dieci undici dodici tredici quattordici quindici",
    "- dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze",
    "- twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien",
    "一 二 三 四 五 六 七 八 九 十",
    "- deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième onzième douzième treizième",
    "primero - tercer",
    "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde dertiende veertiende",
)
"""Each counts from one; - where a word says something else, too: i, v and x, "un", "once", "due", "dos"."""

_STEMS = (
    (
        "e en er es em",
        "erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft dreizehnt vierzehnt fünfzehnt",
    ),
    (
        "o a os as",
        "- segund tercer cuart quint sext séptim octav noven décim undécim duodécim decimotercer decimocuart",
    ),
    ("o a i", "- second terz quart quint sest settim ottav non decim undicesim dodicesim tredicesim quattordicesim"),
    ("o a os as", "primeir segund terceir quart quint sext sétim oitav non décim"),
    (
        "ый ий ой ого его ому ым им ом ем ая ую ое ые ых ыми ья ье ью ьего ьему ьей ьим ьем",
        "перв втор трет четверт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат",
    ),
)
"""The endings of ordinals, and what they end."""


def spelt() -> dict[bytes, bytes]:
    """Return the number that each word says, in digits."""
    found = {word: n for row in _WORDS for n, word in enumerate(row.split(), 1)}
    for ends, row in _STEMS:
        for n, stem in enumerate(row.split(), 1):
            found |= {stem + end: n for end in ends.split()}
    return {word.encode(): b"%d" % n for word, n in found.items() if not word.startswith("-")}
