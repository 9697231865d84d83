"""Where things lie: in a workspace, and in what ships with the program."""

from contextlib import suppress
from pathlib import Path

from aggregator.model.value import value


@value(frozen=True, slots=True)
class Workspace:
    """A folder with ``feeds.yaml``, ``templates/`` and ``storage/``."""

    root: Path

    @property
    def config(self) -> Path:
        """The file that says what to read, what to publish and what to mail."""
        return self.root / "feeds.yaml"

    @property
    def templates(self) -> Path:
        """The user's templates, which come before the shipped ones."""
        return self.root / "templates"

    @property
    def storage(self) -> Path:
        """What was kept: database, outputs, issues, outbox."""
        return self.root / "storage"

    @property
    def database(self) -> Path:
        """The default database."""
        return self.storage / "aggregator.db"


def shipped(name: str) -> Path:
    """Find a file that ships with the program: in an installed wheel, else in the repository."""
    packaged = Path(__file__).parent / "shipped" / name
    return packaged if packaged.exists() else Path(__file__).parents[1] / name


def fingerprint(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Tell the files of a folder apart from what they were: names, sizes in bytes, times of change in nanoseconds."""
    found = []
    for path in sorted(folder.rglob("*")):
        with suppress(OSError):  # gone in the meantime: the next look has it
            state = path.stat()
            found.append((path.relative_to(folder).as_posix(), state.st_size, state.st_mtime_ns))
    return tuple(found)
