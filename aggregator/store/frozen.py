"""An issue as text that outlives the program that froze it: Issue ↔ JSON."""

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from aggregator.model import Issue, Line, Section

Value = TypeVar("Value", Issue, Section, Line)


def write_issue(issue: Issue) -> str:
    """Issue → JSON, the same text every time."""
    return json.dumps(asdict(issue), ensure_ascii=False, separators=(",", ":"))


def read_issue(data: str) -> Issue:
    """JSON → Issue; fields that this program does not know are passed over."""
    facts = json.loads(data)
    facts["sections"] = tuple(_section(section) for section in facts["sections"])
    return _made(Issue, facts)


def read_moment(text: str) -> datetime:
    """ISO 8601 → aware datetime in UTC; without an offset it is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _section(facts: dict[str, Any]) -> Section:
    lines = [_made(Line, {**line, "also": tuple(line.get("also", ()))}) for line in facts["lines"]]
    return _made(Section, {**facts, "lines": tuple(lines)})


def _made(kind: type[Value], facts: dict[str, Any]) -> Value:
    known = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in facts.items() if name in known})
