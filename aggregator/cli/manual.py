"""docs: the documentation that came with the program."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.asked import terminal
from aggregator.cli.terminal import Terminal
from aggregator.errors import NotFoundError
from aggregator.workspace import shipped


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(docs)


def docs(
    context: typer.Context,
    page: Annotated[str, typer.Argument(help="A page, as it is called in the list.")] = "",
) -> None:
    """Print a page of the documentation, which came with the program; without a name, list the pages."""
    screen = terminal(context)
    pages = {path.relative_to(shipped("docs")).as_posix().removesuffix(".md"): path for path in _files()}
    pages |= {name: shipped(name) / "README.md" for name in ("storage", "templates")}
    if page:
        _print(screen, _named(pages, page).read_text(encoding="utf-8"))
        return
    for name in sorted(name for name in pages if "/" not in name):
        screen.show(f"{name:14} {_title(pages[name])}")
    screen.say(f"they lie in {shipped('docs')}, with decisions/ on why it is as it is")


def _print(screen: Terminal, text: str) -> None:
    """Print a page as it stands; for a person page by page."""
    if screen.piped:
        print(text, end="")
        return
    with screen.out.pager():
        screen.show(text)


def _files() -> list[Path]:
    """List the pages, and behind them the decisions."""
    return sorted(shipped("docs").rglob("*.md"), key=lambda path: (len(path.parts), path))


def _named(pages: dict[str, Path], page: str) -> Path:
    name = page.removeprefix("docs/").removesuffix(".md")
    if name in pages:
        return pages[name]
    near = get_close_matches(name, pages, n=1)
    hint = f"; did you mean {near[0]}?" if near else "; `aggregator docs` lists them"
    raise NotFoundError(f"there is no page “{page}”{hint}")


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.readline().lstrip("# ").strip()
