"""The laws of the house (docs/architecture.md), read off the code."""

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "aggregator"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)

WORDS = {"model", "errors", "config", "when", "httpdate", "workspace"}
DOORS = {"fetch", "mail", "templates", "store", "web", "cores", "twin", "spare", "vectors", "demo"}
LAYERS = [WORDS, {"pipeline"}, DOORS, {"app"}, {"jobs"}, {"workers"}, {"schedule"}, {"cli", "__main__"}]

ONE_PLACE = {
    "feedparser": "pipeline/parse",
    "feedgen": "pipeline/outputs",
    "trafilatura": "pipeline/article",
    "protego": "pipeline/robots",
    "nh3": "pipeline/clean",
    "w3lib": "pipeline/addresses",
    "pycurl": "fetch",
    "certifi": "fetch",
    "sqlmodel": "store",
    "sqlalchemy": "store",
    "alembic": "store",
    "apscheduler": "schedule",
    "yaml": "config",
    "ruamel": "config",
    "pydantic": "config",
    "email_validator": "config",
    "jinja2": "templates",
    "babel": "pipeline/frame",
    "py3langid": "pipeline/language",
    "smtplib": "mail",
    "itsdangerous": "pipeline/tokens",
    "flufl": "pipeline/bounces",
    "dkim": "mail",
    "pebble": "cores",
    "tokenizers": "vectors",
    "wordllama": "vectors",
    "starlette": "web",
    "uvicorn": "web",
    "typer": "cli",
    "rich": "cli",
}
NOT_PURE = {"os", "sys", "io", "logging", "random", "secrets", "socket", "subprocess", "threading", "time", "shutil"}
NOT_PURE |= {"pathlib", "sqlite3", "urllib.request", "http", "asyncio", "tempfile", "multiprocessing"}
PURE_EXCEPTIONS = {
    ("pipeline/parse", "io"),  # feedparser opens a string as a file: only a BytesIO is safe
}
NAMELESS = re.compile(r"^(utils?|helpers?|common|core|base|manager|service|misc)$")


def name_of(path: Path) -> str:
    """Name a module by its path inside the package, without the ending."""
    relative = path.relative_to(PACKAGE).with_suffix("")
    return "/".join(relative.parts[:-1] if relative.name == "__init__" else relative.parts) or "__init__"


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Parse a module once for all the laws, and list its nodes."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imports_of(path: Path) -> frozenset[str]:
    """List the dotted names a module imports, wherever in the file."""
    found: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def room_of(dotted: str) -> str:
    """Name the top-level room of ``aggregator.room.…``."""
    return dotted.split(".")[1] if "." in dotted else "__init__"


def layer_of(room: str) -> int:
    return next(number for number, rooms in enumerate(LAYERS) if room in rooms)


def rooms_used(path: Path) -> set[str]:
    used = {room_of(name) for name in imports_of(path) if name.startswith("aggregator.")}
    known = set().union(*LAYERS)
    return {room for room in used if room in known}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    """words ← pipeline ← doors ← app ← jobs ← workers ← schedule ← cli; doors never import each other."""
    room = name_of(path).split("/")[0]
    if room == "__init__":
        return
    for used in rooms_used(path) - {room}:
        assert layer_of(used) <= layer_of(room), f"{name_of(path)} imports {used}, which stands above it"
        assert not (room in DOORS and used in DOORS), f"the door {room} imports the door {used}"


def test_there_are_no_cycles() -> None:
    """No module imports, even indirectly, a module that imports it."""
    names = {f"aggregator.{name_of(path).replace('/', '.')}": path for path in MODULES}
    graph = {
        name: {used for used in imports_of(path) if used in names and used != name} for name, path in names.items()
    }
    for name, used in graph.items():
        # importing from a package runs its __init__ first, but a package may gather its own modules
        used -= {package for package in used if name.startswith(f"{package}.")}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("path", [p for p in MODULES if "pipeline" in p.parts], ids=name_of)
def test_the_river_is_pure(path: Path) -> None:
    """No stage reads a clock, opens a file or a socket, draws a random number or writes a log line."""
    for used in imports_of(path):
        if used.split(".")[0] in NOT_PURE or used in NOT_PURE:
            assert any(name_of(path).startswith(where) and used == what for where, what in PURE_EXCEPTIONS), used
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(datetime|date)\.(now|utcnow|today)\(|\bopen\(|\bprint\(", source)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_package_for_the_outside_world_has_one_place(path: Path) -> None:
    """feedparser in parse, feedgen in outputs, the HTTP client in fetch/, the database in store/ …"""
    for used in imports_of(path):
        place = ONE_PLACE.get(used.split(".")[0])
        assert place is None or name_of(path).startswith(place), f"{used} belongs to {place}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_stay_small_and_have_a_name(path: Path) -> None:
    """A file of more than 250 lines splits by subject; a room without a subject has no name."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250
    assert not NAMELESS.match(path.stem)


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in nodes_of(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function's body, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def depth(node: ast.AST) -> int:
    """Count how deep loops, conditions and handlers are nested."""
    nests = isinstance(
        node, ast.If | ast.For | ast.While | ast.With | ast.Try | ast.Match | ast.AsyncFor | ast.AsyncWith
    )
    inner = max((depth(child) for child in ast.iter_child_nodes(node)), default=0)
    return inner + nests


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_functions_stay_short_and_flat(path: Path) -> None:
    """At most 25 lines and three levels; "elif" is one level, however many there are."""
    for function in functions(path):
        assert body_lines(function) <= 25, f"{function.name}: {body_lines(function)} lines"


def test_the_fixed_top_level_is_there() -> None:
    """What the user of this repository was promised to find at its top."""
    for name in ("pyproject.toml", "README.md", "aggregator", "feeds.yaml", "templates", "storage", "tests"):
        assert (ROOT / name).exists(), name


def test_constraints_pin_versions_and_nothing_else() -> None:
    """No address of a registry, no path of a machine."""
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+|#.*|", line), line
