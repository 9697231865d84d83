"""The words of the frame: templates/words/LANGUAGE.toml, the shipped ones and the user's over them."""

import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aggregator.config.fields import language_tag
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
    """Read every file of the user's words, and list the languages they are for; raises TemplateError at a mistake."""
    paths = sorted((folder / "words").glob("*.toml")) if folder else []
    for path in paths:
        if path.stem != (tag := language_tag(path.stem)):
            raise TemplateError(str(path), f"would not be found; call it {tag}.toml")
        _read(path)
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
    try:
        words = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(str(path), f"cannot be read: {error}") from error
    except OSError as error:
        raise TemplateError(str(path), f"cannot be read: {error.strerror}") from error
    english = tomllib.loads((shipped("templates") / "words" / f"{ENGLISH}.toml").read_text(encoding="utf-8"))
    for key, phrase in words.items():
        if reason := _wrong(key, phrase, english):
            raise TemplateError(str(path), f"{key}: {reason}")
    return words


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
    """Name a fact in braces that nobody gives."""
    for fact in (fact for form in forms for fact in _FACT.findall(form) if fact not in facts):
        known = ", ".join(f"{{{one}}}" for one in sorted(facts)) or "none"
        return f"there is no {{{fact}}} here; there is: {known}"
    return ""
