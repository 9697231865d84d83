"""What a file may say: the sections of feeds.yaml, each checked and described."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from aggregator.config.asking_fields import OwnAskingSection, SharedAskingSection
from aggregator.config.fields import (
    Contact,
    Database,
    Every,
    FeedAddress,
    FeedLanguage,
    Home,
    Language,
    Line,
    Moment,
    Network,
    ReaderAddress,
    Rule,
    Size,
    Slug,
    Spacing,
    Subject,
    Text,
    Timezone,
    Weight,
)
from aggregator.config.mail_section import MailSection
from aggregator.config.models import (
    Config,
    DigestConfig,
    FeedConfig,
    FeedDefaults,
    FetchConfig,
    OutputConfig,
    Retention,
)
from aggregator.config.rhythms import no_rhythm
from aggregator.config.section import Section, written
from aggregator.config.subjects import NAME, TopicSection, with_title
from aggregator.config.wording import got
from aggregator.model import Format, Frequency, Reach


class FeedDefaultsSection(SharedAskingSection):
    """What all feeds share: any key of a feed except `url` and its login."""

    gives: ClassVar[type] = FeedDefaults

    title: Text = Field(default="", description="Shown instead of the title that the feed gives itself.")
    publisher: Text = Field(default="", description="Who is behind the feed; by default the domain of its address.")
    topics: tuple[Slug, ...] = Field(default=(), description="Topics that every entry of the feed has.")
    every: Every = Field(default=None, description="How often to ask: 30m, 2h, 1d (5m to 30d), or auto.")
    history: Reach = Field(
        default="outputs",
        description="What a new feed's old entries are for: all (outputs and digests), outputs, or none.",
    )
    keep: Rule = Field(default=(), description="Keep only entries with one of these words.")
    drop: Rule = Field(default=(), description="Leave out entries with one of these words.")
    language: FeedLanguage = Field(default="", description="The feed's language, where it does not say.")
    weight: Weight = Field(default=1.0, description="How much its stories count when a digest chooses, 0.1 to 10.")
    full_text: bool = Field(
        default=False, strict=True, description="Fetch the page of an entry of which the feed carries only a teaser."
    )


class FeedSection(FeedDefaultsSection, OwnAskingSection):
    """One feed: an address alone, or a mapping."""

    gives: ClassVar[type] = FeedConfig

    url: FeedAddress = Field(description="The feed's http(s) address, or file:PATH inside the workspace.")

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, value: Any, info: ValidationInfo) -> Any:
        """Read the short form, and a key with nothing behind it as not written."""
        if isinstance(value, str):
            return {"url": value}
        if isinstance(value, dict):
            return written(value, info)
        if isinstance(value, cls):
            return value
        raise ValueError(f"must be an address, or a mapping with `url` {got(value)}")


class OutputSection(Section):
    """One feed that we publish."""

    gives: ClassVar[type] = OutputConfig

    name: Slug = Field(description="The name of its files and address.")
    title: Text = Field(default="", description="By default made from the topics.")
    topics: tuple[Slug, ...] = Field(default=(), description="What goes in; by default everything.")
    formats: tuple[Format, ...] = Field(
        default=("atom", "rss", "json"),
        description="Its shapes: atom, rss, json; by default all.",
        json_schema_extra={"minItems": 1},
    )
    show: Literal["entries", "stories"] = Field(
        default="entries", description="What an item is: a text (entries), or all that is told of one event (stories)."
    )
    size: Size = Field(default=50, description="How many items it holds at most, 1 to 500.")

    @field_validator("formats")
    @classmethod
    def _has_a_shape(cls, value: tuple[Format, ...]) -> tuple[Format, ...]:
        """Refuse an empty list; pydantic's own check also counts what it refused already."""
        if not value:
            raise ValueError("must not be empty; leave the key out for all formats")
        return value


def _unless_off(value: object) -> object:
    """Read ``false`` as not written."""
    return None if value is False else value


class DigestSection(Section):
    """One kind of mailing."""

    gives: ClassVar[type] = DigestConfig

    name: Slug = Field(description="The name of its issues' folder.")
    title: Line = Field(default="", description="Shown to readers; by default the name.")
    when: Moment = Field(description="daily 07:00 | mon-fri 07:00 | sat 09:30 | monthly 1 08:00, in `timezone`.")
    topics: tuple[Slug, ...] = Field(default=(), description="What goes in; by default everything.")
    size: Size = Field(default=20, description="How many stories an issue holds at most, 1 to 500.")
    to: tuple[ReaderAddress, ...] = Field(default=(), description="Who gets every issue.")
    subject: Subject = Field(default="", description="The subject; it may say {lead}, {title}, {date}, {count}.")
    subscribe: bool = Field(default=True, strict=True, description="Whether people may subscribe by the web form.")
    images: bool = Field(default=False, strict=True, description="Whether the lead may bring its picture.")
    frequency: tuple[Frequency, ...] = Field(
        default=("each",),
        description="How often subscribers may choose to get it: each issue, daily, weekly.",
        json_schema_extra={"minItems": 1},
    )

    approve: Annotated[Literal["required"] | None, BeforeValidator(_unless_off)] = Field(
        default=None, description="required: an issue is held until you approve it (`aggregator digest approve`)."
    )

    @field_validator("frequency")
    @classmethod
    def _differ(cls, value: tuple[Frequency, ...], info: ValidationInfo) -> tuple[Frequency, ...]:
        if trouble := no_rhythm(value, info.data.get("when", "")):
            raise ValueError(trouble)
        return value

    @model_validator(mode="before")
    @classmethod
    def _titled(cls, value: Any) -> Any:
        return with_title(value, "name")


class FetchSection(Section):
    """What may be asked, and how fast."""

    gives: ClassVar[type] = FetchConfig

    allow_networks: tuple[Network, ...] = Field(
        default=(), description="Networks that feeds may lie in although they are not public: 127.0.0.0/8."
    )
    spacing: Spacing = Field(
        default=None,
        description="Seconds between two requests to one host, 0 to 60; by default 0.1, and 0 in allow_networks.",
    )


class RetentionSection(Section):
    """How long entries are kept."""

    gives: ClassVar[type] = Retention

    months: int = Field(default=12, strict=True, ge=1, le=1200, description="Keep what was seen in so many months …")
    at_least: int = Field(default=50, strict=True, ge=0, le=100_000, description="… and so many entries of each feed.")


class ConfigSection(Section):
    """All of feeds.yaml, with the defaults already folded into each feed."""

    gives: ClassVar[type] = Config

    title: Line = Field(description="The name of what you publish.")
    home: Home = Field(default="", description="The public http(s) address: links and permanent ids are made from it.")
    language: Language = Field(default="en", description="The language of outputs and digests: en, de, pt-BR …")
    timezone: Timezone = Field(default="UTC", description="The time zone of `when`: Europe/Berlin …")
    contact: Contact = Field(default="", description="An email or web address; feeds' servers are told it.")
    database: Database = Field(default="", description="The path of the SQLite file; by default storage/aggregator.db.")
    defaults: FeedDefaultsSection = Field(default_factory=FeedDefaultsSection, description="What all feeds share.")
    feeds: tuple[FeedSection, ...] = Field(default=(), description="What to read: addresses, or mappings with `url`.")
    topics: tuple[TopicSection, ...] = Field(default=(), description="The subjects, by name.")
    outputs: tuple[OutputSection, ...] = Field(
        default_factory=lambda: (OutputSection(name="all"),),
        description="The feeds to publish; by default one, with everything: all.",
    )
    digests: tuple[DigestSection, ...] = Field(default=(), description="The mailings.")
    mail: MailSection | None = Field(default=None, description="How to mail; without it issues go to storage/outbox/.")
    fetch: FetchSection = Field(default_factory=FetchSection, description="What may be asked.")
    keep: RetentionSection = Field(default_factory=RetentionSection, description="How long entries are kept.")

    @field_validator("topics", mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        """Read ``name: {…}`` as a topic with that name, in the order of the file."""
        if isinstance(value, tuple):
            return value
        if not isinstance(value, dict):
            raise ValueError(f"must be a mapping of names to topics, `world: {{title: World}}` {got(value)}")
        bodies = [(name, {} if body is None else body) for name, body in value.items()]
        return tuple({**body, NAME: name} if isinstance(body, dict) else body for name, body in bodies)

    @field_validator("feeds")
    @classmethod
    def _over_defaults(cls, value: tuple[FeedSection, ...], info: ValidationInfo) -> tuple[FeedSection, ...]:
        """Give each feed the defaults for the keys it does not have itself."""
        defaults = info.data.get("defaults")
        given = {key: getattr(defaults, key) for key in defaults.model_fields_set} if defaults else {}
        return tuple(_over(feed, given) for feed in value) if given else value

    @field_validator("outputs")
    @classmethod
    def _at_least_one(cls, value: tuple[OutputSection, ...]) -> tuple[OutputSection, ...]:
        return value or (OutputSection(name="all"),)


def _over(feed: FeedSection, given: dict[str, Any]) -> FeedSection:
    missing = {key: value for key, value in given.items() if key not in feed.model_fields_set}
    return feed.model_copy(update=missing) if missing else feed
