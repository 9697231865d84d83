"""Starting and ending: beside other work in a thread, and alone in a process that gets signals."""

import signal
import socket
import subprocess
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette

from aggregator.errors import AggregatorError
from aggregator.templates import Templates
from aggregator.web import create_app, serve, serving

PROGRAM = """
import signal, sys
from pathlib import Path
from aggregator.templates import Templates
from aggregator.web import create_app, serve
looks = Templates(None)
app = create_app(
    title="t", storage=Path(sys.argv[1]), outputs=(), digests=(), render=looks.render, speak=looks.frame
)
before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
serve(app, port=0, announce=lambda address: print(address, flush=True))
assert before == (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT))
print("ended cleanly")
"""


@pytest.fixture
def app(tmp_path: Path) -> Starlette:
    looks = Templates(None)
    return create_app(title="t", storage=tmp_path, outputs=(), digests=(), render=looks.render, speak=looks.frame)


def ask(address: str) -> int:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request("GET", "/healthz")
    status = connection.getresponse().status
    connection.close()
    return status


def refused(address: str) -> bool:
    try:
        ask(address)
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_the_signals_mean_again_what_they_meant(name, tmp_path):
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert ask(process.stdout.readline().strip()) == 200
        process.send_signal(name)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "ended cleanly\n", "")


def test_beside_other_work_it_leaves_the_signals_alone_and_answers_until_the_block_ends(app):
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with serving(app, port=0) as address:
        assert ask(address) == 200
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    assert refused(address)


def test_it_answers_from_its_very_first_moment(app):
    for _ in range(10):
        with serving(app, port=0) as address:
            assert ask(address) == 200


def test_a_client_that_keeps_its_connection_does_not_keep_the_server(app):
    with serving(app, port=0) as address:
        connection = HTTPConnection(urlsplit(address).netloc, timeout=10)
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    assert refused(address)
    connection.close()


def test_a_given_stop_ends_it_from_another_thread(app):
    stop, addresses = threading.Event(), []
    keywords = {"port": 0, "announce": addresses.append, "stop": stop}
    thread = threading.Thread(target=serve, args=(app,), kwargs=keywords)
    thread.start()
    stop.set()
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert refused(addresses[0])


def test_a_taken_port_is_said_in_words(app):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            AggregatorError, match=rf"cannot listen on 127\.0\.0\.1:{port}: [\w ]+; choose another --port"
        ):
            serve(app, port=port)


def test_an_ipv6_address_is_written_in_brackets(app):
    if not socket.has_ipv6:
        pytest.skip("needs a Python with IPv6")
    with serving(app, host="::1", port=0) as address:
        assert address.startswith("http://[::1]:")
        assert ask(address) == 200
