"""The pages of the site, and the files behind them: which template, which words, which guard."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aggregator.errors import TemplateError
from aggregator.pipeline.people import Done, done_values, voice
from aggregator.web.answer import Resource, decide
from aggregator.web.people import Reception, Speak
from aggregator.web.shelf import MEDIA_TYPES, Shelf

Render = Callable[[str, Mapping[str, Any]], str]
"""A template's name and its values → the text: the seam to templates."""

_GUARD = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PAGE_GUARD = f"{_GUARD}; style-src 'self'"
_FORM_GUARD = _PAGE_GUARD.replace("form-action 'none'", "form-action 'self'")
_ISSUE_GUARD = f"{_GUARD}; style-src 'unsafe-inline'"  # a mail carries its style within itself
_NO_MORE: Mapping[str, str] = MappingProxyType({})
_SORRY: Mapping[Done, str] = {
    "unread": "This form cannot be read. Please go back and send it again.",
    "unwell": "This does not work at present. Please try again later.",
}
_LATEST = 5
_DEEPEST = 10  # folders in an address: no page of ours lies deeper, and each link would repeat them


class Pages:
    """The endpoints. They are plain functions: Starlette runs them in threads, because they read files."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        render: Render,
        speak: Speak,
        frame: Mapping[str, Any],
        always: set[str],
        forms: Mapping[str, str],
        reception: Reception | None,
    ) -> None:
        self._shelf = shelf
        self._render = render
        self.speak = speak
        self._frame = frame
        self._always = always  # shown on the first page, also without an issue
        self._forms = forms  # by the name of what has issues: the digest that is subscribed to
        self._reception = reception

    def index(self, request: Request) -> Response:
        """Show outputs, digests with their latest issues, and where to subscribe."""
        forms = self._open_forms()
        digests = [
            {"name": name, "title": title or name, "periods": periods[:_LATEST], "subscribe": forms.get(name, "")}
            for name, title in self._shelf.digests
            if (periods := self._shelf.periods(name)) or name in self._always
        ]
        return self._page(request, "index.html", digests=digests)

    def _open_forms(self) -> dict[str, str]:
        """Name, for what has issues, the digest by whose form people subscribe; none for what nobody may."""
        subscribed = {offer.digest for offer in self._reception.offers} if self._reception else set()
        return {name: digest for name, digest in self._forms.items() if digest in subscribed}

    def style(self, request: Request) -> Response:
        """Give the style sheet of all pages."""
        style = self._render("style.css", {})
        return _answer(request, Resource(style.encode(), "text/css; charset=utf-8"), guard=_GUARD)

    def health(self, request: Request) -> Response:
        """Say that the site answers."""
        return _answer(request, Resource(b"ok\n", MEDIA_TYPES["txt"], cache="no-store"), guard=_GUARD)

    def output(self, request: Request) -> Response:
        """Give an output feed as it was written."""
        named = request.path_params
        return _answer(request, self._shelf.output(named["name"], named["extension"]), guard=_GUARD)

    def nearly_issues(self, request: Request) -> Response:
        """Lead to the list of issues."""
        digest = request.path_params["digest"]
        if self._shelf.digest_title(digest) is None:
            raise HTTPException(404)
        return Response(status_code=308, headers={"location": f"{digest}/", **_guarded(_GUARD)})

    def issues(self, request: Request) -> Response:
        """List the issues of a digest."""
        digest = request.path_params["digest"]
        title = self._shelf.digest_title(digest)
        if title is None:
            raise HTTPException(404)
        form = self._open_forms().get(digest, "")
        return self._page(request, "issues.html", title=title, periods=self._shelf.periods(digest), subscribe=form)

    def issue(self, request: Request) -> Response:
        """Give an issue as a page."""
        return self._issue(request, "html")

    def issue_text(self, request: Request) -> Response:
        """Give an issue as text."""
        return self._issue(request, "txt")

    def missing(self, request: Request, error: Exception) -> Response:
        """Say that there is nothing at an address."""
        try:
            return self._page(request, "missing.html", status=404)
        except TemplateError:
            return _plainly(request, "There is nothing at this address.", status=404)

    def refused(self, request: Request, error: Exception) -> Response:
        """Say which methods an address answers, for programs: in English."""
        allowed = getattr(error, "headers", None) or {}
        methods = ", ".join(sorted(allowed.get("Allow", "GET, HEAD").split(", ")))
        return _plainly(request, f"Only {methods} are answered here.", status=405, headers={"allow": methods})

    def unread(self, request: Request, error: Exception) -> Response:
        """Say that a form cannot be read."""
        return self._sorry(request, "unread", status=getattr(error, "status_code", 400))

    def unwell(self, request: Request, error: Exception) -> Response:
        """Say that something of ours does not work."""
        return self._sorry(request, "unwell", status=503, headers={"retry-after": "60"})

    def _sorry(self, request: Request, done: Done, *, status: int, headers: Mapping[str, str] = _NO_MORE) -> Response:
        """Say what went wrong; in plain English when the template is what went wrong, for nobody catches that here."""
        try:
            values = done_values(done, self.speak(""), zone=ZoneInfo("UTC"))
            return self.show(request, "done.html", values, status=status, headers=headers)
        except TemplateError:
            return _plainly(request, _SORRY[done], status=status, headers=headers)

    def show(
        self,
        request: Request,
        template: str,
        values: Mapping[str, Any],
        *,
        status: int = 200,
        headers: Mapping[str, str] = _NO_MORE,
    ) -> Response:
        """Write a page that is for one reader only: never kept by anybody, and never told apart by its tag."""
        page = self.written(template, {**values, "root": _up(request)}).encode()
        headers = {"x-robots-tag": "noindex", **headers}
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
        text = self._render(template, {**self._frame, **voice(self.speak("")), "root": _up(request), **values})
        cache = "public, max-age=300" if status == 200 else "no-store"
        page = Resource(text.encode(), MEDIA_TYPES["html"], status=status, cache=cache)
        return _answer(request, page, guard=_PAGE_GUARD)


def _up(request: Request) -> str:
    """Lead from the page that was asked for to the first page, by a relative address."""
    depth = request.scope["raw_path"].count(b"/") - 1
    return "/" if depth > _DEEPEST else "../" * depth or "./"


def _answer(request: Request, resource: Resource | None, *, guard: str) -> Response:
    """Turn what was decided into Starlette's response; a resource that is not there becomes a 404."""
    if resource is None:
        raise HTTPException(404)
    headers = {name: ", ".join(request.headers.getlist(name)) for name in request.headers}
    answer = decide(headers, resource, method=request.method)
    return Response(answer.body, answer.status, headers={**answer.headers, **_guarded(guard)})


def _plainly(request: Request, words: str, *, status: int, headers: Mapping[str, str] = _NO_MORE) -> Response:
    """Answer in plain English, without a template."""
    text = Resource(f"{words}\n".encode(), MEDIA_TYPES["txt"], None, status, "no-store", headers)
    return _answer(request, text, guard=_GUARD)


def _guarded(guard: str) -> dict[str, str]:
    return {"content-security-policy": guard, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
