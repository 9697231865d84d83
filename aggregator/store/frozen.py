"""An issue as text that outlives the program that froze it: Issue ↔ JSON."""

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from aggregator.model import Cover, Issue, Line, Said, Section

Value = TypeVar("Value", Issue, Section, Line, Said, Cover)


def write_issue(issue: Issue) -> str:
    """Issue → JSON, the same text every time."""
    return json.dumps(asdict(issue), ensure_ascii=False, separators=(",", ":"))


def read_issue(data: str) -> Issue:
    """JSON → Issue; fields that this program does not know are passed over."""
    facts = json.loads(data)
    for name in ("sections", "rest"):
        facts[name] = tuple(_section(section) for section in facts.get(name, ()))
    return _made(Issue, facts)


def read_moment(text: str) -> datetime:
    """ISO 8601 → aware datetime in UTC; without an offset it is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _section(facts: dict[str, Any]) -> Section:
    return _made(Section, {**facts, "lines": tuple(map(_line, facts["lines"]))})


def _line(facts: dict[str, Any]) -> Line:
    """Issues that were frozen before there were stories have none of their lists."""
    lists: dict[str, Any] = {name: tuple(facts.get(name, ())) for name in ("also", "topics", "sources")}
    lists |= {name: tuple(map(tuple, facts.get(name, ()))) for name in ("texts", "parts")}
    lists |= {name: tuple(_made(Said, said) for said in facts.get(name, ())) for name in ("summary", "news")}
    lists |= {name: tuple(map(_cover, facts.get(name, ()))) for name in ("covered", "rest")}
    return _made(Line, {**facts, **lists})


def _cover(facts: dict[str, Any]) -> Cover:
    return _made(Cover, {**facts, "also": tuple(facts.get("also", ())), "text": tuple(facts.get("text", (0, 0)))})


def _made(kind: type[Value], facts: dict[str, Any]) -> Value:
    known = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in facts.items() if name in known})
