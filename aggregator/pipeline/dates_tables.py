"""Tables about dates: the months in the languages of feeds, and the zones people name."""

_MONTHS = """
jan january januar janvier janv enero ene janeiro gennaio gen januari stycznia sty января янв ocak leden ledna ιαν
feb february februar fevrier fevr fev febrero fevereiro febbraio februari lutego lut февраля фев subat unora φεβ
mar march marz mrz mars marzo marco maart mrt marca марта мар mart brezna μαρ maz
apr april avril avr abril abr aprile kwietnia kwi апреля апр nisan nis dubna απρ
may mai mayo maio maggio mag mei maj maja мая май mayis kvetna μαι μαιος
jun june juni juin junho junio giugno giu czerwca cze июня июн haziran haz cervna ιουν
jul july juli juillet juil julio julho luglio lug lipca lip июля июл temmuz tem cervence ιουλ
aug august aout agosto ago augustus avg augusti sierpnia sie августа авг agustos srpna αυγ
sep sept september septembre septiembre setembro set settembre wrzesnia wrz сентября сен eylul eyl zari σεπ
oct october okt oktober octobre octubre outubro out ottobre ott pazdziernika paz октября окт ekim eki rijna οκτ
nov november novembre noviembre novembro listopada lis ноября ноя kasim kas listopadu νοε
dec december dez dezember decembre diciembre dic dezembro dicembre desember des grudnia gru декабря дек aralik δεκ
"""

MONTHS = {word: number for number, line in enumerate(_MONTHS.split("\n")[1:-1], 1) for word in line.split()} | {
    "januara": 1, "februara": 2, "majus": 5, "junius": 6, "julius": 7, "okto": 10, "prosince": 12, "kvi": 5
}  # fmt: skip
"""Month names and their short forms, lower case and without accents → 1 … 12."""

FORENOON = frozenset({"am", "a", "오전", "午前", "上午"})
AFTERNOON = frozenset({"pm", "p", "오후", "午後", "下午"})

_ZONES = """
-10:00 hst
-09:00 akst
-08:00 pst pt akdt
-07:00 mst mt pdt
-06:00 cst ct mdt
-05:00 est et cdt cot pet
-04:00 ast at edt vet clt bot
-03:30 nst
-03:00 adt brt art clst uyt gft
-02:30 ndt
+00:00 ut utc gmt z wet
+01:00 bst cet met wat west mez
+02:00 cest mest mesz eet cat sast
+03:00 eest msk eat trt idt
+03:30 irst
+04:00 gst msd azt
+04:30 irdt aft
+05:00 pkt uzt yekt
+05:30 ist
+05:45 npt
+06:00 bdt omst almt
+06:30 mmt
+07:00 wib ict novt krat
+08:00 sgt hkt awst pht myt wita irkt
+09:00 jst kst wit yakt
+09:30 acst
+10:00 aest vlat chst
+10:30 acdt
+11:00 aedt sbt magt
+12:00 nzst fjt pett
+13:00 nzdt
"""


def _minutes(offset: str) -> int:
    size = int(offset[1:3]) * 60 + int(offset[4:])
    return -size if offset.startswith("-") else size


ZONES = {name: _minutes(offset) for offset, *names in map(str.split, _ZONES.strip().splitlines()) for name in names}
"""Zone names → minutes east of Greenwich; where a name means two places, the one that feeds mean (IST: India)."""
