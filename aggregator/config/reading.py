"""A file → Config, or all that is wrong with it."""

import gc
import pathlib
import re
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from aggregator.config import document as yaml_document
from aggregator.config.checks import check, take_out_later
from aggregator.config.document import Document, Path, Problem
from aggregator.config.file import MOST_BYTES, bytes_of
from aggregator.config.mail_section import MailSection
from aggregator.config.models import Config
from aggregator.config.section import Section, settled
from aggregator.config.sections import (
    ConfigSection,
    DigestSection,
    FeedDefaultsSection,
    FeedSection,
    FetchSection,
    OutputSection,
    RetentionSection,
)
from aggregator.config.subjects import NAME, TopicSection
from aggregator.config.wording import got, plain, unknown_key
from aggregator.errors import ConfigError

_SECTIONS: dict[str | int, type[Section]] = {
    "feeds": FeedSection,
    "defaults": FeedDefaultsSection,
    "topics": TopicSection,
    "outputs": OutputSection,
    "digests": DigestSection,
    "mail": MailSection,
    "fetch": FetchSection,
    "keep": RetentionSection,
}
# What the YAML specification does not allow in a stream (1.2.2 §5.1).
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def load(path: pathlib.Path) -> Config:
    """Read feeds.yaml; ConfigError lists all problems as ``feeds.yaml:LINE:COL: path: what is wrong``."""
    return read(bytes_of(path), path.name, folder=path.parent)


def read(data: bytes, name: str, *, folder: pathlib.Path | None = None) -> Config:
    """Read the bytes of a feeds.yaml; relative paths of secrets start at ``folder``. Errors as in ``load``."""
    try:
        with _collector_paused():
            return _read(data, name, folder)
    except NotTextError as error:
        raise ConfigError((placed(name, error.problem),)) from None


def _read(data: bytes, name: str, folder: pathlib.Path | None) -> Config:
    document = yaml_document.compose(text_of(data))
    if not document.broken and not isinstance(document.values, dict):
        text = f"must be a mapping of keys and values {got(document.values)}"
        document.problems.append(document.problem((), text))
        document.broken = True
    config = None if document.broken else _validated(document, folder)
    if config is None or document.problems:
        ordered = sorted(document.problems, key=lambda problem: (problem.line, problem.column))
        raise ConfigError(tuple(dict.fromkeys(placed(name, problem) for problem in ordered)))
    return config


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking the growing tree again and again: half the time of a large file."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _validated(document: Document, folder: pathlib.Path | None) -> Config | None:
    """Check all there is; None when something is wrong, which ``document.problems`` then says."""
    document.problems += take_out_later(document)
    document.problems += check(document)
    try:
        found = ConfigSection.model_validate(document.values, by_alias=True, by_name=False, context={"folder": folder})
    except ValidationError as error:
        document.problems += [_problem(document, found) for found in error.errors(include_url=False)]
        return None
    given: Config = settled(found)
    return given


def _problem(document: Document, error: ErrorDetails) -> Problem:
    path = _asplaced(document, error["loc"])
    if error["type"] == "extra_forbidden" and path[0] == "defaults" and path[-1] in FeedSection.model_fields:
        return document.problem(path, "is for one feed, not for all: write it there, under `feeds`", at_key=True)
    if error["type"] == "extra_forbidden":
        return document.problem(path, unknown_key(str(path[-1]), _known(path)), at_key=True)
    if path[-1:] == (NAME,):
        return document.problem(path[:-1], plain(error), at_key=True)
    return document.problem(path, plain(error))


def _asplaced(document: Document, path: Path) -> Path:
    """Lead a path of the models back to the file: topics stand there by name, and lists of words below `words`."""
    match path:
        case ("topics", int(index), *rest):
            return ("topics", list(document.values["topics"])[index], *rest)
        case (*start, "keep" | "drop" as rule, int(index)):
            return (*start, rule, "words", index)
    return path


def _known(path: Path) -> Iterator[str]:
    """Name the keys that could stand where ``path`` ends."""
    model = ConfigSection if len(path) == 1 else _SECTIONS[path[0]]
    for name, field in model.model_fields.items():
        key = str(field.validation_alias or name)
        if key != NAME:
            yield key


def placed(name: str, problem: Problem) -> str:
    """Write a mistake with its place: ``FILE:LINE:COL: path: what is wrong``."""
    path = f"{problem.path}: " if problem.path else ""
    line = f"{name}:{problem.line}:{problem.column}: {path}{problem.text}"
    return "".join(sign if sign.isprintable() else "�" for sign in line)


def placed_in(file: pathlib.Path, problem: str) -> str:
    """Write what only shows when a file is put to use, ``KEY.KEY: what is wrong``, with its place there."""
    keys, _, text = problem.partition(": ")
    return placed(file.name, yaml_document.compose(text_of(bytes_of(file))).problem(tuple(keys.split(".")), text))


class NotTextError(Exception):
    """A file is no text that YAML allows; ``problem`` says where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def text_of(data: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark; raises NotTextError."""
    if len(data) > MOST_BYTES:
        raise NotTextError(Problem(1, 1, "", f"is larger than {MOST_BYTES // 1_000_000} MB"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        raise NotTextError(_at(before, "is not UTF-8 text here; save the file as UTF-8")) from None
    if found := _NOT_ALLOWED.search(text):
        sign = f"U+{ord(found.group()):04X}"
        raise NotTextError(_at(text[: found.start()], f"has a control character ({sign}) here; take it out"))
    return text


def _at(before: str, text: str) -> Problem:
    line = before.count("\n") + 1
    return Problem(line, len(before) - (before.rfind("\n") + 1) + 1, "", text)
