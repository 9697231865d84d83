"""Which entries are teasers, and what the page of one makes of it: its full text, another try, or the end of trying."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.errors import ElsewhereError, FetchError, HostPausedError
from aggregator.model import Article, Fetched, FullText, Page, Teaser
from aggregator.pipeline.clean_text import excerpt, words
from aggregator.pipeline.originals import lost_credit
from aggregator.pipeline.pages import gate, what_it_is

SHORT = 1_000
"""Characters of a text that may be a teaser whatever its end is; a longer one must break off."""

LONG = 5_000
"""Characters of a text that is none, wherever it ends."""

LEAST = 200
"""Characters of an article; what a page says in less is a notice."""

WAITS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""How long after each try that failed the next one comes; after the last of them no more."""

HOME = "it leads to the front page of its site"
"""Why a page is none of the entry's."""

RECENT = timedelta(days=2)
"""How long after an entry was first seen its page may be asked for the first time."""

_LONG_WORD = re.compile("[a-zß-ÿа-я]{5,}")
_TELLING = 4  # such words of a title, at least, tell what it is about

_FINAL = frozenset({401, 402, 403, 410, 451})
_BROKEN_OFF = ("…", "...", "[…]", "[...]", "(…)", "(...)", "…]", "→", "»")


def is_teaser(text: str) -> bool:
    """Tell whether a text only points to its page: it is short, or breaks off."""
    return len(text) < SHORT or (len(text) < LONG and text.rstrip().endswith(_BROKEN_OFF))


def leads_home(asked: str, url: str) -> bool:
    """Tell whether the way from an address ended at a front page, where sites send what they have no longer."""
    return _is_front(url) and not _is_front(asked)


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def answered(teaser: Teaser, answer: Fetched, article: Article | Exception, *, now: datetime) -> Page:
    """Decide on a page that came: it is read when its article says more than the feed did."""
    tries = teaser.tries + 1
    if isinstance(article, ChildProcessError):  # ours, as a rule: the machine had no memory left, somebody ended it
        page = refused(teaser, f"the page could not be read: {article}", until=now, now=now)
        return replace(page, fetched=now, outcome="failed" if page.outcome == "refused" else page.outcome)
    if isinstance(article, Exception):
        reason = f"reading the page broke a bound: {article}"
        return Page(teaser.entry, "failed", tries, reason=reason, fetched=now, url=answer.final_url)
    reason = _shortcoming(teaser, answer, article)
    return Page(
        teaser.entry,
        "kept" if reason else "read",
        tries,
        reason=reason,
        fetched=now,
        url=answer.final_url,
        title=article.title,
        image=article.image,
        caption=article.caption,
        cuts=article.cuts,
    )


def _shortcoming(teaser: Teaser, answer: Fetched, article: Article) -> str:
    """Say why the feed's own text is kept; empty when the page's is better."""
    what = what_it_is(answer)
    if found := gate(answer.headers, answer.body):
        return found
    if what.startswith("a consent") or (what.startswith("a login") and len(article.text) < SHORT):
        return f"{what}: the feed's own text is kept"
    if leads_home(teaser.url, answer.final_url):
        return f"{HOME}: the feed's own text is kept"
    if len(article.text) < max(LEAST, len(teaser.text)):
        if len(article.text) >= LEAST:
            what = "it says no more than the feed"
        elif what.endswith("page") or " page (" in what:
            what = "no article was found on it"
        return f"{what}: the feed's own text is kept"
    return "it tells of something else: the feed's own text is kept" if _is_other(teaser.title, article.text) else ""


def _is_other(title: str, text: str) -> bool:
    """Tell a page that has none of the longer words of an entry's title: what a site shows in place of what is gone."""
    wanted, said = set(_LONG_WORD.findall(title.casefold())), text.casefold()
    return len(wanted) >= _TELLING and not any(word in said for word in wanted)


def failed(teaser: Teaser, error: FetchError, *, now: datetime) -> Page:
    """Decide on a page that did not come: tried again with growing patience, a few times, or never again.

    A host that is paused was not asked: that is no try.
    """
    if isinstance(error, HostPausedError):
        return Page(teaser.entry, "waiting", teaser.tries, error.retry_after, error.reason, url=teaser.url)
    tries = teaser.tries + 1
    reason = error.reason.partition("; ")[0]  # the advice behind it is for whoever keeps a feed
    final = error.permanent or error.status in _FINAL or tries > len(WAITS) or isinstance(error, ElsewhereError)
    if final:
        return Page(teaser.entry, "failed", tries, reason=reason, fetched=now, url=teaser.url)
    due = max(now + WAITS[tries - 1], error.retry_after or now)
    return Page(teaser.entry, "waiting", tries, due, reason, fetched=now, url=teaser.url)


def refused(teaser: Teaser, reason: str, *, until: datetime | None = None, now: datetime) -> Page:
    """Decide on a page that must not be asked for; where that holds ``until`` a moment only, it is tried again then.

    ``until`` now means that a failure of ours was in the way: the next run tries it again, and those after it with
    growing patience; a few times, since it may be the page's doing after all.
    """
    tries = teaser.tries + 1
    if until is None or tries > len(WAITS):
        return Page(teaser.entry, "refused", tries, reason=reason, url=teaser.url)
    waits = WAITS if until > now else (timedelta(0), *WAITS)
    return Page(teaser.entry, "waiting", tries, max(until, now + waits[tries - 1]), reason, url=teaser.url)


def put_off(teaser: Teaser, *, until: datetime) -> Page:
    """Decide on a page whose turn it is not yet, since the robots.txt of its host asks for time between two: no try."""
    reason = f"robots.txt of {urlsplit(teaser.url).hostname} asks for time between two pages"
    return Page(teaser.entry, "waiting", teaser.tries, until, reason, url=teaser.url)


def full_text(teaser: Teaser, article: Article) -> FullText:
    """Make the entry's texts of an article; an excerpt that its publisher wrote as a whole stays.

    So does whom the feed's text named as the source, beside whom a line that was cut from the page names.
    """
    own = teaser.excerpt if len(teaser.excerpt) >= LEAST // 4 and not teaser.excerpt.endswith(_BROKEN_OFF) else ""
    credited = f"{teaser.credit} {lost_credit(teaser.text, article.text)} {article.credit}".split()
    return FullText(
        html=article.html,
        text=article.text,
        excerpt=own or excerpt(article.text),
        words=words(teaser.title, article.text, day=teaser.published.date().isoformat()),
        image=teaser.image or article.image,
        credit=" ".join(dict.fromkeys(credited)),
    )
