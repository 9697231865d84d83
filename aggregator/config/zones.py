"""Time zones by their present names: those of zone.tab, and where the names lead that were given up.

zone.tab has each zone of each country once, by the name it has now, and tzdata.zi each other name as a link. Both are
parts of the IANA's database, which the package ``tzdata`` brings.
"""

import re
from functools import cache
from zoneinfo import available_timezones

from aggregator.config.wording import hint

UTC = "UTC"
_UTC_TOO = "Etc/UTC"  # where the links of UTC's other names lead
_OFFSET = re.compile(r"[+-] ?\d|\u2212")
_SHORT = 4
"""Letters: what is no longer, and no city, is short for a time (MEZ, CEST), and no mistyped city."""


@cache
def present() -> tuple[str, ...]:
    """List the time zones that people live in, by name, and UTC."""
    rows = (line.split("\t") for line in _read("zone.tab").splitlines() if not line.startswith("#"))
    return tuple(sorted({row[2] for row in rows} | {UTC}))


def renamed(name: str) -> str:
    """Give the present name of a zone: ``America/New_York`` for ``US/Eastern``; as it is where there is none."""
    there, target = frozenset(present()), name
    while target not in there and target in _links():
        target = _links()[target]
    target = UTC if target == _UTC_TOO else target
    return target if target in there else name


def zone_hint(text: str) -> str:
    """Say which zone was probably meant: one with a city, for only that knows when its clocks change.

    The zones Etc/GMT+2 and the like are never proposed: their signs are turned round (POSIX), it is two hours behind.
    """
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    zones = {name.lower(): name for name in names}
    cities = {name.rpartition("/")[2]: zones[name] for name in sorted(zones, reverse=True)}
    short = len(text) <= _SHORT and text.lower() not in cities
    if short or _OFFSET.search(text) or any(name.startswith(f"{text.lower()}/") for name in zones):
        return "; write a zone by its city: only that knows when its clocks change"
    near = hint(text, zones) or hint(text, cities)
    word = near.rpartition("`?")[0].rpartition("`")[2]
    return f"; did you mean `{renamed((zones | cities)[word])}`?" if word else ""


@cache
def _links() -> dict[str, str]:
    """Lead from each name that is another one's link to that one: lines ``L TARGET NAME``."""
    lines = (line.split() for line in _read("tzdata.zi").splitlines() if line.startswith("L "))
    return {name: target for _, target, name in lines}


def _read(name: str) -> str:
    from importlib.resources import files  # it loads much, for what few commands ask

    return (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
