"""The templates: the user's folder first, the shipped ones behind, written with Jinja2."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateNotFound, TemplateSyntaxError

from aggregator.errors import TemplateError
from aggregator.model import Issue, Letter
from aggregator.pipeline.frame import Frame
from aggregator.pipeline.framing import framed, whole
from aggregator.pipeline.people_samples import samples
from aggregator.templates.columns import COLUMNS, direction, underlined, wrapped
from aggregator.templates.isolates import apart, isolated, runs
from aggregator.templates.loaders import Compiled, knows, loader
from aggregator.templates.markdown import markdown, target
from aggregator.templates.sample import SAMPLE
from aggregator.templates.values import values_of
from aggregator.templates.words import check_words, frame_of, raise_all
from aggregator.workspace import fingerprint

__all__ = ["COLUMNS", "SAMPLE", "Templates", "direction", "underlined", "wrapped"]

LATER = frozenset({"crowded", "unread", "unwell"})
"""What `done.html` has to say that it had not at first."""

_COMPILED = Compiled()
_LINE = re.compile(r":\d+\Z")


class Templates:
    """What an issue looks like, and what it says by itself.

    A file in ``folder`` takes the place of the shipped one of the same name; ``{% extends "default:issue.html" %}``
    in it changes only some blocks. A name that a template uses and nobody gives is an error.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._environment = Environment(
            loader=loader(folder),
            bytecode_cache=_COMPILED,
            autoescape=lambda name: bool(name) and str(name).endswith((".html", ".htm", ".xml")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters.update(direction=direction, wrapped=wrapped, underlined=underlined)
        self._environment.filters.update(markdown=markdown, target=target, apart=apart, isolated=isolated, runs=runs)
        self._frame = lru_cache(maxsize=64)(lambda language, fingerprint: frame_of(language, folder))

    def frame(self, language: str) -> Frame:
        """Give the words of a language, as they are now; English where nobody wrote any. Raises TemplateError."""
        return self._frame(language, fingerprint(self._folder) if self._folder else ())

    def framed(self, issue: Issue, *, language: str = "", zone: str = "", template: str = "") -> Issue:
        """Write anew what an issue says by itself, for a reader with another language or time zone.

        ``template`` is the digest's ``subject``. Raises TemplateError.
        """
        return framed(issue, self.frame(language or issue.language), zone=zone, template=template)

    def letter(
        self,
        issue: Issue,
        *,
        links: Mapping[str, str] | None = None,
        language: str = "",
        zone: str = "",
        trouble: Sequence[tuple[str, str]] = (),
    ) -> Letter:
        """Write the issue out with ``issue.html`` and ``issue.txt``; raises TemplateError.

        ``links`` are addresses for the frame, in the HTML and the text alike: ``web`` (this issue on the web),
        ``unsubscribe``, ``preferences``. With ``language`` or ``zone`` it is written for a reader who has others than
        the issue; ``framed`` gives the issue itself so, with its subject. ``trouble`` is for the editor alone: feeds
        that could not be read, and why.
        """
        shown = self.framed(issue, language=language, zone=zone) if language or zone else issue
        values = {**self._values(shown, links or {}), "trouble": trouble}
        return Letter(html=self.render("issue.html", values), text=self.render("issue.txt", values))

    def page(self, issue: Issue, *, links: Mapping[str, str]) -> str:
        """Write the issue out as a page of the archive, with ``issue-page.html``; raises TemplateError.

        ``links`` are addresses: ``web`` (its own), ``all`` (the list of issues), ``previous`` and ``next``, ``text``
        (the same as text), ``feed`` (that of the issues), ``subscribe``. Every line is told whole, and what no mail had
        room for is listed.
        """
        return self.render("issue-page.html", self._values(whole(issue), links))

    def markdown(self, issue: Issue, *, links: Mapping[str, str]) -> str:
        """Write the issue out as Markdown, with ``issue.md``; ``links`` has ``web`` and ``subscribe``."""
        return self.render("issue.md", self._values(whole(issue), links))

    def fragment(self, issue: Issue, *, links: Mapping[str, str]) -> str:
        """Write the issue out as an entry of a feed has it, with ``issue-feed.html``; ``links`` has ``web``."""
        return self.render("issue-feed.html", self._values(whole(issue), links))

    def _values(self, issue: Issue, links: Mapping[str, str]) -> dict[str, Any]:
        return values_of(issue, self.frame(issue.language), links)

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """Write one template out; raises TemplateError that names FILE:LINE.

        A ``done.html`` from before there was a case to name gives way to the shipped one, for that case.
        """
        try:
            with _mistakes_named(name):
                return self._environment.get_template(name).render(values)
        except TemplateError:
            if not self._is_older(name, values):
                raise
            return self.render(f"default:{name}", values)

    def _is_older(self, name: str, values: Mapping[str, Any]) -> bool:
        done, path = values.get("done"), (self._folder or Path()) / name
        return done in LATER and path.is_file() and not knows(self._environment, path, done)

    def check(self) -> None:
        """Read every template; write out an issue, an empty one, and what subscribers see.

        Raises TemplateError of the first mistake in each file. Where some cannot be read, what fails without a line of
        its own fails because of them.
        """
        spoken = check_words(self._folder)
        wrong = _mistakes(self._readings())
        written = _mistakes(self._writings(spoken))
        wrong = {**{file: e for file, e in written.items() if not wrong or file != e.template}, **wrong}
        raise_all([(error.template, error.reason) for _, error in sorted(wrong.items())])

    def _readings(self) -> Iterator[Callable[[], object]]:
        for name in self._environment.list_templates(filter_func=_is_template):
            yield partial(self._read, name)

    def _read(self, name: str) -> None:
        with _mistakes_named(name):
            self._environment.get_template(name)

    def _writings(self, spoken: Sequence[str]) -> Iterator[Callable[[], object]]:
        yield partial(self.render, "style.css", {})
        for language in ("en", *spoken):
            for name, values in samples(self.frame(language)):
                yield partial(self.render, name, values)
        sample = self.framed(SAMPLE)
        others = [self.framed(SAMPLE, language=language) for language in spoken]
        for issue in (sample, replace(sample, sections=(), rest=()), *others):
            mailed = {**self._values(issue, {}), "trouble": ()}
            yield from (partial(self.render, name, mailed) for name in ("issue.html", "issue.txt"))
            yield from (partial(shape, issue, links={}) for shape in (self.page, self.markdown, self.fragment))


def _mistakes(attempts: Iterable[Callable[[], object]]) -> dict[str, TemplateError]:
    """Give the first mistake of each file that the attempts meet."""
    found: dict[str, TemplateError] = {}
    for attempt in attempts:
        try:
            attempt()
        except TemplateError as error:
            found.setdefault(_LINE.sub("", error.template), error)
    return found


def _is_template(name: str) -> bool:
    return name.endswith((".html", ".txt")) or name.rpartition(":")[2] == "issue.md"


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
        reason = f"extends or includes itself; the shipped one is called “default:{name.rpartition(':')[2]}”"
        raise TemplateError(name, reason) from error
    except UnicodeDecodeError as error:
        raise TemplateError(name, "is not UTF-8 text") from error
    except Exception as error:  # a template of the user's may do anything that an expression can
        raise TemplateError(_place(error.__traceback__, name), f"{error}" or type(error).__name__) from error


def _place(trace: TracebackType | None, name: str) -> str:
    """Find the last line of a template on the way to an error; Jinja2 writes template lines into its traces."""
    places = [
        f"{frame.f_code.co_filename}:{line}"
        for frame, line in walk_tb(trace)
        if "__jinja_exception__" in frame.f_globals  # the frame is one that Jinja2 made for a line of a template
    ]
    return places[-1] if places else name
