"""The trace of one entry as facts for programs: times in UTC, ids as text."""

from collections.abc import Mapping, Sequence

from aggregator.jobs.explain import Explained
from aggregator.jobs.standing import Standing
from aggregator.model import IssueState, Line, Part, Story
from aggregator.model.story_traits import story_number


def evidence(found: Explained, said: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Give what a trace is made of, and the trace itself in words; ``outputs`` has "" where the entry is in."""
    stored = found.stored
    return {
        "publisher": stored.source.publisher,
        "last_seen": stored.last_seen,
        "changed": stored.changed,
        "is_for": "none" if stored.dropped else stored.reach,
        "dropped": stored.dropped or None,
        "page": found.page,
        "same_text": _same_text(found),
        "in_story": _story(found, found.story) if found.story else None,
        "evidence": stored.tags,
        "outputs": found.outputs,
        "issues": [f"{issue.digest} {issue.period}" for issue, _ in found.issues],
        "told": [_told(issue, line) for issue, line in found.issues],
        "next_issues": [_standing(standing) for standing in found.standings],
        "trace": {name: "\n".join(lines) for name, lines in said.items()},
    }


def story_facts(story: Story) -> dict[str, object]:
    """Give a story: what it is called, who tells it, and each of its entries."""
    return {
        "id": story_number(story.id),
        "uid": story.uid,
        "title": story.title,
        "publishers": story.publishers,
        "coverage": story.coverage,
        "summary": [
            {"sentence": quote.sentence, "publisher": quote.publisher, "entry": str(quote.entry)}
            for quote in story.summary
        ],
        "entries": [
            {
                "id": str(member.id),
                "publisher": member.source.publisher,
                "title": member.entry.title,
                "url": member.entry.url,
                "published": member.entry.published,
                "first_seen": member.first_seen,
                "copy_of": str(text.lead.id) if member is not text.lead else None,
            }
            for text in story.texts
            for member in text.members
        ],
    }


def _same_text(found: Explained) -> dict[str, object]:
    stored, text = found.stored, found.text
    return {
        "reason": stored.same_as or None,
        "like": str(stored.same_like) if stored.same_like else None,
        "score": stored.same_score,
        "passages": found.passages,
        "lead": str(text.lead.id) if text else None,
        "lead_why": text.why if text else "",
        "copies": [str(member.id) for member in (text.members if text else ()) if member.id != stored.id],
    }


def _story(found: Explained, story: Story) -> dict[str, object]:
    stored = found.stored
    joined = {"entry": str(stored.story_like), "score": stored.story_score} if stored.story_like else None
    return {**story_facts(story), "joined": joined, "why": stored.story_why, "adds": found.adds}


def _told(issue: IssueState, line: Line | None) -> dict[str, object]:
    return {
        "digest": issue.digest,
        "period": issue.period,
        "place": line.rank if line else None,
        "of": issue.entries,
        "lead": str(line.entry) if line else None,
        "score": line.score if line else None,
        "parts": [Part(*part) for part in line.parts] if line else [],
    }


def _standing(standing: Standing) -> dict[str, object]:
    ranked = standing.ranked
    return {
        "digest": standing.digest,
        "due": standing.due,
        "place": standing.place or None,
        "size": standing.size,
        "why": standing.why or None,
        "lead": str(ranked.telling.lead.lead.id) if ranked else None,
        "score": ranked.score if ranked else None,
        "parts": ranked.parts if ranked else (),
    }
