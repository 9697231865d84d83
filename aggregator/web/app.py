"""The addresses readers may ask for: output feeds, the archive of issues, the ways to subscribe, and a page of all."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from aggregator.errors import AggregatorError
from aggregator.model import Format
from aggregator.web.answer import Resource, decide
from aggregator.web.people import People, Reception
from aggregator.web.shelf import MEDIA_TYPES, Shelf

Render = Callable[[str, Mapping[str, Any]], str]
"""A template's name and its values → the text: the seam to templates.py."""

Site = Starlette
"""What create_app makes, for those who only hand it on."""

_GUARD = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PAGE_GUARD = f"{_GUARD}; style-src 'self'"
_FORM_GUARD = _PAGE_GUARD.replace("form-action 'none'", "form-action 'self'")
_ISSUE_GUARD = f"{_GUARD}; style-src 'unsafe-inline'"  # a mail carries its style within itself
_SHAPES = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}
_LATEST = 5
_DEEPEST = 10  # folders in an address: no page of ours lies deeper, and each link would repeat them


def create_app(
    *,
    title: str,
    storage: Path,
    outputs: Sequence[tuple[str, str, Sequence[Format]]],
    digests: Sequence[tuple[str, str]],
    render: Render,
    language: str = "en",
    mailings: Sequence[tuple[str, str]] = (),
    reception: Reception | None = None,
) -> Site:
    """Put the site together: outputs as (name, title, formats), digests as (name, title), files below ``storage``.

    ``mailings`` are more of what has issues, shown when it has some; ``reception`` is for people who subscribe, and
    without it nobody can.

    Every link is relative to the page it stands on, so that neither the Host header nor a proxy's prefix can bend it.
    """
    named = [
        {"name": name, "title": title or name, "formats": [_link(name, shape) for shape in formats]}
        for name, title, formats in outputs
    ]
    frame = {"site": title, "language": language, "outputs": named}
    shelf = Shelf(storage, outputs, (*digests, *mailings))
    pages = _Pages(shelf, render, frame, {name for name, _ in digests}, reception)
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


def _shelves(pages: "_Pages") -> list[Route]:
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


def _doors(pages: "_Pages", reception: Reception | None) -> list[Route]:
    """The routes for people, when there is somebody to receive them."""
    if reception is None:
        return []
    people = People(reception, pages.show, pages.written)
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


class _Pages:
    """The endpoints. They are plain functions: Starlette runs them in threads, because they read files."""

    def __init__(
        self, shelf: Shelf, render: Render, frame: Mapping[str, Any], always: set[str], reception: Reception | None
    ) -> None:
        self._shelf = shelf
        self._render = render
        self._frame = frame
        self._always = always  # shown on the first page, also without an issue
        self._reception = reception

    def index(self, request: Request) -> Response:
        subscribed = {offer.digest for offer in self._reception.offers} if self._reception else set()
        digests = [
            {"name": name, "title": title or name, "periods": periods[:_LATEST], "subscribe": name in subscribed}
            for name, title in self._shelf.digests
            if (periods := self._shelf.periods(name)) or name in self._always
        ]
        return self._page(request, "index.html", digests=digests)

    def style(self, request: Request) -> Response:
        style = self._render("style.css", {})
        return _answer(request, Resource(style.encode(), "text/css; charset=utf-8"), guard=_GUARD)

    def health(self, request: Request) -> Response:
        return _answer(request, Resource(b"ok\n", MEDIA_TYPES["txt"], cache="no-store"), guard=_GUARD)

    def output(self, request: Request) -> Response:
        named = request.path_params
        return _answer(request, self._shelf.output(named["name"], named["extension"]), guard=_GUARD)

    def nearly_issues(self, request: Request) -> Response:
        digest = request.path_params["digest"]
        if self._shelf.digest_title(digest) is None:
            raise HTTPException(404)
        return Response(status_code=308, headers={"location": f"{digest}/", **_guarded(_GUARD)})

    def issues(self, request: Request) -> Response:
        digest = request.path_params["digest"]
        title = self._shelf.digest_title(digest)
        if title is None:
            raise HTTPException(404)
        return self._page(request, "issues.html", title=title, periods=self._shelf.periods(digest))

    def issue(self, request: Request) -> Response:
        return self._issue(request, "html")

    def issue_text(self, request: Request) -> Response:
        return self._issue(request, "txt")

    def missing(self, request: Request, error: Exception) -> Response:
        return self._page(request, "missing.html", status=404)

    def refused(self, request: Request, error: Exception) -> Response:
        allowed = getattr(error, "headers", None) or {}
        methods = ", ".join(sorted(allowed.get("Allow", "GET, HEAD").split(", ")))
        text, allow = f"Only {methods} are answered here.\n".encode(), {"allow": methods}
        return _answer(request, Resource(text, MEDIA_TYPES["txt"], None, 405, "no-store", allow), guard=_GUARD)

    def unread(self, request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 400)
        text = b"This form is larger than it can be.\n" if status == 413 else b"This form cannot be read.\n"
        return _answer(request, Resource(text, MEDIA_TYPES["txt"], None, status, "no-store"), guard=_GUARD)

    def unwell(self, request: Request, error: Exception) -> Response:
        text, later = b"This does not work at present. Please try again later.\n", {"retry-after": "60"}
        return _answer(request, Resource(text, MEDIA_TYPES["txt"], None, 503, "no-store", later), guard=_GUARD)

    def show(self, request: Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
        """Write a page that is for one reader only: never kept by anybody, and never told apart by its tag."""
        page = self.written(template, {**values, "root": _up(request)}).encode()
        headers = {"x-robots-tag": "noindex"}
        resource = Resource(page, MEDIA_TYPES["html"], status=status, cache="no-store", headers=headers)
        encodings = {"accept-encoding": request.headers.get("accept-encoding", "")}
        answer = decide(encodings, resource, method=request.method)
        return Response(answer.body, answer.status, headers={**answer.headers, **_guarded(_FORM_GUARD)})

    def written(self, template: str, values: Mapping[str, Any]) -> str:
        """Write a template out within the frame of the site."""
        return self._render(template, {**self._frame, "root": "../", **values})

    def _issue(self, request: Request, extension: str) -> Response:
        named = request.path_params
        issue = self._shelf.issue(named["digest"], named["period"], extension=extension)
        return _answer(request, issue, guard=_ISSUE_GUARD)

    def _page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        text = self._render(template, {**self._frame, "root": _up(request), **values})
        cache = "public, max-age=300" if status == 200 else "no-store"
        page = Resource(text.encode(), MEDIA_TYPES["html"], status=status, cache=cache)
        return _answer(request, page, guard=_PAGE_GUARD)


def _up(request: Request) -> str:
    """Lead from the page that was asked for to the first page, by a relative address."""
    depth = request.scope["raw_path"].count(b"/") - 1
    return "/" if depth > _DEEPEST else "../" * depth or "./"


def _link(name: str, shape: Format) -> dict[str, str]:
    """Say where an output lies in one format, as autodiscovery and the page's own links need it."""
    return {"path": f"feeds/{name}.{shape}", "label": _SHAPES[shape], "type": MEDIA_TYPES[shape].partition(";")[0]}


def _answer(request: Request, resource: Resource | None, *, guard: str) -> Response:
    """Turn what was decided into Starlette's response; a resource that is not there becomes a 404."""
    if resource is None:
        raise HTTPException(404)
    headers = {name: ", ".join(request.headers.getlist(name)) for name in request.headers}
    answer = decide(headers, resource, method=request.method)
    return Response(answer.body, answer.status, headers={**answer.headers, **_guarded(guard)})


def _guarded(guard: str) -> dict[str, str]:
    return {"content-security-policy": guard, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
