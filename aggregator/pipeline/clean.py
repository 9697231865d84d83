"""Draft → Entry: safe HTML and plain text without furniture, excerpt, title. The costly part, done for what is new."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

from aggregator.model import Category, Draft, Enclosure, Entry, Markup, ParsedEntry
from aggregator.pipeline.addresses import absolute
from aggregator.pipeline.clean_html import first_picture, paragraphs_and_plain, safe_and_plain
from aggregator.pipeline.clean_text import excerpt, one_line, plain_title, words
from aggregator.pipeline.cuts import unfurnished
from aggregator.pipeline.plain import shortened

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
LONGEST_NAME = 200


def clean(draft: Draft, *, base: str, language: str, repeated: Collection[int] = ()) -> Entry:
    """Return the entry ready to keep; ``language`` is the feed's, for an entry that names none.

    ``base`` is the document's address, on which files and pictures hang, and links in texts that name no other base.

    The HTML comes from the content, or from the summary when there is no content; an entry without a title is called by
    the first words of its text. ``repeated`` is what its feed says in every entry (``furniture.paragraph``).
    """
    return clean_all([draft], base=base, language=language, repeated=repeated)[0]


def clean_all(drafts: Sequence[Draft], *, base: str, language: str, repeated: Collection[int] = ()) -> list[Entry]:
    """Return entries of one feed as ``clean`` does: a tenth faster, for one step is done after the other for all."""
    contents = [_cleaned(draft.parsed.content, base) for draft in drafts]
    summaries = [_cleaned(draft.parsed.summary, base) for draft in drafts]
    titles = [plain_title(draft.parsed.title) for draft in drafts]
    texts = [_texts(*said, repeated) for said in zip(contents, summaries, titles, strict=True)]
    titles = [title or shortened(one_line(one[1]), 80) for title, one in zip(titles, texts, strict=True)]
    marks = [
        words(title, one[1], day=draft.published.date().isoformat())
        for draft, title, one in zip(drafts, titles, texts, strict=True)
    ]
    language = language_tag(language)
    return [_entry(*one, base, language) for one in zip(drafts, titles, texts, marks, strict=True)]


def _entry(draft: Draft, title: str, texts: tuple[str, str, str, str], mark: str, base: str, language: str) -> Entry:
    parsed = draft.parsed
    html, text, teaser, credit = texts
    return Entry(
        draft.guid,
        draft.url,
        draft.key,
        title,
        _name(parsed.author[:1000]),
        html,
        text,
        excerpt(teaser),
        language_tag(parsed.language) or language,
        draft.published,
        draft.published_from,
        draft.updated,
        draft.fingerprint,
        mark,
        _categories(parsed) if parsed.categories else (),
        _enclosures(parsed, base) if parsed.enclosures else (),
        (absolute(parsed.image, base) if parsed.image else "") or first_picture(html),
        credit,
    )


def _texts(
    content: tuple[str, str], summary: tuple[str, str], title: str, repeated: Collection[int]
) -> tuple[str, str, str, str]:
    """Give an entry's HTML and its text, both of one source, the text of its summary where there is one, its credit."""
    html, text, credit = _unfurnished(content, title, repeated)
    if not summary[0]:
        return html, text, text, credit
    brief, teaser, named = _unfurnished(summary, title, repeated)
    if html:
        return html, text, teaser or text, credit or named
    return brief, teaser, teaser, named


def _unfurnished(said: tuple[str, str], title: str, repeated: Collection[int]) -> tuple[str, str, str]:
    """Give clean HTML and text without furniture, and whom a line of it named as the source."""
    html, text = unfurnished(*said, title=title, known=repeated)
    if text == said[1]:
        return html, text, ""
    from aggregator.pipeline.originals import lost_credit  # most texts have no furniture

    return html, text, lost_credit(said[1], text)


def safe(markup: Markup, *, base: str = "") -> str:
    """Return published text as safe HTML; relative links hang on the document's base, or else on ``base``."""
    return _cleaned(markup, base)[0]


def _cleaned(markup: Markup, base: str) -> tuple[str, str]:
    if not markup.value:
        return "", ""
    if markup.type != "text":
        return safe_and_plain(markup.value, base=markup.base or base)
    return paragraphs_and_plain(markup.value)


def language_tag(text: str) -> str:
    """Return a language as BCP 47 writes it (``en_US`` → ``en-US``), "" when it is none."""
    tag = text.strip()
    return _tagged(tag) if tag and len(tag) <= 35 else ""


@lru_cache(maxsize=200)
def _tagged(text: str) -> str:
    tag = text.replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


@lru_cache(maxsize=1_000)  # a feed has few authors and categories, and names them in every entry
def _name(text: str) -> str:
    return shortened(plain_title(Markup(text)), LONGEST_NAME) if text else ""


def _categories(parsed: ParsedEntry) -> tuple[Category, ...]:
    found: dict[tuple[str, str, str], None] = {}
    for one in parsed.categories:
        term, label = _name(one.term[:1000]), _name(one.label[:1000]) if one.label else ""
        scheme = one_line(one.scheme)[:LONGEST_NAME] if one.scheme else ""
        found[term or label, scheme, label] = None
    return tuple([Category(*one) for one in found if one[0]])


def _enclosures(parsed: ParsedEntry, base: str) -> tuple[Enclosure, ...]:
    return tuple(filter(None, (_enclosure(one, base) for one in parsed.enclosures)))


def _enclosure(enclosure: Enclosure, base: str) -> Enclosure | None:
    url = absolute(enclosure.url, base)
    kind = enclosure.type if re.fullmatch(r"[\w.+-]{1,80}/[\w.+-]{1,80}", enclosure.type) else ""
    return replace(enclosure, url=url, type=kind) if url else None
