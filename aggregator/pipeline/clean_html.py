"""HTML of a stranger → HTML that is safe anywhere: an allow-list, absolute addresses, nothing that reports home."""

import re
from html import escape, unescape

import nh3

from aggregator.pipeline.addresses import absolute
from aggregator.pipeline.clean_simple import simply
from aggregator.pipeline.clean_tables import ATTRIBUTES, DROPPED_WHOLE, LAZY, SETS, TAGS
from aggregator.pipeline.clean_text import folded_lines, is_printable, legal, plain_text, printed_lines

DEEPEST = 200
"""Levels of nesting that are kept; deeper text stays, its tags go."""

_CLEANER = nh3.Cleaner(
    tags=set(TAGS.split()),
    clean_content_tags=set(DROPPED_WHOLE.split()),
    attributes=ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
    url_relative="pass_through",
)

# nh3 writes every attribute in double quotes and every "<" of a text as &lt;, so that a pattern may read its output.
# A link that is complete is passed over: an absolute address that nothing is to be escaped in, and nh3's own ``rel``.
_COMPLETE = (
    r' href="https?://[a-z0-9.-]{1,200}\.[a-z0-9-]{1,60}(?:[/?#][A-Za-z0-9_/?#=.,:;~%+!$()*@-]{0,2000})?"'
    r' rel="noopener noreferrer nofollow">'
)
_ADDRESSED = re.compile(rf'<(a(?!{_COMPLETE})|img|source|audio|video|blockquote|q|del|ins)((?: [\w-]+="[^"]*")+)>')
_MARKED = re.compile("[<>&\r\xa0\ufeff]")
_ATTRIBUTE = re.compile(r' ([\w-]+)="([^"]*)"')
_TAG = re.compile(r"<(/?)(\w+)(?:[^\"<>]|\"[^\"]*\")*>")
_RAW_TAG = re.compile(r"<(/?)([A-Za-z]\w*)[^<>]*>")
_EMPTY = frozenset({"br", "hr", "img", "col", "source", "input", "link", "meta", "wbr"})
_OPEN_ENDED = _EMPTY | {"p", "li", "dt", "dd", "tr", "td", "th", "option"}  # as written, they need no end tag
_CANDIDATE = re.compile(r"[^\s,]+(?:,+[^\s,]+)*")  # HTML §4.8.4.2.1: commas inside are its own
_BLIND = re.compile(r"^\s*[01](?:px)?\s*$")


def safe_html(html: str, *, base: str) -> str:
    """Return ``html`` with what is on the allow-list only, every address absolute, hung on ``base``.

    Nothing runs, frames, posts or is styled; links carry ``rel="noopener noreferrer nofollow"``. Pictures that load
    lazily get their real address; tracking pixels go.
    """
    return safe_and_plain(html, base=base)[0]


def safe_and_plain(html: str, *, base: str) -> tuple[str, str]:
    """Return ``html`` as ``safe_html`` does, and its plain text."""
    printable = is_printable(html)
    raw = html if printable else legal(html)
    if printable and not ("<" in raw or "&" in raw or ">" in raw):  # as most summaries are
        clean = raw.strip()
        return clean, printed_lines(clean) if "\n" in clean or "  " in clean else clean
    simple = simply(raw, is_printable=printable)
    if simple is None:
        safe = _sanitised(raw, base)
        return safe, plain_text(safe)
    clean, text, unfinished = simple
    if unfinished:
        clean = _with_addresses(clean, base)
    clean = clean.strip()
    if "<" not in clean:
        return clean, plain_text(clean)
    return clean, printed_lines(text) if printable and "&" not in text else folded_lines(text, is_legal=True)


def _with_addresses(clean: str, base: str) -> str:
    return _ADDRESSED.sub(lambda tag: _addressed(tag[1], tag[2], base), clean).strip()


def _sanitised(raw: str, base: str) -> str:
    if not _MARKED.search(raw):  # plain text, as most summaries are: nh3 has nothing to do
        return raw.strip()
    if raw.count("<") - raw.count("</") > DEEPEST:  # html5ever needs 8 seconds for 50,000 nested divs
        raw = _shallow(raw, _RAW_TAG, level=_OPEN_ENDED)
    clean = legal(_CLEANER.clean(raw))
    if clean.count("</") > DEEPEST:
        clean = _shallow(clean, _TAG, level=_EMPTY)
    return _with_addresses(clean, base)


def paragraphs_and_plain(text: str) -> tuple[str, str]:
    """Return plain text as ``as_html`` does, and the text of that; mostly it is one line of words."""
    line = text.strip()
    if not ("\n" in line or "  " in line or "&" in line or "<" in line or ">" in line) and is_printable(line):
        return f"<p>{line}</p>" if line else "", line
    html = as_html(text)
    return html, plain_text(html)


def as_html(text: str) -> str:
    """Return plain text as paragraphs: a blank line parts them, a line break breaks."""
    parts = (part.strip() for part in re.split(r"\n[^\S\n]*\n", legal(text)))
    return "".join(f"<p>{'<br>'.join(escape(part, quote=False).splitlines())}</p>" for part in parts if part)


def first_picture(html: str) -> str:
    """Return the address of the first picture in clean ``html``; "" when it has none."""
    found = re.search(r'<img(?: [\w-]+="[^"]*")*? src="([^"]*)"', html) if html.rfind("<img") >= 0 else None
    return unescape(found[1]) if found else ""


def _addressed(tag: str, written: str, base: str) -> str:
    attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(written)}
    if tag == "img":
        attributes = _picture(attributes, base)
        if not attributes:
            return ""
    else:
        for name in attributes.keys() & {"href", "src", "poster", "cite"}:
            mail = name == "href" and attributes[name].lower().startswith("mailto:")
            attributes[name] = attributes[name] if mail else absolute(attributes[name], base)
    kept = (f' {name}="{escape(value)}"' for name, value in attributes.items() if value or name in ("alt", "controls"))
    return f"<{tag}{''.join(kept)}>"


def _picture(found: dict[str, str], base: str) -> dict[str, str]:
    """Return the attributes of a picture that can be shown; none for a pixel that only counts readers."""
    if _BLIND.match(found.get("width", "")) or _BLIND.match(found.get("height", "")):
        return {}
    sources = [found.get(name, "") for name in (*LAZY, "src")]
    sources += [first[0] for first in (_CANDIDATE.search(found.get(name, "")) for name in SETS) if first]
    source = next((url for url in (absolute(one, base) for one in sources if one) if url), "")
    if not source:
        return {}
    kept = {name: value for name, value in found.items() if name not in ("src", *LAZY, *SETS)}
    return {"src": source, **kept}


def _shallow(html: str, tags: re.Pattern[str], *, level: frozenset[str]) -> str:
    """Leave out the tags below the deepest level that is kept; those in ``level`` open none."""
    pieces, depth, end = [], 0, 0
    for tag in tags.finditer(html):
        if tag[2].lower() in level:
            continue
        depth = max(0, depth - bool(tag[1]))
        if depth >= DEEPEST:
            pieces.append(html[end : tag.start()])
            end = tag.end()
        depth += not tag[1]
    return "".join((*pieces, html[end:]))
