"""Bytes that are no feed → what they are instead, and what to do about it: pages, gates for browsers, other files."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlsplit

from aggregator.model import Fetched
from aggregator.pipeline.pages_text import decoded
from aggregator.pipeline.wording import LONGEST_NAMED, NAMES_A_FEED

_GLANCE = 200_000
_TITLE = re.compile(r"<title\b[^>]{0,200}>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)
_ROOT = re.compile(r"<([A-Za-z][\w:.-]*)")
_PROLOGUE = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!doctype[^>\[]*(?:\[.*?\])?\s*>)", re.IGNORECASE | re.DOTALL)
_PASSWORD = re.compile(r"<input\b[^>]{0,500}?type\s*=\s*[\"']?password", re.IGNORECASE)
_LOGIN = re.compile(r"(^|[/_.-])(log[-_]?in|sign[-_]?in|sso|saml|oauth2?|authenticate)([/_.-]|$)", re.IGNORECASE)
_CONSENT_AT = re.compile(r"^(consent|guce|cmp|privacy-?gate)\.|/(cookie-?)?consent\b|/privacy-?gate\b", re.IGNORECASE)
_CONSENT = re.compile(
    r"before you continue|(cookie|privacy) (consent|choices|settings|wall)|consent (page|required)", re.IGNORECASE
)
_MAGIC = {
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "gzip data",
    b"PK\x03\x04": "a ZIP archive",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"RIFF": "a media file",
}
_GATE_HEADERS = {
    "cf-mitigated": "Cloudflare",
    "x-vercel-mitigated": "Vercel",
    "x-amzn-waf-action": "AWS WAF",
    "x-datadome": "DataDome",
}
_GATE_MARKS = {
    b"_cf_chl_opt": "Cloudflare",
    b"<title>just a moment...</title>": "Cloudflare",
    b"<title>attention required! | cloudflare": "Cloudflare",
    b"_incapsula_resource": "Imperva",
    b"<title>ddos-guard": "DDoS-Guard",
    b"sucuri_cloudproxy_js": "Sucuri",
    b"/.within.website/x/cmd/anubis": "Anubis",
    b"captcha-delivery.com": "DataDome",
    b"px-captcha": "HUMAN",
}


def gate(headers: Mapping[str, str], body: bytes) -> str:
    """Say which gate lets only browsers pass, and what to do, or "" when there is none.

    ``headers`` have lower-case names; of ``body`` the beginning is enough.
    """
    start = body[:65_536].lower()
    by_header = next((name for key, name in _GATE_HEADERS.items() if headers.get(key)), "")
    name = by_header or next((name for mark, name in _GATE_MARKS.items() if mark in start), "")
    if not name:
        return ""
    return f"{name} lets only browsers pass here; ask the publisher to let feed readers in, or use another address"


def refusal(answer: Fetched) -> str:
    """Say in plain words that a document is no feed, what it is instead, and what to do."""
    what = what_it_is(answer)
    if not what.endswith("page") and " page (" not in what:
        return f"{what}, not a feed"
    if found := gate(answer.headers, answer.body):
        return f"{what}, not a feed: {found}"
    if what.startswith("a login"):
        return f"{what}, not a feed: it is shown to those who log in; see `username` and `headers` in feeds.yaml"
    if what.startswith("a consent"):
        return f"{what}, not a feed: it asks for consent first; look for the feed at another address"
    named = _named(answer)
    return f"{what}, not a feed" + (f"; {NAMES_A_FEED}{named[:LONGEST_NAMED]}" if named else "")


def _named(page: Fetched) -> str:
    """Give the feed that a page names first and that it is not itself."""
    from aggregator.pipeline.pages_links import feed_links  # most answers are no pages

    return next((link.url for link in feed_links(page) if link.url not in (page.url, page.final_url)), "")


def what_it_is(answer: Fetched) -> str:
    """Say in plain words what a document is that is no feed."""
    body, url = answer.body, answer.final_url
    for magic, name in _MAGIC.items():
        if body.startswith(magic):
            return name
    if b"\x00" in body[:4] and body[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return "binary data"
    text, _ = decoded(body[:_GLANCE], answer.headers.get("content-type", ""))
    html = re.match(r"\s*<!doctype\s+html", text, re.IGNORECASE)
    text = _without_prologue(text)
    root = _ROOT.match(text)
    if html or (root and root[1].lower() in ("html", "head", "body")):
        return _page(text, url)
    if root:
        return f"an XML document (its root is <{root[1]}>)"
    if "<html" in text.lower():
        return _page(text, url)
    return f"plain text (it begins “{' '.join(text.split())[:60]}”)" if text else "a document without content"


def _without_prologue(text: str) -> str:
    while found := _PROLOGUE.match(text):
        text = text[found.end() :]
    return text.lstrip()


def _page(text: str, url: str) -> str:
    found = _TITLE.search(text)
    title = " ".join(unescape(found[1]).split())[:80] if found else ""
    kind = _kind(text, title, url)
    return f"{kind} (title “{title}”)" if title else kind


def _kind(text: str, title: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        place = f"{parts.hostname or ''}{parts.path}"
    except ValueError:
        place = ""
    if _CONSENT_AT.search(place) or _CONSENT.search(title):
        return "a consent page"
    return "a login page" if _PASSWORD.search(text) or _LOGIN.search(place) else "an HTML page"
