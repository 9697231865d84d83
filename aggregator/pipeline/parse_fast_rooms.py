"""Which elements may stand where, and what each means: what is not listed is declined or means nothing."""

from collections.abc import Callable
from typing import Any

from aggregator.pipeline import parse_fast_elements as on
from aggregator.pipeline import parse_fast_tags as tags
from aggregator.pipeline.parse_fast_names import ATOM, canonical, names

Leaf = Callable[[Any, dict[str, str], str], None]
Meaning = tuple[str, Any]
"""("leaf" or "part", what to do with its text), ("room", its name) or ("declined", why)."""

_LONGEST_NAME, _MOST_NAMES = 200, 1_000


def _leaves(names: str, leaf: Leaf) -> dict[str, Meaning]:
    return dict.fromkeys(names.split(), ("leaf", leaf))


def _rooms(names: str, room: str) -> dict[str, Meaning]:
    return dict.fromkeys(names.split(), ("room", room))


_EVERYWHERE = {
    **_leaves("title dc_title", on.title),
    **_leaves("media_title", on.media_title),
    **_leaves("link", on.link),
    **_leaves("guid id", on.guid),
    **_leaves("language dc_language", on.language),
    **_leaves("updated modified lastbuilddate dc_date dcterms_modified", on.updated),
    **_leaves("published issued pubdate dcterms_issued", on.published),
    **_leaves("created expirationdate dcterms_created", on.dated),
    **_leaves("dc_creator dc_author itunes_author managingeditor", on.author),
    **_leaves("feedburner_origlink", on.special("feedburner_origlink")),
    **_leaves("subtitle tagline itunes_subtitle rights copyright dc_rights generator cloud", on.nothing),
    **_leaves("webmaster dc_publisher dc_contributor info feedburner_browserfriendly", on.nothing),
    **_leaves("itunes_explicit itunes_block media_credit media_rating media_restriction media_player", on.nothing),
    **_leaves("cc_license creativecommons_license", on.nothing),
    **_leaves("georss_point georss_line georss_polygon georss_box", on.nothing),
    **_rooms("author", "author"),
    **_rooms("itunes_owner", "owner"),
    **_rooms("contributor", "people"),
}
_CAPTIONS = {
    **_leaves("media_description", on.caption("media_caption")),
    **_leaves("itunes_summary", on.caption("itunes_caption")),
}
_PARTS = {"name": "name", "email": "email", "uri": "href", "url": "href", "homepage": "href"}
_AUTHOR: dict[str, Meaning] = {name: ("part", on.person(key)) for name, key in _PARTS.items()}
_OWNER: dict[str, Meaning] = {name: ("part", on.person(key, owner=True)) for name, key in _PARTS.items()}

_MEANINGS: dict[str, dict[str, Meaning]] = {
    "document": _rooms("rss", "rss") | _rooms("feed", "feed"),
    "rss": _rooms("channel", "channel"),
    "feed": {
        **_EVERYWHERE,
        **{name: ("leaf", on.special(name)) for name in ("ttl", "sy_updateperiod", "sy_updatefrequency")},
        **_leaves("description dc_description category keywords dc_subject", on.nothing),
        **_leaves("itunes_keywords media_keywords media_category itunes_image media_thumbnail", on.nothing),
        **_rooms("item entry", "entry"),
        **_rooms("image", "image"),
        **_rooms("textinput", "textinput"),
        **_rooms("itunes_category", "subjects"),
        **_CAPTIONS,
    },
    "entry": {
        **_EVERYWHERE,
        **_leaves("description dc_description", on.description),
        **_leaves("summary", on.summary),
        **_leaves("content", on.content),
        **_leaves("content_encoded", on.encoded),
        **_leaves("category keywords dc_subject", tags.category),
        **_leaves("media_category", tags.media_category),
        **_leaves("itunes_category", tags.itunes_category),
        **_leaves("itunes_keywords", tags.keywords("http://www.itunes.com/")),
        **_leaves("media_keywords", tags.keywords(None)),
        **_leaves("enclosure", on.enclosure),
        **_leaves("media_thumbnail", on.thumbnail),
        **_leaves("media_license", on.nothing),
        **_leaves("itunes_image", on.cover),
        **_leaves("image", on.picture),
        **_CAPTIONS,
        **_rooms("media_content", "medium"),
        **_rooms("media_group", "media"),
        **_rooms("source", "source"),
    },
    "media": {
        **_leaves("media_title", on.media_title),
        **_leaves("media_thumbnail", on.thumbnail),
        **_leaves("media_description", on.caption("media_caption")),
        **_leaves("media_category", tags.media_category),
        **_leaves("media_keywords", tags.keywords(None)),
        **_leaves("media_credit media_rating media_restriction media_player media_license", on.nothing),
        **_rooms("media_content", "medium"),
        **_rooms("media_group", "media"),
    },
    "author": _AUTHOR,
    "owner": _OWNER | {"itunes_name": _OWNER["name"], "itunes_email": _OWNER["email"]},
    "people": _leaves("name email uri url homepage", on.nothing),
    "image": _leaves("title", on.other_title) | _leaves("link url width height description", on.nothing),
    "textinput": _leaves("title", on.other_title) | _leaves("link description name", on.nothing),
    "subjects": _rooms("itunes_category", "subjects"),
    "source": {
        **_leaves("title", on.other_title),
        **_leaves("updated published", on.dated),
        **_leaves("id guid link subtitle rights generator category", on.nothing),
        **_rooms("author", "author"),
        **_rooms("contributor", "people"),
    },
    "stranger": {},
    "guest": {},
}
_WRITTEN = (" description media", " summary itunes")
"""How the names of captions end, where ``parse_source.prepare`` finds them."""
_CLOSED = ("document", "rss", "image", "textinput")

ELSEWHERE = names(
    "abstract body content_encoded creativeCommons_license dc_description dcterms_valid email fullitem geom "
    "georss_where georssgeom gml_exterior gml_linearring gml_linestring gml_point gml_polygon gml_pos "
    "gml_poslist itunes_caption itunes_email itunes_link itunes_name media_caption newlocation psc_chapter "
    "psc_chapters tags textInput url homepage uri name width height where xhtml_body item entry rss feed "
    "channel"
)
"""Elements that feedparser knows and we do not read, or not everywhere."""
KNOWN = ELSEWHERE | frozenset(name for room in _MEANINGS.values() for name in room)

_KEPT = (
    "title summary content subtitle rights info tagline copyright description published updated created expired date"
)
RISKY = names(
    "items authors links publisher publishers author_detail publisher_detail contributors guidislink href "
    "license tags where validity media_content media_thumbnail modified issued date_parsed modified_parsed "
    "issued_parsed created_parsed expired expired_parsed published_parsed updated_parsed generator_detail "
    "errorreportsto"
) | frozenset(name + end for name in _KEPT.split() for end in ("", "_detail"))
"""Names under which feedparser keeps what it read elsewhere: an element that is called so would take its place."""


def meaning(room: str, name: str) -> Meaning:
    """Return what an element means in a room: a text, a room of its own, or that the document is declined."""
    if len(name) > _LONGEST_NAME:
        return "declined", "an element with a very long name"
    called, local = canonical(name)
    if called.startswith(tuple(_CAPTIONS)) and not name.endswith(_WRITTEN):
        return "declined", f"{called} in odd letters, or without its prefix"
    if found := _MEANINGS[room].get(called):
        if local.lower() in ("item", "entry") and local not in ("item", "entry"):
            return "declined", "an entry in odd letters"
        if called == "feed" and not name.startswith(f"{ATOM} "):
            return "declined", "a root called feed that is not Atom 1.0"
        return found
    if room in _CLOSED or called in KNOWN or called in RISKY or local.lower() in ("item", "entry"):
        return "declined", f"{called[:40]} in {room}"
    if called in ("skiphours", "skipdays") and room != "author":
        return "room", "skipped"
    return "room", "guest" if room == "author" else "stranger"


class Room(dict[str, Meaning]):
    """What the elements in a room mean, by the names that expat gives them: looked up when they are met first.

    Those with a very long name are not kept: each may be as long as a document.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __missing__(self, element: str) -> Meaning:
        found = meaning(self.name, element)
        if len(self) >= _MOST_NAMES:
            self.clear()
        if len(element) <= _LONGEST_NAME:
            self[element] = found
        return found


ROOMS = {name: Room(name) for name in _MEANINGS}
