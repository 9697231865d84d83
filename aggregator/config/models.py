"""What a feeds.yaml comes to, as frozen values: its defaults filled in, and folded into each feed."""

from collections.abc import Iterable
from dataclasses import field, replace
from datetime import timedelta
from functools import cached_property
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from aggregator.config.asking import OwnAsking, SharedAsking
from aggregator.config.mailing import MailConfig
from aggregator.config.rhythms import available, derived
from aggregator.model import Format, Frequency, Reach
from aggregator.model.value import value


@value(frozen=True, slots=False)
class FeedDefaults(SharedAsking):
    """What all feeds share: any key of a feed except `url` and its login."""

    title: str = ""
    publisher: str = ""
    topics: tuple[str, ...] = ()
    every: timedelta | None = None
    history: Reach = "outputs"
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    language: str = ""
    weight: float = 1.0
    full_text: bool = False


@value(frozen=True, slots=False)
class FeedConfig(FeedDefaults, OwnAsking):
    """One feed."""

    url: str = field(kw_only=True)


@value(frozen=True, slots=True)
class TopicConfig:
    """One subject that entries are tagged with."""

    name: str
    title: str = ""
    about: str = ""
    words: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    weight: float = 1.0
    like: tuple[str, ...] = ()
    iptc: str = ""

    @property
    def by_meaning(self) -> bool:
        """Whether entries are also found by what they mean, not by words alone."""
        return bool(self.about.strip() or self.like)


@value(frozen=True, slots=True)
class OutputConfig:
    """One feed that we publish."""

    name: str
    title: str = ""
    topics: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ("atom", "rss", "json")
    show: Literal["entries", "stories"] = "entries"
    size: int = 50


@value(frozen=True, slots=True)
class DigestConfig:
    """One kind of mailing."""

    name: str
    title: str = ""
    when: str = field(kw_only=True)
    topics: tuple[str, ...] = ()
    size: int = 20
    to: tuple[str, ...] = ()
    subject: str = ""
    subscribe: bool = True
    images: bool = False
    frequency: tuple[Frequency, ...] = ("each",)
    approve: Literal["required"] | None = None

    def among(self, topics: Iterable[TopicConfig]) -> tuple[TopicConfig, ...]:
        """Choose those of ``topics`` that it tells, in their order."""
        return tuple(topic for topic in topics if not self.topics or topic.name in self.topics)


@value(frozen=True, slots=True)
class FetchConfig:
    """What may be asked, and how fast."""

    allow_networks: tuple[str, ...] = ()
    spacing: float | None = None


@value(frozen=True, slots=True)
class Retention:
    """How long entries are kept."""

    months: int = 12
    at_least: int = 50


@value(frozen=True, slots=False)
class Config:
    """All of feeds.yaml, with the defaults already folded into each feed."""

    title: str
    home: str = ""
    language: str = "en"
    timezone: str = "UTC"
    contact: str = ""
    database: str = ""
    defaults: FeedDefaults = FeedDefaults()
    feeds: tuple[FeedConfig, ...] = ()
    topics: tuple[TopicConfig, ...] = ()
    outputs: tuple[OutputConfig, ...] = (OutputConfig(name="all"),)
    digests: tuple[DigestConfig, ...] = ()
    mail: MailConfig | None = None
    fetch: FetchConfig = FetchConfig()
    keep: Retention = Retention()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the digests."""
        return ZoneInfo(self.timezone)

    @cached_property
    def mailings(self) -> tuple[DigestConfig, ...]:
        """The digests, each followed by what gathers it for a day or a week: ``NAME-daily``, ``NAME-weekly``."""
        found: list[DigestConfig] = []
        for digest in self.digests:
            gathered = [often for often in digest.frequency if often != "each"]
            others = (derived(digest.name, digest, often, language=self.language) for often in gathered)
            found += [digest, *(replace(digest, **other) for other in others)]
        return tuple(found)

    def rhythm(self, mailing: str) -> tuple[str, Frequency]:
        """Tell of a mailing which digest it is, and at which frequency: ``morning-weekly`` is morning, weekly.

        Also of one that ``frequency`` has no more: its mails are about that digest still.
        """
        names = [digest.name for digest in self.digests]
        for often in get_args(Frequency):
            base = mailing.removesuffix(f"-{often}")
            if often != "each" and base in names and mailing not in names:
                return base, often
        return mailing, "each"

    def audience(self, mailing: str) -> tuple[str, tuple[Frequency, ...]]:
        """Tell of a mailing which digest it is, and which choices of frequency it serves.

        A choice that ``frequency`` has no more falls back to each issue, or to the first that is left.
        """
        name, often = self.rhythm(mailing)
        offered = next((digest.frequency for digest in self.digests if digest.name == name), ("each",))
        return name, tuple(one for one in get_args(Frequency) if available(one, offered) == often)
