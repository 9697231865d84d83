"""The guard's tables, and that nothing on this machine is ever reached without leave."""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import FetchError, SetupError
from aggregator.fetch import Client, foreseen_refusal, is_own
from aggregator.fetch.guard import PORTS, Guard
from aggregator.model import Fetched, Request
from tests.fetch.conftest import NOW
from tests.servers import Page, serve

DENIED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "4000::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1",
    "192.0.1.1", "192.167.1.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "::ffff:1.1.1.1",
    "2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2003::1", "2400:cb00::1",
]  # fmt: skip


@pytest.mark.parametrize("address", DENIED)
def test_no_address_inside_is_let_through(address: str) -> None:
    assert all(Guard().refusal(address, port=port) for port in PORTS)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open_on_the_ports_of_the_web_only(address: str) -> None:
    ports = (22, 25, 80, 443, 3306, 6379, 8000, 8080, 8443)
    assert [port for port in ports if not Guard().refusal(address, port=port)] == [80, 443, 8080, 8443]


def test_an_allowed_network_is_open_on_every_port_and_nothing_beside_it_is() -> None:
    guard = Guard.opening(("192.168.7.0/24", "fd00::/64"))
    assert [guard.refusal(a, port=5000) for a in ("192.168.7.9", "::ffff:192.168.7.9", "fd00::5")] == ["", "", ""]
    assert guard.refusal("192.168.8.9", port=80)
    assert guard.refusal("fd00:0:0:1::5", port=80)


@given(st.ip_addresses(v=4))
def test_a_v4_address_in_v6_clothes_is_judged_like_itself(address: object) -> None:
    plain = Guard().refusal(str(address), port=443)
    assert Guard().refusal(f"::ffff:{address}", port=443) == plain


@given(st.ip_addresses(v=6))
def test_nothing_outside_the_one_public_range_of_ipv6_passes(address: IPv6Address) -> None:
    if not Guard().refusal(str(address), port=443) and not address.ipv4_mapped:
        assert ip_address(address).packed[0] >> 5 == 1


SPELLINGS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
    "localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "127.127.127.127", "①②⑦.⓪.⓪.①", "127。0。0。1",
]  # fmt: skip


def test_no_spelling_of_this_machine_reaches_it(new_client: Callable[..., Client]) -> None:
    client = new_client(allow_networks=())
    with serve({"/": b"secret"}, host="0.0.0.0") as server:
        urls = [f"http://{host}:{server.port}/" for host in SPELLINGS]
        outcomes = {r.url: outcome for r, outcome in client.fetch_many([Request(1, u) for u in urls], now=NOW)}
        assert len(outcomes) == len(urls)
        assert [url for url, outcome in outcomes.items() if not isinstance(outcome, FetchError)] == []
        assert server.connections == 0


def test_no_spelling_of_this_machine_reaches_it_over_ipv6(new_client: Callable[..., Client]) -> None:
    """Closed without leave, and open with it: so the listener would have been reached."""
    if not Path("/proc/net/if_inet6").exists():
        pytest.skip("needs IPv6 on the loopback interface (sysctl net.ipv6.conf.lo.disable_ipv6=0)")
    with serve({"/": b"secret"}, host="::1") as server:
        urls = [f"http://{host}:{server.port}/" for host in ("[::1]", "[0:0::1]", "localhost", "ip6-localhost")]
        answers = new_client(allow_networks=()).fetch_many([Request(1, url) for url in urls], now=NOW)
        assert [request.url for request, answer in answers if not isinstance(answer, FetchError)] == []
        assert server.connections == 0
        assert new_client(allow_networks=("::1/128",)).fetch(server.url(), now=NOW).body == b"secret"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("url", "allowed", "said"),
    [
        ("https://example.org/feed", (), ""),
        ("file:feeds/a.xml", (), ""),
        ("http://127.1/", (), "the address 127.0.0.1 is this machine itself"),
        ("http://127.1:99/", ("127.0.0.0/8",), ""),
        ("http://news.localhost:8000/", (), "the address 127.0.0.1 is this machine itself"),
        ("http://localhost:8000/", ("::1/128",), ""),
        ("http://[::1]/", ("127.0.0.0/8",), "the address ::1 is this machine itself"),
        ("http://example.org:22/", (), "port 22 is not one of"),
        ("http://example.org:22/", ("10.0.0.0/8",), ""),
        ("http://a\\@b/", (), "the address holds a backslash"),
    ],
)
def test_what_will_not_be_asked_is_foreseen_from_its_spelling(url: str, allowed: tuple[str, ...], said: str) -> None:
    """And nothing that may be asked; where a name leads is not known before it is looked up."""
    found = foreseen_refusal(url, guard=Guard.opening(allowed))
    assert found.startswith(said) and bool(found) == bool(said)


def test_the_refusal_names_the_address_behind_the_name(new_client: Callable[..., Client]) -> None:
    answer = new_client(allow_networks=()).fetch("http://localhost/", now=NOW)
    assert isinstance(answer, FetchError)
    assert "is this machine itself" in answer.reason
    assert "allow_networks" in answer.reason
    assert isinstance(answer, SetupError)


def test_no_address_of_the_attack_list_reaches_anything(corpus: Path, new_client: Callable[..., Client]) -> None:
    """The collected attack addresses, less those that are plainly public names: every one ends as an error."""
    lines = (corpus / "attacks" / "ssrf_urls.txt").read_text(encoding="utf-8").splitlines()
    public = ("https://", "http://1.1.1.1", "http://www.yoursite", "http://a.com", "evil.com:80;")
    hostile = [line for line in lines if not line.startswith(public) or line.startswith("https://127")]
    assert len(hostile) > 70
    client = new_client(allow_networks=())
    with serve({"/": Page(b"secret")}, host="0.0.0.0") as server:
        at_listener = [url.replace("127.0.0.1/", f"127.0.0.1:{server.port}/") for url in hostile]
        requests = [Request(i, url) for i, url in enumerate(dict.fromkeys(hostile + at_listener))]
        outcomes = list(client.fetch_many(requests, now=NOW))
        assert len(outcomes) == len(requests)
        assert [r.url for r, outcome in outcomes if not isinstance(outcome, FetchError)] == []
        assert server.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_into_a_closed_network_is_not_followed(status: int, new_client: Callable[..., Client]) -> None:
    client = new_client(allow_networks=("127.0.0.5/32",))
    with serve({"/": b"secret"}, host="127.0.0.6") as inside:
        moved = Page(status=status, headers={"Location": inside.url("/")})
        with serve({"/feed": moved}, host="127.0.0.5") as outside:
            answer = client.fetch(outside.url("/feed"), now=NOW)
        assert isinstance(answer, FetchError)
        assert answer.reason.startswith(
            f"redirected to http://127.0.0.6:{inside.port}: the address 127.0.0.6 is this ma"
        )
        assert not isinstance(answer, SetupError)  # a server led there, so it is asked less and less
        assert answer.permanent
        assert inside.connections == 0


def test_a_name_that_leads_elsewhere_the_second_time_leads_nowhere(new_client: Callable[..., Client]) -> None:
    """DNS rebinding: the address that is judged is the one that is connected to, whenever it was looked up."""
    with serve({"/": Page(b"open", headers={"Connection": "close"})}, host="0.0.0.0") as server:

        def ask(address: str) -> object:
            name = f"rebind.example.net:{server.port}:{address}"
            client = new_client(allow_networks=("127.0.0.5/32",), resolve=[name])
            return client.fetch(server.url(host="rebind.example.net"), now=NOW)

        first = ask("127.0.0.5")
        reached = server.connections
        second = ask("127.0.0.6")
        assert isinstance(first, Fetched)
        assert isinstance(second, FetchError)
        assert "127.0.0.6 is this machine itself" in second.reason
        assert server.connections == reached == 1


def test_of_a_name_with_two_addresses_only_the_open_one_is_connected_to(new_client: Callable[..., Client]) -> None:
    with serve({"/": b"secret"}, host="127.0.0.6") as inside:
        with serve({"/": b"open"}, host="127.0.0.5", port=inside.port) as outside:
            names = [f"two.example.net:{inside.port}:127.0.0.6,127.0.0.5"]
            client = new_client(allow_networks=("127.0.0.5/32",), resolve=names)
            answer = client.fetch(outside.url(host="two.example.net"), now=NOW)
        assert isinstance(answer, Fetched)
        assert answer.body == b"open"
        assert inside.connections == 0


def test_a_connection_that_was_kept_is_the_one_that_was_judged(new_client: Callable[..., Client]) -> None:
    """A second name for the same address is judged anew, not carried by the first one's connection."""
    with serve({"/": b"open"}, host="0.0.0.0") as server:
        names = [f"{name}.example.net:{server.port}:{at}" for name, at in (("a", "127.0.0.5"), ("b", "127.0.0.6"))]
        client = new_client(allow_networks=("127.0.0.5/32",), resolve=names)
        outcomes = [client.fetch(server.url(host=f"{name}.example.net"), now=NOW) for name in "aba"]
    assert [isinstance(outcome, Fetched) for outcome in outcomes] == [True, False, True]


def test_a_proxy_of_the_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch, new_client: Callable[..., Client]
) -> None:
    with serve({"/": b"proxied"}) as proxy, serve({"/": b"direct"}) as server:
        for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url(""))
        assert new_client().fetch(server.url("/"), now=NOW).body == b"direct"
        assert proxy.connections == 0


OWN = (
    "file:own.xml",
    "http://127.1/",
    "http://[::1]:8080/f",
    "http://192.168.1.9/",
    "http://169.254.1.1/",
    "http://[fd00::1]/",
)


@pytest.mark.parametrize("url", [*OWN, "http://nas/feed", "https://nas.local./feed", "http://localhost:8000/"])
def test_what_is_ones_own_is_known_by_its_spelling(url: str) -> None:
    assert is_own(url)


@pytest.mark.parametrize("url", ["https://example.com/", "http://1.1.1.1/", "http://[2606:4700::1]/", "x"])
def test_what_may_be_the_internets_counts_as_that(url: str) -> None:
    assert not is_own(url)


@pytest.mark.parametrize("leads", ["127.0.0.1,10.0.0.1", "10.0.0.1,127.0.0.1", "[fd00::1],127.0.0.1"])
def test_a_name_with_an_address_that_is_open_was_asked_when_that_one_does_not_answer(
    leads: str, new_client: Callable[..., Client]
) -> None:
    """Its server is down, and feeds.yaml is well; where no address is open, it is not asked."""
    with serve({}) as server:
        port = server.port
    resolve = [f"both.example:{port}:{leads}", f"none.example:{port}:10.0.0.1,[fd00::1]"]
    client = new_client(allow_networks=("127.0.0.0/8",), resolve=resolve)
    down = client.fetch(f"http://both.example:{port}/", now=NOW)
    assert isinstance(down, FetchError) and not isinstance(down, SetupError)
    assert (down.reason, down.permanent) == ("connection refused", False)
    closed = client.fetch(f"http://none.example:{port}/", now=NOW)
    assert isinstance(closed, SetupError) and "is private" in closed.reason
