"""The trace of one entry, step by step, in plain words."""

from aggregator.app import App
from aggregator.cli.terminal import moment
from aggregator.jobs.publish import publication
from aggregator.model import StoredEntry

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
    return {
        "entry": f"{stored.id} {entry.title}",
        "address": entry.url or "none",
        "feed": f"{stored.source.title} ({stored.source.url}), publisher {stored.source.publisher}",
        "identity": f"guid {entry.guid} in its feed; {stored.uid} for ever in what we publish",
        "dates": f"published {moment(entry.published, zone)}, {DATES[entry.published_from]}",
        "seen": f"first {moment(stored.first_seen, zone)}, last {moment(stored.last_seen, zone)}, "
        f"changed {moment(stored.changed, zone)}",
        "same text": _copies(app, stored),
        "topics": "; ".join(f"{tag.topic} (by {tag.via}: {tag.evidence})" for tag in stored.tags) or "none",
        "is for": f"nothing more: {stored.dropped}" if stored.dropped else REACH[stored.reach],
        "outputs": _outputs(app, stored),
        "issues": _issues(app, stored),
    }


def _copies(app: App, stored: StoredEntry) -> str:
    if not stored.text_set:
        return "not compared yet: the next sync does it"
    others = [m for m in app.store.entries.members([stored.text_set]) if m.id != stored.id]
    if not others:
        return "no other copy"
    listed = ", ".join(f"{other.id} at {other.source.publisher}" for other in others)
    return f"{stored.same_as or 'the first of its copies'}; copies: {listed}"


def _outputs(app: App, stored: StoredEntry) -> str:
    said = []
    for output in app.config.outputs:
        texts = publication(app, output).entries
        found = next((text for text in texts if text.lead.text_set == stored.text_set), None)
        if found is None:
            said.append(f"not in {output.name} ({_why_not(stored, output.topics, len(texts), output.size)})")
        elif found.lead.id == stored.id:
            said.append(f"in {output.name}")
        else:
            said.append(f"in {output.name}, told by its copy {found.lead.id}")
    return "; ".join(said)


def _why_not(stored: StoredEntry, topics: tuple[str, ...], held: int, size: int) -> str:
    if stored.dropped:
        return stored.dropped
    if stored.reach == "none":
        return "it is for the archive only"
    if topics and not {tag.topic for tag in stored.tags} & set(topics):
        return f"none of its topics: {', '.join(topics)}"
    return f"its {size} places are taken by newer entries" if held >= size else "not compared yet"


def _issues(app: App, stored: StoredEntry) -> str:
    told = app.store.issues.telling(stored.text_set) if stored.text_set else ()
    return "; ".join(f"told in {issue.digest} {issue.period}" for issue in told) or "in none"
