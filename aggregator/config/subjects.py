"""What a file may say of a topic: what it is called, what it is about, and what speaks for it."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, model_validator

from aggregator.config.addresses import feed_address
from aggregator.config.fields import Line, Slug, Weight, Word
from aggregator.config.mediatopics import FORM, find, mediatopic
from aggregator.config.models import TopicConfig
from aggregator.config.section import Section

NAME = "(name)"
"""Where the name of a topic travels: it is written as the key of its mapping, so no key can be called so."""

MediaTopic = Annotated[str, AfterValidator(find)]
EntryAddress = Annotated[str, AfterValidator(feed_address)]


class TopicSection(Section):
    """One subject that entries are tagged with."""

    gives: ClassVar[type] = TopicConfig

    name: Slug = Field(validation_alias=NAME)
    title: Line = Field(default="", description="Shown to readers; by default the name.")
    about: str = Field(default="", description="The topic in a sentence or two; entries are also found by its meaning.")
    words: tuple[Word, ...] = Field(default=(), description="Words, phrases and prefix* that speak for the topic.")
    excludes: tuple[Word, ...] = Field(default=(), validation_alias="not", description="Words that speak against it.")
    weight: Weight = Field(default=1.0, description="How much its stories count when a digest chooses, 0.1 to 10.")
    like: tuple[EntryAddress, ...] = Field(
        default=(), description="Addresses of entries that are good examples of the topic."
    )
    iptc: MediaTopic = Field(
        default="", description=f"The IPTC Media Topic that it is: {FORM}; gives `title` and `about` where not written."
    )

    @model_validator(mode="before")
    @classmethod
    def _titled(cls, value: Any) -> Any:
        return with_title(_from_iptc(value), NAME)


def _from_iptc(value: Any) -> Any:
    """Take title and about from the Media Topic where they are not written; a wrong one is told elsewhere."""
    named = value.get("iptc") if isinstance(value, dict) else None
    known = mediatopic(named) if isinstance(named, str) else None
    if known is None:
        return value
    about = known.definition if known.definition.endswith(".") else f"{known.definition}."
    offered = {"title": known.name[:1].upper() + known.name[1:], "about": about}
    return {**value, **{key: text for key, text in offered.items() if value.get(key) is None}}


def with_title(value: Any, name: str) -> Any:
    """Make a title from the name where none is written; the rest is checked elsewhere."""
    if not isinstance(value, dict) or value.get("title") is not None:
        return value
    spoken = value.get(name) or value.get("name")
    title = spoken.replace("-", " ").strip().capitalize() if isinstance(spoken, str) else ""
    return {**value, "title": title or "Untitled"}
