"""What ``storage/`` holds for readers: output feeds and issues, by their configured names only.

No part of an address ever becomes part of a path before it was found among the names of feeds.yaml, or, for an issue,
before it was seen to be a plain word.
"""

import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from aggregator.model import Format
from aggregator.model.value import value
from aggregator.web.answer import Resource

MEDIA_TYPES: Mapping[str, str] = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
_PERIOD = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")


@value(frozen=True, slots=True)
class Shelf:
    """The readable part of a workspace's ``storage/``: outputs as (name, title, formats), digests as (name, title)."""

    storage: Path
    outputs: Sequence[tuple[str, str, Sequence[Format]]]
    digests: Sequence[tuple[str, str]]

    def output(self, name: str, extension: str) -> Resource | None:
        """Take an output feed as it was last written; None when it is not configured or not written yet."""
        if not any(name == known and extension in formats for known, _, formats in self.outputs):
            return None
        open_to_scripts = {"access-control-allow-origin": "*"} if extension == "json" else {}
        return _read(self.storage / "outputs" / f"{name}.{extension}", headers=open_to_scripts)

    def issue(self, digest: str, period: str, *, extension: str) -> Resource | None:
        """Take an issue as it was composed, as "html" or "txt"; None when there is none."""
        if self.digest_title(digest) is None or not _PERIOD.fullmatch(period):
            return None
        return _read(self.storage / "issues" / digest / f"{period}.{extension}", headers={})

    def digest_title(self, name: str) -> str | None:
        """Name a digest as people see it; None when it is not configured."""
        return next((title or name for known, title in self.digests if known == name), None)

    def periods(self, digest: str) -> tuple[str, ...]:
        """List the periods of a digest's issues, the newest first. ``digest`` is a configured name."""
        pages = (self.storage / "issues" / digest).glob("*.html")
        return tuple(sorted((page.stem for page in pages if _PERIOD.fullmatch(page.stem)), reverse=True))


def _read(path: Path, *, headers: Mapping[str, str]) -> Resource | None:
    """Read bytes and time from one open file: it may be replaced at any moment."""
    try:
        with path.open("rb") as file:
            modified = datetime.fromtimestamp(int(os.fstat(file.fileno()).st_mtime), UTC)
            return Resource(file.read(), MEDIA_TYPES[path.suffix[1:]], modified, headers=headers)
    except FileNotFoundError:
        return None
