"""YAML text → plain values, and the line and column where each of them stands.

The composed nodes are turned into values here, by the core schema of YAML 1.2 (§10.3.2): only `true`, `false`,
`null` and numbers are more than text, so that `title: no`, `when: 07:00` and `2026-01-01` stay what was written.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from aggregator.model.value import value

Path = tuple[str | int, ...]
"""The way to a value: keys, positions in lists, and positions in mappings."""

_MOST_VALUES = 500_000  # with every alias counted as often as it is used
_DEEPEST = 20
_TAG = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_OTHER_INT = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
_ENDS_LINE = re.compile("[\x85\u2028\u2029]")  # for our parser, as in YAML 1.1; not in 1.2 (§5.4)
_WITHIN_QUOTES = {"'": "''", '"': '\\"'}
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("null", "Null", "NULL", "~", "")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class _TooMuchError(Exception):
    """The document grows beyond what a person writes."""

    def __init__(self, node: Node, what: str) -> None:
        super().__init__(f"{what} than a feeds.yaml can")
        self.node = node


class _Untyped:
    """Tell only what was written, plain or quoted; an explicit tag stays as it is.

    The two loaders compose by recursion, the one in C without any bound: nesting is counted while they go down.
    """

    _depth = 0

    def resolve(self, kind: type[Node], value: object, implicit: Any) -> str:
        """Name the kind of a node without a tag."""
        return "plain" if kind is ScalarNode and implicit[0] else "untagged"

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        """Go down one level, if there may be one more."""
        self._depth += 1
        if parent is not None and self._depth > _DEEPEST:
            raise _TooMuchError(parent, "is nested deeper")

    def ascend_resolver(self) -> None:
        """Come back up."""
        self._depth -= 1


class _PythonLoader(_Untyped, Reader, Scanner, Parser, Composer):
    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)

    def dispose(self) -> None:
        """Let the states of the parser go, as `yaml.compose` asks."""
        Parser.dispose(self)


_Loader: Any = _PythonLoader
if yaml.__with_libyaml__:
    from yaml._yaml import CParser

    class _CLoader(_Untyped, CParser):
        pass

    _Loader = _CLoader


@value(frozen=True, slots=True)
class Problem:
    """A mistake and where it stands, counted from 1."""

    line: int
    column: int
    path: str
    text: str


@dataclass(slots=True)
class Document:
    """What a file says, where it says it, and what is wrong with it as YAML."""

    values: Any = None
    root: Node | None = None
    broken: bool = False  # as YAML: then there are no values
    problems: list[Problem] = field(default_factory=list)
    _seen: int = 0

    def problem(self, path: Path, text: str, *, at_key: bool = False) -> Problem:
        """Place a mistake at its value or its key; what is not there stands where it should be."""
        mark, name = _find(self.root, path, at_key=at_key)
        return Problem(mark.line + 1, mark.column + 1, name, text) if mark else Problem(1, 1, name, text)

    def _value(self, node: Node, path: Path) -> Any:
        self._seen += 1
        if self._seen > _MOST_VALUES or len(path) > _DEEPEST:
            raise _TooMuchError(node, "holds itself, or more aliases (*name) of aliases,")
        if node.tag not in ("plain", "untagged"):
            tag = node.tag.replace(_TAG, "!!")
            self.problems.append(self.problem(path, f"a tag ({tag[:60]}) is not allowed; write the value alone"))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node.value) if node.tag == "plain" else node.value

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for index, (key, item) in enumerate(node.value):
            self._seen += 1
            if not isinstance(key, ScalarNode):
                self.problems.append(self.problem((*path, index), "a key must be text", at_key=True))
                continue
            name = key.value
            if name in values:
                text = f"is written twice; the first stands in line {lines[name]}"
                self.problems.append(self.problem((*path, index), text, at_key=True))
                self._value(item, (*path, index))
                continue
            lines[name] = key.start_mark.line + 1
            values[name] = self._value(item, (*path, name))
        return values


def compose(text: str) -> Document:
    """Read YAML; mistakes of the syntax are in ``problems``, and then there may be no values."""
    document = Document()
    try:
        document.root = yaml.compose(text, Loader=_Loader)
        document.values = {} if document.root is None else document._value(document.root, ())
    except yaml.MarkedYAMLError as error:
        document.broken = True
        document.problems.append(_syntax(error, text))
    except _TooMuchError as error:
        document.broken = True
        mark = error.node.start_mark
        document.problems.append(Problem(mark.line + 1, mark.column + 1, "", str(error)))
    return document


def _scalar(text: str) -> Any:
    """Read a plain scalar by the core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _OTHER_INT.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


def _find(node: Node | None, path: Path, *, at_key: bool) -> tuple[yaml.Mark | None, str]:
    """Walk to a value as far as it exists; give its mark and its name, ``feeds[3].url``."""
    mark = node.start_mark if node else None
    name = ""
    for position, step in enumerate(path):
        key, node, label = _child(node, step)
        name += label if label.startswith("[") or not name else "." + label
        if node is not None:
            last = position == len(path) - 1
            mark = key.start_mark if key is not None and last and at_key else node.start_mark
    return mark, name


def _child(node: Node | None, step: str | int) -> tuple[Node | None, Node | None, str]:
    """Take one step: the key, the value behind it, and how the step is written; None where there is nothing."""
    if isinstance(node, MappingNode):
        pairs: list[tuple[Node, Node]] = node.value
        found = pairs[step : step + 1] if isinstance(step, int) else [p for p in pairs if p[0].value == step][:1]
        if found:
            key, value = found[0]
            return key, value, _shown(key.value) if isinstance(key, ScalarNode) else f"[{step}]"
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step], f"[{step}]"
    return None, None, f"[{step}]" if isinstance(step, int) else _shown(step)


def _shown(key: str) -> str:
    return key if len(key) <= 64 else key[:64] + "…"


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Problem:
    """Say what the parser stumbled over, and the usual reason for it."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.split("\n")
    sign = lines[line][column : column + 1] if line < len(lines) else ""
    said = f"{error.problem or error.context}"
    begun = error.context_mark.line + 1 if error.context_mark else 0
    unseen = _unseen(text, error.context_mark) or _unseen(text, mark)
    advice = unseen or _quoted(text, mark) or _advice(said, sign, begun)
    return Problem(line + 1, column + 1, "", f"not valid YAML: {said}{advice}")


def _unseen(text: str, mark: yaml.Mark | None) -> str:
    """Name what ends the line before a place, although a person sees one line."""
    end = mark.index if mark else 0
    found = _ENDS_LINE.search(text, text.rfind("\n", 0, end) + 1, end)
    return f"; U+{ord(found[0]):04X} before it, which is not seen, ends a line: take it out" if found else ""


def _quoted(text: str, mark: yaml.Mark | None) -> str:
    """Say that text in quotes ended early: a letter stands right behind a quote."""
    before, letter = (text[mark.index - 1 : mark.index], text[mark.index : mark.index + 1]) if mark else ("", "")
    written = _WITHIN_QUOTES.get(before) if letter.isalnum() else None
    return f"; the {before} before it ends the text in quotes: write {written} for one in it" if written else ""


def _advice(said: str, sign: str, begun: int) -> str:
    if sign == "\t":
        return "; indent with spaces, not with tabs"
    if begun and ("unexpected end of stream" in said or "expected ',' or" in said):
        return f"; what begins in line {begun} with a quote or a bracket does not end"
    if "mapping values are not allowed" in said:
        return "; put text that has a `: ` in it into quotes"
    if "did not find expected key" in said or "expected <block end>" in said:
        return "; what belongs to one list or mapping begins in the same column"
    if "cannot start any token" in said:
        return f"; put text that begins with {sign} into quotes"
    if "expected a single document" in said or "another document" in said:
        return "; the file must be one document, without a second `---`"
    return ""
