"""How often a digest may be had: each issue, or gathered for a day or a week."""

from collections.abc import Sequence
from typing import Any, Protocol

from aggregator.model import Frequency
from aggregator.when import EVERY_DAY, When

LARGEST = 500  # stories in an issue, as for any digest
_CALLED = {
    "ar": ("يومي", "أسبوعي"),
    "de": ("täglich", "wöchentlich"),
    "en": ("daily", "weekly"),
    "es": ("diario", "semanal"),
    "fa": ("روزانه", "هفتگی"),
    "fr": ("quotidien", "hebdomadaire"),
    "he": ("יומי", "שבועי"),
    "it": ("quotidiano", "settimanale"),
    "ja": ("日刊", "週刊"),
    "ko": ("일간", "주간"),
    "nl": ("dagelijks", "wekelijks"),
    "pl": ("codziennie", "co tydzień"),
    "pt": ("diário", "semanal"),
    "ru": ("ежедневно", "еженедельно"),
    "uk": ("щодня", "щотижня"),
    "zh": ("每日", "每周"),
    **dict.fromkeys(("zh-hant", "zh-tw", "zh-hk", "zh-mo"), ("每日", "每週")),
}
"""How a mailing is called that comes daily, or weekly."""

_EACH_IS = {"daily": "each day", "weekly": "once a week"}


class Gathered(Protocol):
    """What of a digest its daily and weekly mailings are made from."""

    @property
    def title(self) -> str:
        """Its title, or nothing."""

    @property
    def when(self) -> str:
        """When its issues are due."""

    @property
    def size(self) -> int:
        """How many stories an issue holds."""


def available(wanted: Frequency, offered: Sequence[Frequency]) -> Frequency:
    """Tell how often somebody gets a digest who wanted it so: as wanted, or else each issue, or what is left."""
    return next((one for one in (wanted, "each") if one in offered), offered[0])


def derived(name: str, digest: Gathered, often: Frequency, *, language: str) -> dict[str, Any]:
    """Give the keys in which the mailing that gathers a digest differs from it.

    Its title says how often it comes, in the ``language`` that titles have: that of feeds.yaml, whoever reads. It has
    its own name, and so its own issues and its own memory of what was told; it is due at the first moment of each week
    (Monday's, where the digest has one each day) or at the same time each day, and twice as long.
    """
    return {
        "name": f"{name}-{often}",
        "title": f"{digest.title or name} ({_called(often, language.lower())})",
        "when": str(gathered(When.read(digest.when), often)),
        "size": min(LARGEST, 2 * digest.size),
        "to": (),
        "subscribe": False,
        "frequency": ("each",),
    }


def _called(often: Frequency, language: str) -> str:
    while language and language not in _CALLED:
        language = language.rpartition("-")[0]
    return _CALLED[language or "en"][often == "weekly"]


def gathered(when: When, often: Frequency) -> When:
    """Tell when a day or a week of a digest is gathered."""
    days = frozenset({min(when.days, default=0)}) if often == "weekly" else EVERY_DAY
    return When(days, 0, when.hour, when.minute)


def no_rhythm(chosen: Sequence[Frequency], when: str) -> str:
    """Say what is wrong with the frequencies of a digest; nothing when all of them differ from each other."""
    if not chosen:
        return "must not be empty; leave the key out for each issue alone"
    for often in chosen:
        if when and often != "each" and gathered(When.read(when), often) == When.read(when):
            return f"`when: {when}` is {_EACH_IS[often]} already; leave out {often}"
    return ""
