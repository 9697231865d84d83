"""Config → bytes → Config: what a feeds.yaml came to, kept so that one that did not change is not read again.

Two lines: a seal, and JSON that says only what differs from the defaults. The seal covers both that line and all that
it was made from: the bytes of feeds.yaml, its folder and the user's (paths of secrets start there), and the program.
What is damaged, cut off, foreign or of another version is not taken.
"""

import json
import os
from contextlib import suppress
from dataclasses import fields
from datetime import timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from aggregator import __version__
from aggregator.config.mailing import DkimConfig, MailConfig
from aggregator.config.models import (
    Config,
    DigestConfig,
    FeedConfig,
    FeedDefaults,
    FetchConfig,
    OutputConfig,
    Retention,
    TopicConfig,
)

_PARTS: dict[str, type] = {
    "defaults": FeedDefaults,
    "topics": TopicConfig,
    "outputs": OutputConfig,
    "digests": DigestConfig,
    "mail": MailConfig,
    "dkim": DkimConfig,
    "fetch": FetchConfig,
    "keep": Retention,
}
_MINUTE = timedelta(minutes=1)


def kept(config: Config, data: bytes, *, folder: Path) -> bytes:
    """Write down what ``data``, the feeds.yaml of ``folder``, came to; of a feed what it has besides the defaults."""
    shared = {field.name: getattr(config.defaults, field.name) for field in fields(FeedDefaults)}
    facts = _facts(config) | {"feeds": [_facts(feed, shared) for feed in config.feeds]}
    body = json.dumps(facts, default=_plain).encode()
    return _seal(body, data, folder) + b"\n" + body


def recalled(written: bytes, data: bytes, *, folder: Path) -> Config | None:
    """Give what ``data`` came to, or None where that is not what was written down, or holds here no more."""
    seal, _, body = written.partition(b"\n")
    if seal != _seal(body, data, folder):
        return None
    try:
        facts = json.loads(body)
        shared = _read(facts["defaults"]) if "defaults" in facts else {}
        feeds = tuple(FeedConfig(**shared | _read(feed)) for feed in facts.pop("feeds"))
        config = Config(feeds=feeds, **_read(facts))
        return config if config.zone else None
    except (OSError, LookupError):  # its time zone is gone
        return None
    except (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError):  # no program of ours wrote it
        return None


def _seal(body: bytes, data: bytes, folder: Path) -> bytes:
    facts = (__version__, _program(), str(folder), os.environ.get("HOME"), os.getuid(), len(data))
    return blake2b(repr(facts).encode() + data + body, digest_size=32).hexdigest().encode()


@cache
def _program() -> tuple[tuple[str, int, int], ...]:
    """Tell the files that read a feeds.yaml apart from what they were: also those of one version may change."""
    with suppress(OSError):  # they lie in an archive, or may be read and not listed
        found = [(file.name, file.stat()) for file in os.scandir(Path(__file__).parent) if file.is_file()]
        return tuple(sorted((name, state.st_size, state.st_mtime_ns) for name, state in found))
    return ()


def _facts(part: Any, usual: dict[str, Any] | None = None) -> dict[str, Any]:
    """List the fields of a value that are not as usual."""
    kind: type = type(part)
    usual = _defaults(kind) | (usual or {})
    return {name: said for name, default in usual.items() if (said := getattr(part, name)) != default}


@cache
def _defaults(kind: type) -> dict[str, Any]:
    return {field.name: field.default for field in fields(kind)}


def _plain(said: Any) -> Any:
    return said // _MINUTE if isinstance(said, timedelta) else _facts(said)


def _read(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: _value(key, said) for key, said in facts.items()}


def _value(key: str, said: Any) -> Any:
    if isinstance(said, list):
        return tuple([_value(key, one) for one in said])
    if isinstance(said, dict):
        return _PARTS[key](**_read(said))
    return timedelta(minutes=said) if key == "every" and said is not None else said
