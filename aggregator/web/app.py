"""The addresses readers may ask for: output feeds, the archive of issues, the ways to subscribe, and a page of all."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from aggregator.errors import AggregatorError
from aggregator.model import Format
from aggregator.web.pages import Pages, Render
from aggregator.web.people import People, Reception, Speak
from aggregator.web.shelf import MEDIA_TYPES, Shelf

Site = Starlette
"""What create_app makes, for those who only hand it on."""

_SHAPES = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}


def create_app(
    *,
    title: str,
    storage: Path,
    outputs: Sequence[tuple[str, str, Sequence[Format]]],
    digests: Sequence[tuple[str, str]],
    render: Render,
    speak: Speak,
    language: str = "en",
    mailings: Sequence[tuple[str, str, str]] = (),
    reception: Reception | None = None,
) -> Site:
    """Put the site together: outputs as (name, title, formats), digests as (name, title), files below ``storage``.

    ``mailings`` are more of what has issues, as (name, title, digest), shown when it has some, and subscribed to by the
    form of that digest; ``reception`` is for people who subscribe, and without it nobody can. ``speak`` gives the words
    of a language; pages speak ``language``, that of the titles.

    Every link is relative to the page it stands on, so that neither the Host header nor a proxy's prefix can bend it.
    """
    frame = {"site": title, "language": language, "outputs": [_linked(*output) for output in outputs]}
    shelf = Shelf(storage, outputs, (*digests, *((name, title) for name, title, _ in mailings)))
    pages = Pages(
        shelf,
        render=render,
        speak=lambda own: speak(own or language),
        frame=frame,
        always={name for name, _ in digests},
        forms={**{name: name for name, _ in digests}, **{name: digest for name, _, digest in mailings}},
        reception=reception,
    )
    app = Starlette(
        routes=[*_shelves(pages), *_doors(pages, reception)],
        exception_handlers={
            400: pages.unread,
            404: pages.missing,
            405: pages.refused,
            413: pages.unread,
            AggregatorError: pages.unwell,
        },
    )
    app.router.redirect_slashes = False  # Starlette would build the target from the Host header
    return app


def _shelves(pages: Pages) -> list[Route]:
    """The routes to what was published."""
    paths = {
        "/": pages.index,
        "/style.css": pages.style,
        "/healthz": pages.health,
        "/feeds/{name}.{extension}": pages.output,
        "/issues/{digest}": pages.nearly_issues,
        "/issues/{digest}/": pages.issues,
        "/issues/{digest}/{period}.txt": pages.issue_text,
        "/issues/{digest}/{period}.html": pages.issue,
        "/issues/{digest}/{period}": pages.issue,
    }
    return [Route(path, endpoint, methods=["GET"]) for path, endpoint in paths.items()]


def _doors(pages: Pages, reception: Reception | None) -> list[Route]:
    """The routes for people, when there is somebody to receive them."""
    if reception is None:
        return []
    people = People(reception, pages.show, pages.written, pages.speak)
    paths = {
        "/subscribe/{digest}": people.subscribe,
        "/confirm/{token}": people.confirm,
        "/unsubscribe/{token}": people.unsubscribe,
        "/preferences/{token}": people.preferences,
    }
    return [Route(path, endpoint, methods=["GET", "POST"]) for path, endpoint in paths.items()]


class Revolving:
    """A site that can be exchanged for another while it serves: who has asked already gets the old one's answer."""

    def __init__(self, app: Site) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        await self.app(scope, receive, send)


def _linked(name: str, title: str, formats: Sequence[Format]) -> dict[str, Any]:
    return {"name": name, "title": title or name, "formats": [_link(name, shape) for shape in formats]}


def _link(name: str, shape: Format) -> dict[str, str]:
    """Say where an output lies in one format, as autodiscovery and the page's own links need it."""
    return {"path": f"feeds/{name}.{shape}", "label": _SHAPES[shape], "type": MEDIA_TYPES[shape].partition(";")[0]}
