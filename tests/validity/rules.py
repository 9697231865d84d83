"""What the rules of all formats share.

No validator of feeds can be installed as a package, so the rules stand here, with where they come from.
"""

import re
from collections import Counter
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-Z\[\]_a-z~]+")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
TYPE = re.compile(r"[^\s/;,]+/[^\s/;,]+(\s*;\s*[^\s=]+=[^\s;]+)*")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
RELATIVE = re.compile(r"<[^<>]+ (?:href|src)=[\"'](?!https?:|mailto:)", re.IGNORECASE)
DANGER = re.compile(r"<(?:script|iframe|object|embed|form|style|meta|link)\b|<[^<>]+ on[a-z]+=", re.IGNORECASE)


def tree(data: bytes) -> Any:
    """Read XML as strictly as it can be read: no recovery, no entities, no network."""
    if not data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>"):
        raise AssertionError("no XML declaration with its encoding")
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def html_faults(where: str, html: str) -> list[str]:
    """Name what has no place in published HTML: relative addresses, scripts and forms."""
    return [f"{where}: {name}" for name, rule in (("relative", RELATIVE), ("danger", DANGER)) if rule.search(html)]


def character_faults(data: bytes) -> list[str]:
    """XML 1.0 §2.2 allows the C1 controls, and no reader wants them."""
    return [f"control {c!r}" for c in sorted(set(re.findall("[\x7f-\x9f\ufffe\uffff]", data.decode())))]


def count_faults(node: Any, rules: dict[str, tuple[int, int]]) -> list[str]:
    """Name children that are missing, too many, or not in the rules at all."""
    seen = Counter(child.tag for child in node)
    faults = [f"{node.tag}: unknown child {tag}" for tag in seen if tag not in rules]
    for tag, (least, most) in rules.items():
        if not least <= seen[tag] <= most:
            faults.append(f"{node.tag}: {seen[tag]} × {tag}, allowed {least} to {most}")
    return faults


def media_faults(item: Any) -> list[str]:
    """Media RSS: an address is a must, sizes are numbers."""
    faults = []
    for node in (*item.iterfind(f"{MEDIA}thumbnail"), *item.iterfind(f"{MEDIA}content")):
        if not (node.get("url") or "").startswith(("http://", "https://")):
            faults.append(f"{node.tag}: url {node.get('url')!r}")
        if not (node.get("fileSize") or "1").isdigit():
            faults.append(f"{node.tag}: fileSize {node.get('fileSize')!r}")
    return faults


def rfc3339(text: str) -> datetime:
    """Read a date of Atom or JSON Feed; it must have a time and a zone."""
    assert RFC3339.fullmatch(text), f"no RFC 3339 date: {text!r}"
    return datetime.fromisoformat(text)


def rfc822_faults(where: str, text: str) -> list[str]:
    """Name what is wrong with a date of RSS: four-digit year, numeric zone, the right day of the week."""
    if not RFC822.fullmatch(text):
        return [f"{where}: no RFC 822 date {text!r}"]
    return [] if f"{parsedate_to_datetime(text):%a}" == text[:3] else [f"{where}: wrong weekday {text!r}"]
