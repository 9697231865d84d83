"""The addresses by which people subscribe, confirm, choose and leave, without accounts.

GET and HEAD only show: scanners follow every link of a mail. What changes something is a POST, of a page's one button
or of a mail program (RFC 8058), by a token that is good for one purpose.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aggregator.errors import TokenError
from aggregator.model import Offer, Preferred, Reader, Taken, Wanted
from aggregator.pipeline.asking import plausible
from aggregator.pipeline.frame import Frame
from aggregator.pipeline.people import TRAP, Done, done_values, form_values, preference_values, reader_values
from aggregator.pipeline.tokens import Purpose
from aggregator.web.forms import FormData, read_form

Show = Callable[..., Response]
"""A request, a template, its values and a status → the page."""

LONGEST = 254
"""So much of what was written for an address is shown again; a mail address has no more (RFC 5321, erratum 1690)."""

Speak = Callable[[str], Frame]
"""A language's tag (empty: that of the site) → its words: the seam to templates."""


_TAKEN: Mapping[Taken, int] = {"asked": 200, "busy": 503, "crowded": 429}


class Reception(Protocol):
    """Who does what people ask for: the seam to jobs."""

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What people may subscribe to."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of everybody who chose none."""

    @property
    def zones(self) -> Sequence[str]:
        """The time zones to choose from."""

    def ask(self, request: Wanted) -> Taken:
        """Write down what somebody asks for, or say why not."""

    def reader(self, purpose: Purpose, token: str) -> Reader:
        """Tell how somebody stands who followed a link; raises TokenError."""

    def confirm(self, token: str, also: Collection[str]) -> Reader:
        """Take a subscription as meant."""

    def leave(self, purpose: Purpose, token: str) -> Reader:
        """End a subscription."""

    def undo(self, purpose: Purpose, token: str) -> Reader:
        """Take back that somebody left."""

    def prefer(self, token: str, wish: Preferred) -> Reader:
        """Keep what a subscriber chose; raises ValueError for what is not on offer."""


class People:
    """The endpoints; what blocks runs in a thread.

    Who is known by a link is spoken to in the language of their choice. The form, and all that answers without knowing
    anybody, speaks that of the site, whatever the address: the answer must not tell who subscribes.
    """

    def __init__(
        self, reception: Reception, show: Show, render: Callable[[str, Mapping[str, Any]], str], speak: Speak
    ) -> None:
        self._reception, self._show, self._render, self._speak = reception, show, render, speak

    async def subscribe(self, request: Request) -> Response:
        """Show the form of a digest, and take it."""
        return await self._answer(request, self._subscribe)

    async def confirm(self, request: Request) -> Response:
        """Ask whether a subscription is meant, and take the answer."""
        return await self._answer(request, self._confirm)

    async def unsubscribe(self, request: Request) -> Response:
        """Ask whether somebody leaves, and let them, or back in."""
        return await self._answer(request, self._unsubscribe)

    async def preferences(self, request: Request) -> Response:
        """Show what somebody chose, and keep what they choose."""
        return await self._answer(request, self._preferences)

    async def _answer(self, request: Request, act: Callable[[Request, FormData], Response]) -> Response:
        form = await read_form(request) if request.method == "POST" else {}
        try:
            return await run_in_threadpool(act, request, form)
        except TokenError as error:
            return await run_in_threadpool(self._trouble, request, error)

    def _trouble(self, request: Request, error: TokenError) -> Response:
        return (
            self._done(request, "expired", status=410) if error.expired else self._done(request, "unknown", status=404)
        )

    def _subscribe(self, request: Request, form: FormData) -> Response:
        """Show the form, or answer what was sent: the same for everybody, before anything is looked up."""
        name = request.path_params["digest"]
        offer = next((one for one in self._reception.offers if one.digest == name), None)
        if offer is None:
            raise HTTPException(404)
        frame = self._speak("")
        if request.method != "POST":
            return self._show(request, "subscribe.html", form_values(offer, frame))
        if _first(form, TRAP):
            return self._done(request, "asked")
        address = _first(form, "address").strip()
        topics, frequency = tuple(form.get("topic", ())), _first(form, "frequency")
        if not plausible(address):
            shown = address[:LONGEST]
            values = form_values(offer, frame, wrong=True, address=shown, topics=topics, frequency=frequency)
            return self._show(request, "subscribe.html", values, status=422)
        host = request.client.host if request.client else ""
        page = self._render("subscribe.html", form_values(offer, frame))
        wish = Wanted(name, address, topics, frequency, host, page)
        taken = self._reception.ask(wish)
        return self._done(request, taken, status=_TAKEN[taken])

    def _confirm(self, request: Request, form: FormData) -> Response:
        token = request.path_params["token"]
        if _first(form, "act") == "confirm":
            reader = self._reception.confirm(token, form.get("also", ()))
            if reader.subscription.state == "confirmed":
                return self._done(request, "confirmed", reader)
        reader = self._reception.reader("confirm", token)
        return self._show(request, "confirmation.html", self._values(reader), status=_status(request, form, "confirm"))

    def _unsubscribe(self, request: Request, form: FormData) -> Response:
        token = request.path_params["token"]
        if _first(form, "List-Unsubscribe").strip().casefold() == "one-click":  # RFC 8058 §3.1; the page's button too
            return self._done(request, "left", self._reception.leave("unsubscribe", token))
        if _first(form, "act") == "undo":
            return self._back(request, self._reception.undo("unsubscribe", token))
        reader = self._reception.reader("unsubscribe", token)
        return self._show(request, "unsubscribe.html", self._values(reader), status=_status(request, form))

    def _preferences(self, request: Request, form: FormData) -> Response:
        token, act = request.path_params["token"], _first(form, "act")
        if act == "leave":
            return self._done(request, "left", self._reception.leave("preferences", token))
        if act == "undo":
            return self._back(request, self._reception.undo("preferences", token))
        reader, wrong = self._reception.reader("preferences", token), False
        saving = act == "save" and reader.subscription.state == "confirmed"
        try:
            reader = self._reception.prefer(token, _preferred(form)) if saving else reader
        except ValueError:
            wrong = True
        frame, zone, zones = self._frame(reader), self._reception.zone, self._reception.zones
        values = preference_values(reader, frame, zone=zone, zones=zones, saved=saving and not wrong, wrong=wrong)
        return self._show(request, "preferences.html", values, status=422 if wrong else _status(request, form, "save"))

    def _frame(self, reader: Reader | None) -> Frame:
        return self._speak(reader.subscriber.language if reader else "")

    def _values(self, reader: Reader) -> dict[str, Any]:
        return reader_values(reader, self._frame(reader), zone=self._reception.zone)

    def _back(self, request: Request, reader: Reader) -> Response:
        return self._done(request, "back" if reader.subscription.state == "confirmed" else "not-back", reader)

    def _done(self, request: Request, done: Done, reader: Reader | None = None, *, status: int = 200) -> Response:
        values = done_values(done, self._frame(reader), reader=reader, zone=self._reception.zone)
        return self._show(request, "done.html", values, status=status)


def _status(request: Request, form: FormData, *acts: str) -> int:
    """Give 400 for a POST that asks for nothing that can be done: whoever sent it must not think that it was."""
    return 400 if request.method == "POST" and _first(form, "act") not in acts else 200


def _first(form: FormData, name: str) -> str:
    return form.get(name, [""])[0]


def _preferred(form: FormData) -> Preferred:
    """Read what was chosen; raises ValueError for a pause that is no number of weeks."""
    pause = _first(form, "pause")
    if pause not in ("", "keep") and not (pause.isascii() and pause.isdigit() and len(pause) < 4):
        raise ValueError("a pause is a number of weeks")
    weeks = int(pause) if pause not in ("", "keep") else None
    topics, frequency = tuple(form.get("topic", ())), _first(form, "frequency")
    return Preferred(topics, frequency, weeks, _first(form, "language"), _first(form, "zone"))
