"""What a terminal cannot show is written in letters that it can: no command ends for it."""

import codecs
import json
import sys
from io import TextIOWrapper
from typing import Any
from unicodedata import combining, normalize

_SIGNS = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "·": "-", "→": ">"})
_NEAREST = "nearest"
"""The error handler's name, as codecs know it."""


def bear_all() -> None:
    """Make stdout and stderr take every text, whatever their encoding lacks; one that is closed takes none."""
    codecs.register_error(_NEAREST, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_NEAREST)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """Write signs in ASCII: quotation marks and dashes by their likes, letters without their accents, the rest as ?."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_SIGNS)
    return "".join(map(_plain, text)), error.end


def _plain(sign: str) -> str:
    parts = [part for part in normalize("NFKD", sign) if not combining(part)]
    return "".join(part if part.isascii() else "?" for part in parts)


def dumped(values: object, **how: Any) -> str:
    """Write JSON for stdout: text as it is where stdout can hold all of it, and else escaped, so that none is lost."""
    whole = codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name.startswith("utf")
    text = json.dumps(values, ensure_ascii=not whole, indent=2, **how)
    return text.encode("utf-8", "replace").decode()
