"""Say in plain words what is wrong with a value."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, get_args

from aggregator.model import Format, Frequency, Reach

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_LONGEST = 60
_SECRET = re.compile(r"[^\s/@]*:.*@", re.DOTALL)  # user:password@, however it is mangled
_BARE = re.compile(r"(?:https?://)?[\w./ +*?=&~%-]+")
_PLAIN = {
    "missing": "is missing",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "tuple_type": "must be a list",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_unicode": "has characters that are no text",
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "approve": ("required",),
    "formats": get_args(Format),
    "frequency": get_args(Frequency),
    "history": get_args(Reach),
    "show": ("entries", "stories"),
    "tls": ("required", "none"),
}
_MEANT = {True: "required", False: "none"}
_ADVICE = {
    "password": "a password never stands in feeds.yaml; name its place with `password_env` or `password_file`",
    "auth": "a login is written as `username` and `password_env`",
    "<<": "merging with `<<` is not part of this format; what all feeds share goes into `defaults`",
}


def got(value: object) -> str:
    """Quote what was found, shortened and without what may be a password: ``(got "htp://…")``."""
    match value:
        case None:
            found = "nothing"
        case bool():
            found = str(value).lower()
        case str():
            line = _SECRET.sub("…@", value[:4000])[: _LONGEST + 1]
            found = f'"{line[:_LONGEST]}…"' if len(line) > _LONGEST else f'"{line}"'
        case dict():
            found = "a mapping"
        case list() | tuple():
            found = "a list"
        case _:
            found = str(value)
    return f"(got {found})"


def hint(word: str, known: Iterable[str]) -> str:
    """Ask for the nearest known word, or say nothing: ``; did you mean `feeds`?``."""
    from difflib import get_close_matches  # here: a file without mistakes needs none

    nearest = get_close_matches(word.lower()[:64], list(known), n=1, cutoff=0.6)
    return f"; did you mean `{nearest[0]}`?" if nearest else ""


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Refuse a key that nothing reads."""
    return _ADVICE.get(key) or "unknown key" + hint(key, known)


def plain(error: "ErrorDetails") -> str:
    """Turn one error of pydantic's into a sentence of ours."""
    value: Any = error["input"]
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return str(context["error"])
        case "missing":
            return _PLAIN["missing"]
        case "literal_error":
            choices = next((_CHOICES[step] for step in reversed(error["loc"]) if step in _CHOICES), ())
            word = _MEANT.get(value, "") if isinstance(value, bool) else str(value)
            return f"must be one of {', '.join(choices)} {got(value)}{hint(word, choices)}"
        case "string_type" if isinstance(value, bool | int | float):
            return f"must be text; put it in quotes {got(value)}"
        case "string_unicode":
            return _PLAIN["string_unicode"]
        case "tuple_type":
            return f"{_PLAIN['tuple_type']} {got(value)}{_as_list(value)}"
        case kind:
            return f"{_PLAIN.get(kind, 'does not fit here').format_map(context)} {got(value)}"


def _as_list(value: object) -> str:
    """Show what stands alone as the list it should be; nothing where it may hold a password, or would need quotes."""
    if isinstance(value, dict):
        return "; each of its parts begins with `- `"
    if isinstance(value, str) and len(value) <= _LONGEST and _BARE.fullmatch(value):
        return f"; write `[{value}]`"
    return ""
