"""Feeds that are files of the workspace: ``file:`` addresses, inside its folder only."""

from os import fstat, stat_result
from pathlib import Path
from stat import S_ISREG
from urllib.parse import unquote, urlsplit

from aggregator.errors import FetchError, SetupError
from aggregator.fetch.limits import Limits, in_words
from aggregator.model import Fetched, Request


def is_file(url: str) -> bool:
    """Say whether an address names a file."""
    return url[:5].lower() == "file:"


def read_file(request: Request, *, folder: Path | None, limits: Limits) -> Fetched | FetchError:
    """Read a file feed; its time and size stand in for an ETag, so that an unchanged file answers 304."""
    try:
        return _read(request, _inside(request.url, folder), limits)
    except PermissionError as error:
        return SetupError(request.url, str(error))
    except OSError as error:
        return FetchError(request.url, f"the file cannot be read: {error.strerror or error}")
    except (ValueError, RuntimeError) as error:  # RuntimeError: links that lead in a circle, before Python 3.13
        return FetchError(request.url, f"the address names no file: {error}")


def _inside(url: str, folder: Path | None) -> Path:
    parts = urlsplit(url)
    if folder is None:
        raise PermissionError("file: addresses need a workspace, and there is none here")
    if parts.netloc not in ("", "localhost"):
        raise PermissionError(f"a file: address cannot name another machine ({parts.netloc!r})")
    root = folder.resolve()
    path = (root / unquote(parts.path)).resolve()  # follows symbolic links: the truth is where they end
    if not path.is_relative_to(root):
        raise PermissionError("the file lies outside the workspace folder, so it is not read")
    return path


def _read(request: Request, path: Path, limits: Limits) -> Fetched | FetchError:
    if not path.is_file():  # a pipe or a device would be waited for
        raise FileNotFoundError(2, "there is no such file")
    with path.open("rb") as file:
        facts = fstat(file.fileno())
        etag = _etag(facts)
        known = request.validators
        if known is not None and known.url == request.url and known.etag == etag:
            return Fetched(request.url, request.url, 304, {"etag": etag}, b"")
        body = file.read(limits.body + 1)
    if not S_ISREG(facts.st_mode) or len(body) > limits.body:
        return FetchError(request.url, f"the file is larger than {in_words(limits.body)}")
    return Fetched(request.url, request.url, 200, {"etag": etag}, body)


def _etag(facts: stat_result) -> str:
    return f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
