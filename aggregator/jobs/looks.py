"""The user's templates and words: tried on a sample after each change, before an issue needs them."""

import json
from hashlib import blake2b

from aggregator import __version__
from aggregator.app import App
from aggregator.errors import TemplateError
from aggregator.workspace import fingerprint

_KEPT = "templates"  # in meta: what was tried last, and what was wrong with it


def template_trouble(app: App) -> str:
    """Say what is wrong with the user's templates, as ``FILE:LINE: what``; empty when nothing is, or there are none.

    They are read again only when one of their files has changed.
    """
    files = [file for file in fingerprint(app.workspace.templates) if file[0] != "README.md"]
    if not files:
        return ""
    stamp = blake2b(repr((__version__, files)).encode(), digest_size=16).hexdigest()
    kept: dict[str, str] = json.loads(app.store.meta.get(_KEPT, "{}"))
    if kept.get("stamp") != stamp:
        kept = {"stamp": stamp, "trouble": _tried(app)}
        app.store.meta[_KEPT] = json.dumps(kept, ensure_ascii=False)
    return kept["trouble"]


def _tried(app: App) -> str:
    try:
        app.templates.check()
    except TemplateError as error:
        return str(error)
    return ""
