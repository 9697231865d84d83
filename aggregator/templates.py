"""The templates: the user's folder first, the shipped ones behind, written with Jinja2."""

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
)

from aggregator.errors import TemplateError
from aggregator.model import Cover, Issue, Letter, Line, Said, Section
from aggregator.workspace import shipped

COLUMNS = 74
"""How wide a line of plain text is; only an address may be longer."""

_RIGHT_TO_LEFT = ("ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi")

_DATE = "2026-01-01T06:00:00Z"
_LINES = tuple(
    Line(number, number, f"Title {number}", "https://example.org/", "Example Net", _DATE, "In short.", rank=number)
    for number in (1, 2, 3, 4)
)
_COVERED = replace(
    _LINES[1],
    covered=(Cover("Other Net", "Title", "https://example.net/"), Cover("Third Net", "Title", "")),
    covered_more=2,
    summary=(Said("A sentence.", ""), Said("Another.", "Example Net"), Said("A third.", "Other Net")),
)
_AGAIN = replace(_LINES[2], told="Wednesday", news=(Said("What is new.", "Example Net"),))
SAMPLE = Issue(
    digest="sample",
    period="2026-01-01",
    title="Sample",
    subject="Sample",
    preheader="",
    language="en",
    date="Thursday, 1 January 2026",
    composed=_DATE,
    since=_DATE,
    until=_DATE,
    sections=(Section("topic", "Topic", (_LINES[0], _COVERED, _AGAIN)), Section("", "More", _LINES[3:])),
    left_out=1,
)
"""What templates are tried on."""


class Templates:
    """What an issue looks like.

    A file in ``folder`` takes the place of the shipped one of the same name; ``{% extends "default:issue.html" %}``
    in it changes only some blocks. A name that a template uses and nobody gives is an error.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        default = FileSystemLoader(shipped("templates"))
        loaders: list[BaseLoader] = [PrefixLoader({"default": default}, delimiter=":"), default]
        if folder is not None:
            loaders.insert(0, FileSystemLoader(folder))
        self._environment = Environment(
            loader=ChoiceLoader(loaders),
            autoescape=lambda name: bool(name) and str(name).endswith((".html", ".htm", ".xml")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters.update(direction=direction, wrapped=wrapped, underlined=underlined)

    def letter(self, issue: Issue, *, links: Mapping[str, str] | None = None) -> Letter:
        """Write the issue out with ``issue.html`` and ``issue.txt``; raises TemplateError.

        ``links`` are addresses for the footer, in the HTML and the text alike: ``web`` (this issue on the web),
        ``unsubscribe``, ``preferences``. Templates see ``issue``, ``lead`` (its first line or none), ``sections``
        (the rest), ``sources`` (how many stand behind it), ``links`` and ``dir``.
        """
        values = _values(issue, dict(links or {}))
        return Letter(html=self.render("issue.html", values), text=self.render("issue.txt", values))

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """Write one template out; raises TemplateError that names FILE:LINE."""
        with _mistakes_named(name):
            return self._environment.get_template(name).render(values)

    def check(self) -> None:
        """Read every template, and write a small issue and an empty one out; raises TemplateError at a mistake."""
        for name in self._environment.list_templates(extensions=["html", "txt"]):
            with _mistakes_named(name):
                self._environment.get_template(name)
        self.letter(SAMPLE)
        self.letter(replace(SAMPLE, sections=()))


@contextmanager
def _mistakes_named(name: str) -> Iterator[None]:
    """Turn whatever goes wrong in a template into a TemplateError that says where."""
    try:
        yield
    except TemplateSyntaxError as error:
        place = f"{error.filename or error.name or name}:{error.lineno}"
        raise TemplateError(place, error.message or "cannot be read") from error
    except TemplateNotFound as error:
        raise TemplateError(_place(error.__traceback__, name), f"there is no template “{error.name}”") from error
    except RecursionError as error:
        raise TemplateError(name, "extends or includes itself") from error
    except UnicodeDecodeError as error:
        raise TemplateError(name, "is not UTF-8 text") from error
    except Exception as error:  # a template of the user's may do anything that an expression can
        raise TemplateError(_place(error.__traceback__, name), f"{error}" or type(error).__name__) from error


def direction(text: str) -> str:
    """Tell from its first letter whether a text runs from the right (UAX #9, rules P2 and P3)."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def wrapped(text: str, width: int = COLUMNS, indent: str = "") -> str:
    """Break a text into lines of at most ``width`` columns; ideographs take two and may be parted anywhere."""
    lines: list[str] = []
    line, used = "", 0
    for word in text.split():
        pieces = [word] if _columns(word) == len(word) else _parted(word)
        for place, piece in enumerate(pieces):
            gap = " " if line and place == 0 else ""
            if line and used + len(gap) + _columns(piece) > width - len(indent):
                lines.append(line)
                line, used, gap = "", 0, ""
            line += gap + piece
            used += len(gap) + _columns(piece)
    return "\n".join(indent + line for line in [*lines, line])


def underlined(text: str, mark: str = "-") -> str:
    """Write a heading with a line of the same width below."""
    shown = wrapped(text)
    return f"{shown}\n{mark * max(_columns(line) for line in shown.splitlines() or [''])}"


def _parted(word: str) -> list[str]:
    """Part a word before each wide character, unless it is a mark that may not begin a line (JIS X 4051, in short)."""
    pieces: list[str] = []
    for char in word:
        wide = unicodedata.east_asian_width(char) in "WF" and unicodedata.category(char) in ("Lo", "So", "Ps")
        if wide or not pieces:
            pieces.append(char)
        else:
            pieces[-1] += char
    return pieces


def _columns(text: str) -> int:
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _values(issue: Issue, links: dict[str, str]) -> dict[str, Any]:
    lead = issue.lead
    rest = (
        Section(section.topic, section.title, tuple(line for line in section.lines if line is not lead))
        for section in issue.sections
    )
    titles = {id(line): section.title for section in issue.sections for line in section.lines}
    return {
        "issue": issue,
        "lead": lead,
        "topic": titles.get(id(lead), ""),
        "sections": [section for section in rest if section.lines],
        "sources": len({name for line in issue.lines for name in _sources(line)}),
        "links": {"web": "", "unsubscribe": "", "preferences": "", **links},
        "dir": "rtl" if issue.language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr",
    }


def _sources(line: Line) -> tuple[str, ...]:
    """Name all who tell a story; issues that were frozen before that was kept name those they show."""
    return line.sources or (line.source, *(cover.source for cover in line.covered))


def _place(trace: TracebackType | None, name: str) -> str:
    """Find the last line of a template on the way to an error; Jinja2 writes template lines into its traces."""
    places = [
        f"{frame.f_code.co_filename}:{line}"
        for frame, line in walk_tb(trace)
        if "__jinja_exception__" in frame.f_globals  # the frame is one that Jinja2 made for a line of a template
    ]
    return places[-1] if places else name
