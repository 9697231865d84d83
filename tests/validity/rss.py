"""RSS 2.0 with the Best Practices Profile of the RSS Advisory Board, rule by rule."""

from collections import Counter
from typing import Any

from tests.validity.rules import (
    ATOM,
    CONTENT,
    DC,
    LANGUAGE,
    MEDIA,
    TYPE,
    URI,
    character_faults,
    count_faults,
    html_faults,
    media_faults,
    rfc822_faults,
    tree,
)

ANY = 10**6
CHANNEL = dict.fromkeys(("title", "link", "description"), (1, 1))
CHANNEL |= dict.fromkeys(("language", "lastBuildDate", "pubDate", "docs", "generator", "ttl", "image"), (0, 1))
CHANNEL |= {"category": (0, ANY), "item": (0, ANY), f"{ATOM}link": (0, ANY)}
ITEM = dict.fromkeys(("title", "link", "description", "enclosure", "source", f"{CONTENT}encoded"), (0, 1))
ITEM |= {"guid": (1, 1), "pubDate": (1, 1), f"{DC}creator": (1, 1), f"{DC}language": (0, 1)}
ITEM |= {"category": (0, ANY), f"{MEDIA}thumbnail": (0, ANY), f"{MEDIA}content": (0, ANY)}


def rss_faults(data: bytes) -> list[str]:
    """Name every fault of an RSS document."""
    root = tree(data)
    if root.tag != "rss" or root.get("version") != "2.0" or [child.tag for child in root] != ["channel"]:
        return ["no RSS 2.0 document with one channel"]
    channel = root[0]
    items = channel.findall("item")
    faults = character_faults(data) + count_faults(channel, CHANNEL) + channel_faults(channel)
    if [child.tag for child in channel][len(channel) - len(items) :] != ["item"] * len(items):
        faults.append("metadata between or behind the items")
    names = Counter(item.findtext("guid") for item in items)
    faults += [f"guid {name} {times} times" for name, times in names.items() if times > 1]
    return faults + [fault for item in items for fault in item_faults(item)]


def channel_faults(channel: Any) -> list[str]:
    """Check what the channel says of itself; its atom:link of relation self is a recommendation of the profile."""
    faults = []
    if not URI.fullmatch(channel.findtext("link") or ""):
        faults.append(f"channel link {channel.findtext('link')!r}")
    faults += [f"blank {name}" for name in ("title", "description") if not (channel.findtext(name) or "").strip()]
    if not LANGUAGE.fullmatch(channel.findtext("language") or "en"):
        faults.append("language")
    faults += rfc822_faults("lastBuildDate", channel.findtext("lastBuildDate") or "")
    if not (channel.findtext("ttl") or "1").isdigit():
        faults.append("ttl")
    own = [link for link in channel.iterfind(f"{ATOM}link") if link.get("rel") == "self"]
    if len(own) > 1 or any(link.get("type") != "application/rss+xml" for link in own):
        faults.append("self link")
    if any(not URI.fullmatch(link.get("href", "")) for link in channel.iterfind(f"{ATOM}link")):
        faults.append("atom:link")
    return faults


def item_faults(item: Any) -> list[str]:
    """Check one item."""
    faults = count_faults(item, ITEM) + media_faults(item) + rfc822_faults("pubDate", item.findtext("pubDate") or "")
    order = [child.tag for child in item]
    if "title" not in order and "description" not in order:
        faults.append("neither title nor description")
    if f"{CONTENT}encoded" in order and "description" not in order[: order.index(f"{CONTENT}encoded")]:
        faults.append("description must come before content:encoded")
    if "link" in order and not URI.fullmatch(item.findtext("link") or ""):
        faults.append(f"link {item.findtext('link')!r}")
    permanent = item.find("guid").get("isPermaLink")
    if permanent != "false" and not (permanent == "true" and item.findtext("guid").startswith("http")):
        faults.append("guid")
    if not (item.findtext(f"{DC}creator") or "").strip():
        faults.append("blank creator")
    for enclosure in item.iterfind("enclosure"):
        faults += enclosure_faults(enclosure)
    for source in item.iterfind("source"):
        if not URI.fullmatch(source.get("url", "")):
            faults.append("source")
    faults += [f"blank {node.tag}" for node in item.iterfind("category") if not (node.text or "").strip()]
    faults += html_faults("description", item.findtext("description") or "")
    return faults + html_faults("content:encoded", item.findtext(f"{CONTENT}encoded") or "")


def enclosure_faults(enclosure: Any) -> list[str]:
    """All three attributes are musts; an unknown length is 0 by the profile."""
    good = (
        enclosure.get("url", "").startswith(("http://", "https://"))
        and URI.fullmatch(enclosure.get("url", ""))
        and enclosure.get("length", "").isdigit()
        and TYPE.fullmatch(enclosure.get("type", ""))
    )
    return [] if good else [f"enclosure {dict(enclosure.attrib)}"]
