"""A draft of an issue as YAML that an editor changes, and back: order, drop, pin, notes."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import asdict
from hashlib import sha256
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from aggregator.config.document import Document, Problem, compose
from aggregator.config.fields import Subject, Text
from aggregator.config.reading import NotTextError, placed, text_of
from aggregator.config.section import Section
from aggregator.config.wording import got, plain, unknown_key
from aggregator.errors import ConfigError
from aggregator.model import DraftedIssue, EditedLine, Line

MORE = 50
"""How many stories stand on the sheet besides those that are told; any other may be told by its id as well."""

LONGEST = 2000
"""Characters of a note."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028\u2029]")
_MARK = re.compile(rb"""^(draft:[ \t]*["']?)[0-9a-f]{8}(["']?[ \t]*(?:#.*)?\r?)$""", re.MULTILINE)
_HEAD = """\
# {title}, {date} ({period}). Stories are told in this order; the first one leads.
# Move a story to change its place, delete it (or `drop: true`) to leave it out, move one up from `more` to tell it.
# What you leave out is not published at all; what stands below `more` without `drop: true` is on the issue's page.
# `pin: true` keeps a story in when the mail gets too long; `note: text` puts your words under it.
# Titles are there to be recognised: changing them changes nothing.
"""


def _note(text: str) -> str:
    text = text.replace("\t", " ")
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters {got(text)}")
    if _CONTROL.search(text):
        raise ValueError(f"has a control character {got(text)}")
    return text.strip()


Note = Annotated[str, AfterValidator(_note)]


def _number(given: object) -> object:
    return int(given) if isinstance(given, str) and re.fullmatch("[0-9]{1,18}", given) else given


class SheetLine(Section):
    """A story on the sheet; a program may write the id as it was told it, as text."""

    id: Annotated[int, BeforeValidator(_number), Field(strict=True)]
    title: str = ""
    source: str = ""
    pin: bool = Field(default=False, strict=True)
    drop: bool = Field(default=False, strict=True)
    note: Note = ""


class Sheet(Section):
    """The sheet of an issue."""

    draft: Text = ""  # which draft this is the sheet of: another is refused
    subject: Subject = ""
    note: Note = ""
    stories: tuple[SheetLine, ...] = ()
    more: tuple[SheetLine, ...] = ()


def write_sheet(draft: DraftedIssue) -> str:
    """Write a draft as YAML: subject, note, the stories that are told, and below ``more`` those there are besides.

    These are the best ``MORE`` and whatever was taken out; how many there are beyond is said.
    """
    lines = {line.entry: line for line in draft.issue.offered}
    told = {story.entry for story in draft.edits.stories}
    issue, edits = draft.issue, draft.edits
    dropped = {story.entry for story in edits.dropped}
    spare = [id for id in lines if id not in told and id not in dropped]
    shown = {*spare[:MORE], *dropped}
    more = ((EditedLine(id), line) for id, line in lines.items() if id in shown and id not in told)
    beyond = len(spare) - MORE
    parts = [
        _HEAD.format(title=issue.title, date=issue.date, period=issue.period),
        f"draft: {_quoted(mark(draft))}  # this sheet is of that draft as it is now; not for another\n",
        f"subject: {_quoted(edits.subject)}  # empty: made as always\n",
        f"note: {_block(edits.note, 2)}\n",
        "stories:" + _stories((story, lines[story.entry]) for story in edits.stories if story.entry in lines),
        *[f"# There are {beyond} more; `--show --json` has them all, and each can be told by its id.\n"] * (beyond > 0),
        "more:" + _stories(more, dropped=dropped),
    ]
    return "\n".join(parts)


def mark(draft: DraftedIssue) -> str:
    """Name a draft as it is: composed anew or changed, it has another mark."""
    facts = (draft.digest, draft.period, draft.made.isoformat(), asdict(draft.edits))
    return sha256(json.dumps(facts).encode()).hexdigest()[:8]


def remarked(data: bytes, draft: DraftedIssue) -> bytes:
    """Let a sheet that was taken be of the draft as it is now, so that it may be changed on and given again."""
    return _MARK.sub(lambda found: found[1] + mark(draft).encode() + found[2], data, count=1)


def told(sheet: Sheet) -> tuple[EditedLine, ...]:
    """List the stories that a sheet tells."""
    return tuple(EditedLine(line.id, line.pin, line.note) for line in sheet.stories if not line.drop)


def read_sheet(data: bytes, name: str, *, entries: Collection[int]) -> Sheet:
    """Read a sheet; the stories to tell must be among ``entries``.

    Raises ConfigError that lists every mistake as ``NAME:LINE:COL: path: what is wrong``.
    """
    try:
        document = compose(text_of(data))
    except NotTextError as error:
        raise ConfigError((placed(name, error.problem),)) from None
    sheet = None if document.broken else _checked(document, entries)
    if sheet is None or document.problems:
        ordered = sorted(document.problems, key=lambda problem: (problem.line, problem.column))
        raise ConfigError(tuple(dict.fromkeys(placed(name, problem) for problem in ordered)))
    return sheet


def _checked(document: Document, entries: Collection[int]) -> Sheet | None:
    if not isinstance(document.values, dict):
        document.problems.append(document.problem((), f"must be a mapping of keys and values {got(document.values)}"))
        return None
    document.problems += _strangers(document, entries)
    try:
        sheet = Sheet.model_validate(document.values, context={})
    except ValidationError as error:
        document.problems += [_problem(document, found) for found in error.errors(include_url=False)]
        return None
    if all(line.drop for line in sheet.stories):
        document.problems.append(document.problem(("stories",), "tells nothing; keep at least one story"))
    return sheet


def _strangers(document: Document, entries: Collection[int]) -> list[Problem]:
    """Find stories that the draft does not have, or that stand twice, whatever else is wrong with the sheet."""
    found: list[Problem] = []
    seen: set[int] = set()
    stories = document.values.get("stories")
    for place, line in enumerate(stories if isinstance(stories, list) else []):
        id = line.get("id") if isinstance(line, dict) else None
        if not isinstance(id, int) or isinstance(id, bool):
            continue
        where = ("stories", place, "id")
        if id not in entries:
            found.append(document.problem(where, f"this draft has no story {id}; take an id from `stories` or `more`"))
        elif id in seen:
            found.append(document.problem(where, f"story {id} stands twice"))
        seen.add(id)
    return found


def _problem(document: Document, error: Any) -> Problem:
    path = error["loc"]
    if error["type"] == "extra_forbidden":
        known = (Sheet if len(path) == 1 else SheetLine).model_fields
        return document.problem(path, unknown_key(str(path[-1]), known), at_key=True)
    return document.problem(path, plain(error))


def _stories(stories: Iterable[tuple[EditedLine, Line]], dropped: Collection[int] = ()) -> str:
    written = [_story(story, line, drop=story.entry in dropped) for story, line in stories]
    return "\n" + "".join(written) if written else " []\n"


def _story(story: EditedLine, line: Line, *, drop: bool) -> str:
    parts = [f"- id: {story.entry}", f"title: {_quoted(line.title)}", f"source: {_quoted(line.source)}"]
    parts += ["pin: true"] * story.pin + ["drop: true"] * drop
    parts += [f"note: {_block(story.note, 6)}"] if story.note else []
    return "  " + "\n    ".join(parts) + "\n"


def _quoted(text: str) -> str:
    """Write text between double quotes: what JSON writes, YAML reads (YAML 1.2.2 §1.3), but for a lone DEL or C1."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in quoted)


def _block(text: str, indent: int) -> str:
    """Write a note: a line between quotes, or a block of lines."""
    lines = text.split("\n")
    if len(lines) == 1 or not all(line.isprintable() for line in lines):
        return _quoted(text)
    return "|-\n" + "\n".join(" " * indent + line if line else "" for line in lines)
