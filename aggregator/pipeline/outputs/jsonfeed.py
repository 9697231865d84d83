"""Item → JSON Feed 1.1."""

import json
from collections.abc import Sequence
from typing import Any

from aggregator.pipeline.outputs import legal
from aggregator.pipeline.outputs.item import UNKNOWN_TYPE, Item, Origin, Place
from aggregator.pipeline.outputs.publication import Publication

VERSION = "https://jsonfeed.org/version/1.1"


def write(publication: Publication, items: Sequence[bytes]) -> bytes:
    """Write a JSON Feed: one line for what the feed says of itself and one for each rendered item, UTF-8."""
    head = _filled(
        version=VERSION,
        title=publication.heading,
        home_page_url=legal.address(publication.home),
        feed_url=publication.address("json"),
        description=legal.plain(publication.subtitle),
        next_url=legal.address(publication.next),
        language=legal.language(publication.language),
        authors=[{"name": publication.heading}],
        _aggregator=_filled(id=publication.id, updated=legal.stamp(publication.updated)),
    )
    return _dump(head)[:-1] + b',"items":[\n' + b",\n".join(items) + b"\n]}\n"


def render(item: Item) -> bytes:
    """Return the object of an item. Raises ValueError when UTF-8 cannot hold it."""
    content = {"content_html": item.html} if item.html else {"content_text": item.summary or item.headline}
    members = _filled(
        id=item.id,
        url=item.url,
        title=item.title,
        **content,
        summary=item.summary if item.html else "",
        image=item.image,
        date_published=legal.stamp(item.published),
        date_modified=legal.stamp(item.updated),
        authors=[{"name": item.author}],
        tags=list(dict.fromkeys(category.label or category.term for category in item.categories)),
        language=item.language,
        attachments=[
            _filled(url=enclosure.url, mime_type=enclosure.type or UNKNOWN_TYPE, size_in_bytes=enclosure.length)
            for enclosure in item.enclosures
        ],
        _aggregator=_filled(source=_origin(item.source), also=[_place(place) for place in item.also]),
    )
    return _dump(members)


def _origin(origin: Origin) -> dict[str, Any]:
    return _filled(title=origin.title, url=origin.url, home_page_url=origin.home, publisher=origin.publisher)


def _place(place: Place) -> dict[str, Any]:
    return _filled(title=place.title, url=place.url, publisher=place.publisher, headline=place.headline)


def _filled(**members: Any) -> dict[str, Any]:
    """Leave out what is empty: JSON Feed knows no null."""
    return {name: value for name, value in members.items() if value}


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
