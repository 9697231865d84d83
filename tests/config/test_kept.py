"""What feeds.yaml came to, kept so that it need not be read again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import config
from aggregator.app import settings_of
from aggregator.config import Config, kept, read
from aggregator.demo import feeds_yaml
from aggregator.errors import ConfigError
from aggregator.workspace import Workspace

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = Path("/srv/desk")
FILES = {
    "shipped": (ROOT / "feeds.yaml").read_bytes(),
    "demo": feeds_yaml("http://127.0.0.1:8000/").encode(),
    "full": (HERE / "data/full.yaml").read_bytes(),
}
SMALL = b"title: T\nfeeds: [https://example.com/]\n"
OTHER = b"title: U\nfeeds: [https://example.org/]\n"


def recalled(data: bytes, *, folder: Path = FOLDER) -> Config | None:
    """Read, write down and recall."""
    return kept.recalled(kept.kept(read(data, "feeds.yaml", folder=folder), data, folder=folder), data, folder=folder)


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_it_is_the_same_as_what_was_read(data: bytes) -> None:
    """Also in the types of each part: what is stamped is stamped by how it is written."""
    before, after = read(data, "feeds.yaml", folder=FOLDER), recalled(data)
    assert after == before
    assert repr(after) == repr(before)
    assert after.mailings == before.mailings


words = st.text("abcdefgh", min_size=1, max_size=8)
lists = st.lists(words, max_size=3, unique=True)
choices = {
    "title": st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20),
    "every": st.sampled_from(["auto", "30m", "2h", "1d"]),
    "history": st.sampled_from(["all", "outputs", "none"]),
    "weight": st.one_of(st.integers(1, 10), st.floats(0.1, 10)),
    "full_text": st.booleans(),
    "keep": st.fixed_dictionaries({"words": lists}),
    "drop": st.fixed_dictionaries({"words": lists}),
    "language": st.sampled_from(["de", "pt-br", "zh-hant-tw"]),
    "headers": st.dictionaries(st.sampled_from(["Accept-Language", "X-Key"]), words, max_size=2),
    "user_agent": words,
    "proxy": st.just("http://user@proxy.example.org:3128"),
    "proxy_password_env": st.just("PROXY"),
}
own = {"headers_env": st.just({"Authorization": "TOKEN"})} | choices
outputs = {"size": st.integers(1, 500), "show": st.sampled_from(["entries", "stories"]), "title": words}
fetch = {"allow_networks": st.just(["127.0.0.0/8"]), "spacing": st.one_of(st.integers(0, 60), st.floats(0, 60))}
login = {"smtp": st.just("smtp://u@localhost"), "password_file": st.sampled_from(["~/key", "keys/a", "/etc/key"])}
mail = {"rate": st.one_of(st.integers(1, 9), st.floats(0.1, 9)), "per_hour": st.integers(1, 9)}


def named(keys: dict[str, st.SearchStrategy[object]], *, key: str = "name") -> st.SearchStrategy[list[object]]:
    """Make a list of sections, numbered by what tells them apart."""
    form = "https://example.org/{}" if key == "url" else "n{}"
    parts = st.lists(st.fixed_dictionaries({}, optional=keys), max_size=4)
    return parts.map(lambda many: [{key: form.format(n), **part} for n, part in enumerate(many)])


files = st.fixed_dictionaries(
    {"title": words},
    optional={
        "timezone": st.sampled_from(["UTC", "Europe/Berlin"]),
        "database": words,
        "defaults": st.fixed_dictionaries({}, optional=choices),
        "feeds": named(own, key="url"),
        "topics": st.dictionaries(words, st.fixed_dictionaries({}, optional={"words": lists, "about": st.text("ab ")})),
        "outputs": named(outputs),
        "digests": named({"images": st.booleans(), "to": st.just(["a@example.org"])}).map(
            lambda many: [{"when": "mon-fri 7:00", "frequency": ["each", "weekly"], **one} for one in many]
        ),
        "fetch": st.fixed_dictionaries({}, optional=fetch),
        "keep": st.fixed_dictionaries({}, optional={"months": st.integers(1, 99), "at_least": st.integers(0, 99)}),
        "mail": st.fixed_dictionaries({"from": st.just("a@example.org"), **login}, optional=mail),
    },
)


@settings(deadline=None)
@given(files)
def test_whatever_a_file_says_is_recalled(said: dict[str, object]) -> None:
    data = json.dumps(said, ensure_ascii=False).encode()
    before, after = read(data, "feeds.yaml", folder=FOLDER), recalled(data)
    assert after == before
    assert repr(after) == repr(before)


@pytest.fixture
def desk(tmp_path: Path) -> Workspace:
    """Make a workspace whose feeds.yaml was read once."""
    workspace = Workspace(tmp_path)
    workspace.config.write_bytes(SMALL)
    settings_of(workspace, keep=True)
    return workspace


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Count what is read as YAML."""
    found: list[bytes] = []

    def reading(data: bytes, name: str, *, folder: Path | None = None) -> Config:
        found.append(data)
        return read(data, name, folder=folder)

    monkeypatch.setattr(config, "read", reading, raising=False)
    return found


def test_what_did_not_change_is_not_read_again(desk: Workspace, readings: list[bytes]) -> None:
    assert settings_of(desk) == settings_of(desk, keep=True) == read(SMALL, "feeds.yaml", folder=desk.root)
    assert not readings
    assert (desk.storage / "feeds.kept").stat().st_mode & 0o777 == 0o600


def test_a_change_is_seen_also_at_the_same_moment_and_size(desk: Workspace, readings: list[bytes]) -> None:
    before = desk.config.stat()
    desk.config.write_bytes(OTHER)
    os.utime(desk.config, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert desk.config.stat().st_size == before.st_size
    assert settings_of(desk).title == "U"
    assert readings == [OTHER]


def test_a_mistake_is_told_each_time_and_not_kept(desk: Workspace) -> None:
    there = (desk.storage / "feeds.kept").read_bytes()
    desk.config.write_bytes(b"title: T\nfeds: []\n")
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"feeds\.yaml:2:1: feds: unknown key"):
            settings_of(desk, keep=True)
    assert (desk.storage / "feeds.kept").read_bytes() == there
    desk.config.unlink()
    with pytest.raises(ConfigError, match="there is no such file"):
        settings_of(desk)


def sealed(body: bytes) -> Callable[[bytes, Path], bytes]:
    """Write down something else with a seal that is right: what only damages, must not break."""
    return lambda _, folder: kept._seal(body, SMALL, folder) + b"\n" + body


@pytest.mark.parametrize(
    "damaged",
    [
        lambda there, _: b"",
        lambda there, _: there[:-1],
        lambda there, _: there + b" ",
        lambda there, _: there.replace(b"example.com", b"example.net"),
        lambda there, _: there.partition(b"\n")[2],
        lambda there, _: there.partition(b"\n")[0],
        lambda there, _: b"\0" * len(there),
        lambda there, _: os.urandom(len(there)),
        lambda there, folder: kept.kept(read(OTHER, ""), OTHER, folder=folder),
        lambda there, folder: kept.kept(read(OTHER, ""), SMALL, folder=folder.parent),
        sealed(b""),
        sealed(b"[]"),
        sealed(b"{}"),
        sealed(b"[" * 100_000),
        sealed(b"\xff"),
        sealed(b'{"feeds": 1, "title": "X"}'),
        sealed(b'{"feeds": [1], "title": "X"}'),
        sealed(b'{"feeds": [], "title": "X", "more": 1}'),
        sealed(b'{"feeds": [], "title": "X", "mail": {"no": 1}}'),
        sealed(b'{"feeds": [], "title": "X", "home": {}}'),
        sealed(b'{"feeds": [], "title": "X", "timezone": "Nowhere/At_all"}'),
        sealed(b'{"feeds": [], "title": "X", "timezone": 1}'),
        sealed(b'{"feeds": [], "title": "X", "timezone": "../etc/passwd"}'),
        sealed(b'{"feeds": [{"url": "", "every": 1e300}], "title": "X"}'),
    ],
)
def test_what_is_damaged_is_as_if_it_were_not_there(
    desk: Workspace, readings: list[bytes], damaged: Callable[[bytes, Path], bytes]
) -> None:
    """It is read anew, nothing is said, and the next time there is something to recall again."""
    file = desk.storage / "feeds.kept"
    there = file.read_bytes()
    file.write_bytes(damaged(there, desk.root))
    assert settings_of(desk, keep=True).feeds[0].url == "https://example.com/"
    assert readings == [SMALL]
    assert file.read_bytes() == there
    settings_of(desk)
    assert len(readings) == 1


def test_it_holds_for_this_program_folder_and_home_alone(
    desk: Workspace, readings: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths of secrets start at the folder or at home; another version may read a file otherwise."""
    with monkeypatch.context() as patch:
        patch.setenv("HOME", "/home/somebody")
        settings_of(desk)
    with monkeypatch.context() as patch:
        patch.setattr(kept, "__version__", "0.0.0")
        settings_of(desk)
    with monkeypatch.context() as patch:
        patch.setattr(kept, "_program", lambda: ())
        settings_of(desk)
    moved = Workspace(desk.root.with_name("moved"))
    desk.root.rename(moved.root)
    settings_of(moved)
    assert len(readings) == 4


@pytest.mark.parametrize("trouble", ["folder", "fifo", "storage"])
def test_where_nothing_can_be_kept_it_is_read_each_time(desk: Workspace, readings: list[bytes], trouble: str) -> None:
    file = desk.storage / "feeds.kept"
    file.unlink()
    if trouble == "folder":
        file.mkdir()
    elif trouble == "fifo":
        os.mkfifo(file)
    else:
        desk.storage.rmdir()
        desk.storage.write_bytes(b"not a folder")
    assert settings_of(desk, keep=True) == settings_of(desk, keep=trouble != "fifo")
    assert len(readings) == (1 if trouble == "fifo" else 2)


def test_only_who_works_here_writes_it(desk: Workspace) -> None:
    (desk.storage / "feeds.kept").unlink()
    settings_of(desk)
    assert not list(desk.storage.iterdir())


def test_two_at_once_have_the_same(desk: Workspace) -> None:
    """Each reads, forgets and keeps two feeds.yaml in turn; the file is whole at any moment."""
    program = (
        "import sys; from pathlib import Path\n"
        "from aggregator.app import settings_of; from aggregator.workspace import Workspace\n"
        "from aggregator.config import kept, read; from aggregator.store import Archive\n"
        f"folder = Path({str(desk.root)!r}); archive = Archive(folder / 'storage')\n"
        f"two = [(data, read(data, '')) for data in ({SMALL!r}, {OTHER!r})]\n"
        "for turn in range(100):\n"
        "    data, made = two[turn % 2]\n"
        "    archive.write_config(kept.kept(made, data, folder=folder))\n"
        "    there = archive.read_config()\n"
        "    found = [kept.recalled(there, data, folder=folder) for data, _ in two]\n"
        "    assert found in ([two[0][1], None], [None, two[1][1]]), found\n"
        "    assert settings_of(Workspace(folder), keep=True) == two[0][1]\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    assert [path.name for path in desk.storage.iterdir()] == ["feeds.kept"]


HEAVY = ("pydantic", "yaml", "difflib", "email_validator", "aggregator.config.reading", "aggregator.config.fields")


def test_a_run_with_an_unchanged_feeds_yaml_loads_nothing_to_read_it_with(tmp_path: Path) -> None:
    """The first run does, which shows that the second one would."""
    (tmp_path / "feeds.yaml").write_bytes(b"title: T\n")
    program = (
        "import sys; from pathlib import Path; from aggregator import workers; from aggregator.app import open_app\n"
        f"with open_app(Path({str(tmp_path)!r})) as app:\n    workers.sync(app)\n"
        f"print(*(name for name in {HEAVY} if name in sys.modules))"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
        for _ in range(2)
    ]
    assert [run.stdout.split()[:2] for run in runs] == [["pydantic", "yaml"], []]
