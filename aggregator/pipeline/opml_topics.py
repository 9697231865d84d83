"""The folders and categories of a subscription list → topics."""

import re
import unicodedata
from collections.abc import Mapping
from hashlib import blake2b

from aggregator.model.value import value
from aggregator.pipeline.plain import shortened, tidy

_SIGNS = {"&": " and ", "+": " plus ", "#": " sharp "}  # else C, C++ and C# would be one topic
_SLUG = re.compile(r"[a-z0-9-]{1,64}")


@value(frozen=True, slots=True)
class Folder:
    """A topic: its name in feeds.yaml, and what the list calls it."""

    name: str
    title: str


def topic_name(title: str) -> str:
    """Make a name of a-z, 0-9 and ``-`` from any title; one without a Latin letter is named by a hash of it."""
    text = title.casefold()
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")
    return name or "topic-" + blake2b(title.encode("utf-8", "replace"), digest_size=4).hexdigest()


def folder_of(outline: Mapping[str, str]) -> Folder | None:
    """Return the topic that a folder with these attributes is; None for one without a name. Names are lower case.

    A folder of our own export carries the name of its topic as its category.
    """
    title = shortened(tidy(outline.get("text", "") or outline.get("title", "")), 200)
    own = outline.get("category", "").removeprefix("/")
    return Folder(own if _SLUG.fullmatch(own) else topic_name(title), title) if title else None


def categories(text: str) -> tuple[Folder, ...]:
    """Read ``category="/Boston/Weather,news"`` (OPML 2.0): each step of each path is a topic.

    A step that could be a name in feeds.yaml is one: our own export writes names.
    """
    titles = (shortened(tidy(step), 200) for path in text.split(",") for step in path.split("/"))
    return tuple(Folder(title if _SLUG.fullmatch(title) else topic_name(title), title) for title in titles if title)
