"""Where templates are looked for: the user's folder, and the shipped ones behind it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    TemplateSyntaxError,
    nodes,
)
from jinja2.bccache import Bucket

from aggregator.workspace import shipped

PARTS = "parts.html"

_MACRO = re.compile(r"{% macro (\w+)\(.*?{% endmacro %}\n?", re.DOTALL)

Source = tuple[str, str, Callable[[], bool]]


def loader(folder: Path | None) -> BaseLoader:
    """Look for a template in the user's ``folder``, then among the shipped ones, which are also ``default:NAME``."""
    users: list[BaseLoader] = [_Users(folder), _Behind(folder)] if folder else []
    default = FileSystemLoader(shipped("templates"))
    return ChoiceLoader([*users, PrefixLoader({"default": default}, delimiter=":"), default])


def knows(environment: Environment, path: Path, word: str) -> bool:
    """Tell whether a template has something for a word, and does not just happen to say it to readers.

    One that cannot be read is taken to know all words: its mistakes are its own.
    """
    try:
        tree = environment.parse(path.read_text(encoding="utf-8", errors="replace"))
    except TemplateSyntaxError:
        return True
    return any(found.value == word for found in tree.find_all(nodes.Const))


class Compiled(BytecodeCache):
    """What templates were translated to, for whoever opens a workspace again in the same process."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was made of the same text."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it in place of what was made of an earlier text of this file."""
        self._kept[bucket.key] = (bucket.checksum, bucket.code)


class _Users(FileSystemLoader):
    """The user's templates; an older copy of ``parts.html`` gets the macros that others expect of it by now."""

    def get_source(self, environment: Environment, template: str) -> Source:
        source, path, unchanged = super().get_source(environment, template)
        if template != PARTS:
            return source, path, unchanged
        macros = _MACRO.finditer((shipped("templates") / PARTS).read_text(encoding="utf-8"))
        try:
            given = set(_given(environment.parse(source)))
        except TemplateSyntaxError:  # whoever compiles it says so
            return source, path, unchanged
        return source + "".join(macro[0] for macro in macros if macro[1] not in given), path, unchanged


def _given(tree: nodes.Template) -> Iterator[str]:
    """Name what a template defines, but for what it imports, which is for itself alone."""
    yield from (macro.name for macro in tree.find_all(nodes.Macro))
    yield from (name.name for name in tree.find_all(nodes.Name) if name.ctx == "store")


class _Behind(FileSystemLoader):
    """The shipped templates as long as the user has none of that name: Jinja2 would never look again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(shipped("templates"))
        self._users = folder

    def get_source(self, environment: Environment, template: str) -> Source:
        source, path, unchanged = super().get_source(environment, template)
        return source, path, lambda: unchanged() and not (self._users / template).is_file()
