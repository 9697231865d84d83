"""RFC 4287, rule by rule."""

from collections import Counter
from typing import Any

from tests.validity.rules import (
    ATOM,
    IRI,
    LANG,
    LANGUAGE,
    MEDIA,
    TYPE,
    character_faults,
    count_faults,
    html_faults,
    media_faults,
    rfc3339,
    tree,
)

ANY = 10**6
META = {
    f"{ATOM}author": (0, ANY),
    f"{ATOM}category": (0, ANY),
    f"{ATOM}contributor": (0, ANY),
    f"{ATOM}id": (1, 1),
    f"{ATOM}link": (0, ANY),
    f"{ATOM}rights": (0, 1),
    f"{ATOM}title": (1, 1),
    f"{ATOM}updated": (1, 1),
}
FEED = (
    META | {f"{ATOM}{name}": (0, 1) for name in ("generator", "icon", "logo", "subtitle")} | {f"{ATOM}entry": (0, ANY)}
)
ENTRY = META | {f"{ATOM}{name}": (0, 1) for name in ("content", "published", "source", "summary")}
ENTRY |= {f"{MEDIA}thumbnail": (0, ANY), f"{MEDIA}content": (0, ANY)}
SOURCE = {tag: bounds for tag, bounds in FEED.items() if tag != f"{ATOM}entry"}


def atom_faults(data: bytes) -> list[str]:
    """Name every fault of an Atom feed document."""
    feed = tree(data)
    if feed.tag != f"{ATOM}feed":
        return [f"root is {feed.tag}"]
    entries = feed.findall(f"{ATOM}entry")
    faults = character_faults(data) + count_faults(feed, FEED) + meta_faults(feed)
    faults += [fault for entry in entries for fault in entry_faults(entry)]
    if not feed.findall(f"{ATOM}author") and any(entry.find(f"{ATOM}author") is None for entry in entries):
        faults.append("no author (§4.1.1)")
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    faults += [f"id {name} {times} times (§4.1.1)" for name, times in ids.items() if times > 1]
    newest = rfc3339(feed.findtext(f"{ATOM}updated"))
    faults += [
        "an entry is newer than the feed" for entry in entries if rfc3339(entry.findtext(f"{ATOM}updated")) > newest
    ]
    return faults


def entry_faults(entry: Any) -> list[str]:
    """§4.1.2, with what the W3C's validator warns of: a source should be whole (§4.2.11)."""
    faults = count_faults(entry, ENTRY) + meta_faults(entry) + media_faults(entry)
    rels = [link.get("rel", "alternate") for link in entry.iterfind(f"{ATOM}link")]
    if entry.find(f"{ATOM}content") is None and "alternate" not in rels:
        faults.append("neither content nor an alternate link (§4.1.2)")
    if entry.find(f"{ATOM}author") is None:
        faults.append("an entry without its own author")
    if (source := entry.find(f"{ATOM}source")) is not None:
        faults += count_faults(source, SOURCE) + meta_faults(source)
    content = entry.find(f"{ATOM}content")
    if content is not None and content.get("type") == "html":
        faults += html_faults("content", content.text or "")
    return faults


def meta_faults(node: Any) -> list[str]:
    """Check what feed, entry and source share: ids, texts, dates, persons, links, categories, languages."""
    faults = []
    if not IRI.fullmatch(node.findtext(f"{ATOM}id") or ""):
        faults.append(f"id {node.findtext(f'{ATOM}id')!r} is no IRI (§4.2.6)")
    for name in ("title", "subtitle", "summary", "content", "rights"):
        for text in node.iterfind(f"{ATOM}{name}"):
            faults += text_faults(text)
    if not (node.findtext(f"{ATOM}title") or "").strip():
        faults.append("blank title")
    for name in ("updated", "published"):
        for date in node.iterfind(f"{ATOM}{name}"):
            rfc3339(date.text)
    for person in node.iterfind(f"{ATOM}author"):
        if not (person.findtext(f"{ATOM}name") or "").strip():
            faults.append("an author without a name (§3.2.1)")
    for category in node.iterfind(f"{ATOM}category"):
        if not category.get("term") or not IRI.fullmatch(category.get("scheme", "a:b")):
            faults.append(f"category {dict(category.attrib)} (§4.2.2)")
    if not LANGUAGE.fullmatch(node.get(LANG, "en")):
        faults.append(f"language {node.get(LANG)!r}")
    return faults + link_faults(node)


def text_faults(text: Any) -> list[str]:
    """§3.1 and §4.1.3: the type is said, and text and html hold no elements."""
    if text.get("type") not in ("text", "html"):
        return [f"{text.tag}: type {text.get('type')!r}"]
    return [f"{text.tag}: holds elements (§3.1.1)"] if len(text) else []


def link_faults(node: Any) -> list[str]:
    """§4.2.7: an address each; one alternate per type and language, one self, no enclosure twice (§4.1.1)."""
    faults = []
    links = node.findall(f"{ATOM}link")
    for link in links:
        if not IRI.fullmatch(link.get("href", "")):
            faults.append(f"link to {link.get('href')!r}")
        if not link.get("rel"):
            faults.append("a link that does not say its relation")
        if not TYPE.fullmatch(link.get("type", "a/b")) or not link.get("length", "1").isdigit():
            faults.append(f"link {dict(link.attrib)}")
    alternates = Counter((n.get("type"), n.get("hreflang")) for n in links if n.get("rel", "alternate") == "alternate")
    if any(times > 1 for times in alternates.values()):
        faults.append("two alternates of one type and language (§4.1.1)")
    if sum(link.get("rel") == "self" for link in links) > 1:
        faults.append("two self links")
    enclosures = [link.get("href") for link in links if link.get("rel") == "enclosure"]
    if len(set(enclosures)) < len(enclosures):
        faults.append("an enclosure twice")
    return faults
