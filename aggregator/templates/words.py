"""The words of the frame: templates/words/LANGUAGE.toml, the shipped ones and the user's over them."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aggregator.config.names import language_tag
from aggregator.errors import TemplateError
from aggregator.pipeline.frame import Frame, is_pattern, relations
from aggregator.workspace import shipped

ENGLISH = "en"
PATTERNS = ("date", "day", "day_of_year")
OPTIONAL = (*PATTERNS, "digits")
"""What a language may leave to CLDR: its patterns of dates; and its ten digits, where they are not 0 to 9."""

_TEN = 10

_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
_FACT = re.compile(r"\{(\w*)\}")


def frame_of(language: str, folder: Path | None) -> Frame:
    """Find the words for a language: those of its script or region over those of the language; else English.

    ``folder`` is the user's ``templates/``: a file in its ``words/`` needs only the words that it changes. Raises
    TemplateError for what is no such file.
    """
    english, language = _of(ENGLISH, folder), language_tag(language)
    words: dict[str, Any] = {}
    spoken = ""
    for tag in relations(language):
        if own := _of(tag, folder):
            words |= own
            spoken = tag
    if not spoken:
        return Frame(language=ENGLISH, spoken=ENGLISH, words=english)
    missing = {key: phrase for key, phrase in english.items() if key not in OPTIONAL}
    return Frame(language=language, spoken=spoken, words={**missing, **words})


def check_words(folder: Path | None) -> list[str]:
    """Read every file of the user's words, and list their languages; raises TemplateError of all mistakes."""
    paths = sorted((folder / "words").glob("*.toml")) if folder else []
    wrong: list[tuple[str, str]] = []
    for path in paths:
        if path.stem != (tag := language_tag(path.stem)):
            wrong.append((str(path), f"would not be found; call it {tag}.toml"))
        wrong += _looked_through(path)[1]
    raise_all(wrong)
    return [path.stem for path in paths]


def _of(tag: str, folder: Path | None) -> dict[str, Any]:
    """Gather what is written for one tag; nothing where a tag is no name of a file."""
    found: dict[str, Any] = {}
    if re.fullmatch(r"[A-Za-z0-9-]+", tag):
        for place in (shipped("templates"), *([folder] if folder else [])):
            path = place / "words" / f"{tag}.toml"
            found |= _read(path) if path.is_file() else {}
    return found


def _read(path: Path) -> dict[str, Any]:
    words, wrong = _looked_through(path)
    raise_all(wrong)
    return words


def raise_all(wrong: Sequence[tuple[str, str]]) -> None:
    """Raise one TemplateError of all mistakes, by their places; none when there is none."""
    if wrong:
        raise TemplateError(*wrong[0], others=tuple(f"{place}: {reason}" for place, reason in wrong[1:]))


def _looked_through(path: Path) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Read a file of words, and list what is wrong in it by its places."""
    try:
        text = path.read_text(encoding="utf-8")
        words = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [(str(path), f"cannot be read: {error}")]
    except OSError as error:
        return {}, [(str(path), f"cannot be read: {error.strerror}")]
    english = tomllib.loads((shipped("templates") / "words" / f"{ENGLISH}.toml").read_text(encoding="utf-8"))
    found = [(key, _wrong(key, phrase, english)) for key, phrase in words.items()]
    return words, [(_place(path, text, key), f"{key}: {reason}") for key, reason in found if reason]


def _place(path: Path, text: str, key: str) -> str:
    """Name the line of a phrase: ``key = …``, ``key.other = …`` or ``[key]``; else the file alone."""
    begins = re.search(rf"^[ \t]*\[?[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.\]]", text, re.MULTILINE)
    return f"{path}:{text.count(chr(10), 0, begins.start()) + 1}" if begins else str(path)


def _wrong(key: str, phrase: object, english: dict[str, Any]) -> str:
    """Say what is wrong with a phrase; empty when nothing is."""
    if key in OPTIONAL:
        if key in PATTERNS:
            return (
                "" if isinstance(phrase, str) and is_pattern(phrase) else "must be a pattern of a date, like d MMMM y"
            )
        return "" if isinstance(phrase, str) and len(phrase) == _TEN else "must be ten digits, from zero on"
    if key not in english:
        near = get_close_matches(key, [*english, *OPTIONAL], n=1)
        return "there is no such phrase" + (f"; did you mean `{near[0]}`?" if near else "")
    counts = isinstance(english[key], dict)
    forms = phrase if isinstance(phrase, dict) else {"other": phrase}
    if counts != isinstance(phrase, dict) or "other" not in forms or not forms.keys() <= {*_CATEGORIES}:
        return f"must have a form for `other`, and may for {', '.join(_CATEGORIES[:-1])}" if counts else "must be text"
    if not all(isinstance(form, str) for form in forms.values()):
        return "must be text"
    return _strange(map(str, forms.values()), {*_FACT.findall(str(english[key]))})


def _strange(forms: Iterable[str], facts: set[str]) -> str:
    """Name the facts in braces that nobody gives."""
    strange = dict.fromkeys(fact for form in forms for fact in _FACT.findall(form) if fact not in facts)
    if not strange:
        return ""
    return f"there is no {_braced(strange)} here; there is: {_braced(sorted(facts)) or 'none'}"


def _braced(facts: Iterable[str]) -> str:
    return ", ".join(f"{{{fact}}}" for fact in facts)
