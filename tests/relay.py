"""A real Postfix for tests: an instance of its own on the loopback, that relays to the tests' servers and nowhere else.

with postfix(folder, far=office.port) as relay:
    relay.port, relay.maildir
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

DAEMONS = Path("/usr/lib/postfix/sbin")
BOUNCES = "bounces@desk.example.org"
SECONDS = 120
"""The master ends by itself after so long, whatever becomes of the test."""

MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {root}/log
maillog_file_prefixes = {root}
myhostname = relay.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
alias_maps =
alias_database =
local_recipient_maps =
default_transport = error:no mail leaves this test
transport_maps = texthash:{root}/transport
recipient_delimiter = +
virtual_mailbox_domains = desk.example.org
virtual_mailbox_base = {root}/post
virtual_mailbox_maps = texthash:{root}/mailboxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
delay_warning_time = 1s
maximal_queue_lifetime = 4s
bounce_queue_lifetime = 4s
"""
# The queue manager is woken each second: a mail it skipped because an agent still held it lies in "incoming" till then.
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Relay:
    """A Postfix that is running; what comes back for ``BOUNCES`` lies in a Maildir."""

    port: int
    maildir: Path
    log: Path

    def reports(self, count: int, *, seconds: float = 30) -> list[Path]:
        """Wait until so many reports have come back."""
        last = time.monotonic() + seconds
        while True:
            found = sorted((self.maildir / "new").glob("*"))
            if len(found) >= count:
                return found
            assert time.monotonic() < last, f"{len(found)} of {count} reports came:\n{self.log.read_text()}"
            time.sleep(0.05)


@contextmanager
def postfix(*, far: int) -> Iterator[Relay]:
    """Run Postfix, which hands all mail for far.example.org to the loopback port ``far``."""
    if not shutil.which("postfix") or not (DAEMONS / "master").exists():
        pytest.skip("needs Postfix: apt-get install postfix")
    if os.geteuid() != 0:
        pytest.skip("Postfix's master is started by root only")
    # its servers run as another user, who may not look into the folder of a test
    with tempfile.TemporaryDirectory(prefix="postfix-") as folder:
        root, port = Path(folder), _free_port()
        _lay_out(root, port, far)
        subprocess.run(["postfix", "-c", root, "check"], check=True, capture_output=True, timeout=30)
        master = subprocess.Popen([DAEMONS / "master", "-c", root, "-d", "-e", str(SECONDS)])
        try:
            _wait_for(port, root / "log")
            yield Relay(port, root / "post" / "bounces", root / "log")
        finally:
            master.terminate()
            master.wait(timeout=20)


def _lay_out(root: Path, port: int, far: int) -> None:
    root.chmod(0o755)
    for name, owner in (("queue", "root"), ("data", "postfix"), ("post", "nobody")):
        (root / name).mkdir()
        shutil.chown(root / name, owner)
    (root / "main.cf").write_text(MAIN.format(root=root))
    (root / "master.cf").write_text(MASTER.format(port=port))
    (root / "transport").write_text(f"far.example.org smtp:[127.0.0.1]:{far}\ndesk.example.org virtual:\n")
    (root / "mailboxes").write_text(f"{BOUNCES} bounces/\n")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, log: Path) -> None:
    last = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError as error:
            assert time.monotonic() < last, (
                f"Postfix does not answer ({error}): {log.read_text() if log.exists() else ''}"
            )
            time.sleep(0.05)
        else:
            return
