"""feeds.yaml as the commands that edit it see it: which feed stands where, and how it is saved."""

import re
from dataclasses import dataclass
from difflib import get_close_matches, unified_diff
from functools import cached_property
from pathlib import Path

from aggregator.app import find_workspace
from aggregator.cli.terminal import Terminal, printable
from aggregator.config import Config, read
from aggregator.config.editing import lines
from aggregator.config.saving import replace
from aggregator.errors import NotFoundError, WorkspaceError
from aggregator.pipeline.addresses import key
from aggregator.store import holder


@dataclass(frozen=True)
class Sheet:
    """The file as it was read."""

    path: Path
    data: bytes
    settings: Config

    @classmethod
    def open(cls, screen: Terminal) -> "Sheet":
        """Read the workspace's file; raises NoWorkspaceError or ConfigError."""
        path = find_workspace(screen.root).config
        try:
            data = path.read_bytes()
        except OSError as error:
            raise WorkspaceError(f"{path} cannot be read: {error.strerror}") from error
        return cls(path, data, read(data, path.name, folder=path.parent))

    @cached_property
    def lines(self) -> list[int]:
        """The line of each feed."""
        return lines(self.data)

    @cached_property
    def positions(self) -> dict[str, int]:
        """The position of each feed by its comparable address."""
        return {key(feed.url): position for position, feed in enumerate(self.settings.feeds)}

    def place(self, url: str) -> str:
        """Say where a feed stands, ``feeds.yaml:12``, or "" for one that is not there."""
        position = self.positions.get(key(url))
        return "" if position is None else f"{self.path.name}:{self.lines[position]}"

    def find(self, word: str) -> int:
        """Return the position of the feed with this address, or with this unique part of one."""
        for address in (word, f"https://{word}"):
            if key(address) in self.positions:
                return self.positions[key(address)]
        urls = [feed.url for feed in self.settings.feeds]
        found = [position for position, url in enumerate(urls) if word.strip() and word.lower() in url.lower()]
        if len(found) == 1:
            return found[0]
        if found:
            some = ", ".join(urls[position] for position in found[:5])
            raise NotFoundError(f"“{word}” is part of {len(found)} addresses ({some}); write more of it")
        near = get_close_matches(word if "://" in word else f"https://{word}", urls, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else "; `aggregator feeds export` lists them"
        raise NotFoundError(f"no feed “{word}” in {self.path.name}{hint}")

    def save(self, screen: Terminal, new: bytes, *, dry_run: bool, show: bool = True) -> None:
        """Write the file whole, or under --dry-run only show what would change."""
        if not dry_run:
            replace(self.path, new, old=self.data)
        elif show:
            before, after = (data.decode("utf-8-sig").splitlines() for data in (self.data, new))
            name = self.path.name
            lines = unified_diff(before, after, name, f"{name} (dry run)", n=1, lineterm="")
            screen.out.print("\n".join(_indentation(line) + printable(line) for line in lines))


def tell_running(screen: Terminal) -> None:
    """Say that a process which works for ever goes by the old file until it is told, and how to tell it."""
    workspace = find_workspace(screen.root)
    if found := re.match(r"process (\d+), aggregator run,", holder(workspace.storage / "lock")):
        screen.say(f"`aggregator run` goes by the old {workspace.config.name} until: kill -HUP {found[1]}")


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]
