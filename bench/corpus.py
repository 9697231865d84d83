"""Serve a folder of captured feed documents over loopback, sync them twice, and say what became of each.

    python -m bench.corpus ../shared/corpus/feeds

Every document is one feed. The first sync reads or refuses it with a reason; the second must find nothing new.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TYPES = {".json": "application/feed+json", ".html": "text/html"}
KINDS = (*TYPES, ".xml", ".atom", ".rss")
SETTINGS = """title: Corpus
fetch: {allow_networks: [127.0.0.0/8]}
digests: [{name: all, when: daily 00:00, to: [reader@example.org]}]
feeds:
"""


class Documents(BaseHTTPRequestHandler):
    """Answer ``/N`` with document number N, or with 304 to whom has it."""

    protocol_version = "HTTP/1.1"

    def __init__(self, files: list[Path], *connection: Any) -> None:
        self.files = files
        super().__init__(*connection)

    def do_GET(self) -> None:
        """Send one document."""
        path = self.files[int(self.path[1:])]
        body = path.read_bytes()
        tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        known = self.headers.get("If-None-Match") == tag
        self.send_response(304 if known else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Type", TYPES.get(path.suffix, "application/xml"))
        self.send_header("Content-Length", "0" if known else str(len(body)))
        self.end_headers()
        if not known:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(files: list[Path]) -> Iterator[str]:
    """Serve the documents for the length of the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Documents, files)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def sync(folder: Path) -> dict[str, Any]:
    """Sync once, in a process of its own, and read its counts."""
    command = [sys.executable, "-m", "aggregator", "-C", str(folder), "sync", "--force", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Print what two syncs of a folder came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    files = sorted(path for path in parser.parse_args().folder.rglob("*") if path.suffix in KINDS)
    with served(files) as base, tempfile.TemporaryDirectory(prefix="corpus-") as place:
        feeds = "".join(f"  - {base}/{number}\n" for number in range(len(files)))
        (Path(place) / "feeds.yaml").write_text(SETTINGS + feeds, encoding="utf-8")
        for name in ("first", "second"):
            found = sync(Path(place))
            counts = {key: found[key] for key in ("feeds", "entries", "outputs", "issues")}
            print(
                f"{name} sync of {len(files)} documents ({sum(found['seconds'].values()):.1f} s):", json.dumps(counts)
            )
            print("   messages sent:", found["messages"]["sent"], "; seconds:", json.dumps(found["seconds"]))
            for reason, times in Counter(found["failures"].values()).most_common():
                print(f"   {times:4} × refused: {reason}")


if __name__ == "__main__":
    main()
