"""The trace of one entry, step by step: in plain words for people, as facts for programs."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from aggregator.app import App
from aggregator.cli.terminal import moment
from aggregator.jobs.publish import publication
from aggregator.model import Page, StoredEntry
from aggregator.pipeline.originals import leading
from aggregator.pipeline.plain import shortened
from aggregator.pipeline.shingles import shared_passages

DATES = {
    "published": "as its publisher says",
    "updated": "its publisher's date of change, the only one given",
    "inferred": "corrected: the publisher's date could not be right",
    "first_seen": "when we first saw it: its publisher gives no date",
}
REACH = {
    "all": "outputs and digests",
    "outputs": "outputs only: it was history when its feed was new (`history:`), or its feed published it anew",
    "none": "the archive only: it was history when its feed was new (`history: none`)",
}


def trace(app: App, stored: StoredEntry) -> dict[str, str]:
    """Say where an entry came from, what was decided about it, and why."""
    entry, zone = stored.entry, app.config.zone
    told, page = issues(app, stored), app.store.pages.of(stored.id)
    return {
        "entry": f"{stored.id} {entry.title}",
        "address": entry.url or "none",
        "feed": f"{stored.source.title} ({stored.source.url}), publisher {stored.source.publisher}",
        "identity": f"guid {entry.guid} in its feed; {stored.set_uid or stored.uid} for ever in what we publish",
        "dates": f"published {moment(entry.published, zone)}, {DATES[entry.published_from]}",
        "seen": f"first {moment(stored.first_seen, zone)}, last {moment(stored.last_seen, zone)}",
        **({"full text": _page(page, zone)} if page else {}),
        "same text": _copies(app, stored),
        "topics": "; ".join(f"{tag.topic} (by {tag.via}: {tag.evidence})" for tag in stored.tags) or "none",
        "is for": f"nothing more: {stored.dropped}" if stored.dropped else REACH[stored.reach],
        "outputs": "; ".join(_place(name, why) for name, why in outputs(app, stored).items()),
        "issues": "; ".join(f"told in {issue}" for issue in told) or "in none",
    }


def evidence(app: App, stored: StoredEntry) -> dict[str, object]:
    """Give what a trace is made of: times in UTC, ids as text; ``outputs`` has "" where the entry is in."""
    return {
        "publisher": stored.source.publisher,
        "last_seen": stored.last_seen,
        "changed": stored.changed,
        "is_for": "none" if stored.dropped else stored.reach,
        "dropped": stored.dropped or None,
        "page": app.store.pages.of(stored.id),
        "same_text": _same_text(app, stored),
        "evidence": stored.tags,
        "outputs": outputs(app, stored),
        "issues": issues(app, stored),
        "trace": trace(app, stored),
    }


def outputs(app: App, stored: StoredEntry) -> dict[str, str]:
    """Say for each output why the entry is not told in it by itself; "" where it is."""
    said = {}
    for output in app.config.outputs:
        texts = publication(app, output).entries
        found = next((text for text in texts if text.lead.text_set == stored.text_set), None)
        if found is None:
            said[output.name] = _why_not(stored, output.topics, len(texts), output.size)
        else:
            said[output.name] = "" if found.lead.id == stored.id else f"told by its copy {found.lead.id}"
    return said


def issues(app: App, stored: StoredEntry) -> list[str]:
    """List the issues that told the text, as "DIGEST PERIOD"."""
    told = app.store.issues.telling(stored.text_set) if stored.text_set else ()
    return [f"{issue.digest} {issue.period}" for issue in told]


def _page(page: Page, zone: ZoneInfo) -> str:
    """Say what came of the page, and what of it was left out and why, each reason with its first lines."""
    if page.outcome == "waiting":
        why = f", because: {page.reason}" if page.reason else ""
        return f"its page is asked {moment(page.due, zone)}{why}"
    if page.outcome != "read":
        return f"its feed's own: {page.reason}"
    cut: dict[str, list[str]] = {}
    for one in page.cuts:
        cut.setdefault(one.reason, []).append(f"“{shortened(one.text, 50)}”")
    left = "; ".join(f"{', '.join(texts[:3])}{' …' if texts[3:] else ''} ({why})" for why, texts in cut.items())
    return f"from {page.url}, fetched {moment(page.fetched, zone)}; left out: {left or 'nothing'}"


def _place(name: str, why: str) -> str:
    if not why:
        return f"in {name}"
    return f"in {name}, {why}" if why.startswith("told by") else f"not in {name} ({why})"


def _copies(app: App, stored: StoredEntry) -> str:
    if not stored.text_set:
        return "not compared yet: the next sync does it"
    members = app.store.entries.members([stored.text_set])
    others = [member for member in members if member.id != stored.id]
    if not others:
        return "no other copy"
    lead, why = leading(sorted(members, key=lambda member: member.id))
    passages = _passages(stored, others)
    return "; ".join(
        [
            stored.same_as or "the first of its copies",
            *([f"both say “{'”, “'.join(passages)}”"] if passages else []),
            f"copies: {', '.join(f'{other.id} at {other.source.publisher}' for other in others)}",
            f"told by {lead.id}: {why}",
        ]
    )


def _same_text(app: App, stored: StoredEntry) -> dict[str, object]:
    members = app.store.entries.members([stored.text_set]) if stored.text_set else ()
    others = [member for member in members if member.id != stored.id]
    lead, why = leading(sorted(members, key=lambda member: member.id)) if others else (stored, "")
    return {
        "reason": stored.same_as or None,
        "like": str(stored.same_like) if stored.same_like else None,
        "score": stored.same_score if stored.same_like else None,
        "passages": _passages(stored, others),
        "copies": [str(member.id) for member in others],
        "told_by": str(lead.id),
        "told_by_why": why or None,
    }


def _passages(stored: StoredEntry, others: Sequence[StoredEntry]) -> tuple[str, ...]:
    """Quote what an entry shares with the one it is nearly the same as; of equal texts there is nothing to show."""
    like = next((other for other in others if other.id == stored.same_like), None)
    if like is None or (stored.same_score == 1 and not stored.same_as.startswith("nearly")):
        return ()
    passages = shared_passages(stored.entry.text, like.entry.text, limit=2)
    return tuple(shortened(passage, 160) for passage in passages)


def _why_not(stored: StoredEntry, topics: tuple[str, ...], held: int, size: int) -> str:
    if stored.dropped:
        return stored.dropped
    if stored.reach == "none":
        return "it is for the archive only"
    if topics and not {tag.topic for tag in stored.tags} & set(topics):
        return f"none of its topics: {', '.join(topics)}"
    return f"its {size} places are taken by newer entries" if held >= size else "not compared yet"
