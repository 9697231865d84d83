"""The errors of the program, each with its subject and whether trying again can help.

    AggregatorError
    ├── ConfigError            feeds.yaml is wrong; .problems lists every place          exit 2
    ├── WorkspaceError         the workspace cannot be read or written                   exit 1
    │   └── NoWorkspaceError   there is none here                                        exit 2
    ├── LockedError            another process works in this workspace; .holder          exit 4
    ├── NotFoundError          what was named (entry, digest, issue) is not there        exit 1
    ├── FeedError              one feed could not be read; .url
    │   ├── FetchError         no usable answer; .status, .retry_after
    │   │   ├── HostPausedError   not asked at all: its host has had enough for now; .retry_after
    │   │   ├── SetupError        not asked at all: feeds.yaml or the environment is to be mended first
    │   │   │   └── BarredError   its server was not reached: our proxy, or our list of certificates, was in the way
    │   │   └── ElsewhereError    its address leads to another host, which was not asked; .target
    │   ├── UnreadError        an answer that this machine could not read: it lacks room, or processes
    │   └── ParseError         an answer that is no feed
    ├── RosterError            a list of subscribers cannot be read; .problems lists every line
    ├── TokenError             a link that is not ours, not whole, or too old; .expired
    ├── TemplateError          a template of the user's cannot be rendered; .template    exit 1
    └── MailError              one message was not taken; .recipient, .code, .reply      exit 75 when temporary

An outcome of work on one feed or one message is a value (``Fetched | FetchError``), so that one bad feed never
stops a run; the rest of the tree is raised.
"""

from datetime import datetime
from typing import Literal

MailStep = Literal["connect", "sender", "recipient", "data", "message"]
"""What a mail server was asked: to talk to us, to take a sender, a recipient, the word DATA, the whole message."""


NOT_ASKED = "not asked: "
"""So begins why somebody was not asked at all."""


class AggregatorError(Exception):
    """Something the user can act on: what happened, where, and what to do next."""

    permanent: bool = True
    exit_code: int = 1

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with all that it carries: it crosses the hop between processes."""
        return _restore, (type(self), self.args, self.__dict__)


class ConfigError(AggregatorError):
    """feeds.yaml has mistakes; ``problems`` are lines ``feeds.yaml:LINE:COL: path: what is wrong``, all of them."""

    exit_code = 2

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class WorkspaceError(AggregatorError):
    """The workspace cannot be read or written."""


class NoWorkspaceError(WorkspaceError):
    """There is no workspace here."""

    exit_code = 2


class LockedError(AggregatorError):
    """Another process works in this workspace; ``holder`` says which, and since when."""

    permanent = False
    exit_code = 4

    def __init__(self, holder: str) -> None:
        then = "try again when it has finished"
        if "aggregator run," in holder:
            then = (
                "it goes on until you stop it: it reads feeds when due (`aggregator feeds`), feeds.yaml on `kill -HUP`"
            )
        super().__init__(f"this workspace is in use by {holder}; {then}")
        self.holder = holder


class NotFoundError(AggregatorError):
    """Nothing has the name that was given."""


class FeedError(AggregatorError):
    """One feed could not be read; the others go on."""

    def __init__(self, url: str, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.url = url
        self.reason = reason
        self.permanent = permanent


class FetchError(FeedError):
    """No usable answer came: the network, the guard, a limit or an HTTP status ≥ 400.

    ``status`` is the HTTP status or 0; ``retry_after`` the moment (UTC) before which the server asked not to be
    asked again (RFC 9110 §10.2.3).
    """

    def __init__(
        self,
        url: str,
        reason: str,
        *,
        permanent: bool = False,
        status: int = 0,
        retry_after: datetime | None = None,
    ) -> None:
        super().__init__(url, reason, permanent=permanent)
        self.status = status
        self.retry_after = retry_after

    @property
    def asks_for_time(self) -> bool:
        """Whether the server wants to be asked later: by a 429 (RFC 6585 §4), or a 503 that names a time."""
        return self.status == 429 or (self.status == 503 and self.retry_after is not None)


class HostPausedError(FetchError):
    """The feed was not asked: its host told us, over another feed, to come later, or is silent. Nobody is to blame.

    ``retry_after`` is the moment (UTC) until which the host is left alone; ``status`` is 0.
    """

    retry_after: datetime

    def __init__(self, url: str, reason: str, *, retry_after: datetime) -> None:
        super().__init__(url, reason, retry_after=retry_after)


class SetupError(FetchError):
    """The feed was not asked: feeds.yaml or the environment of this machine is to be mended first.

    No server is to blame, and none is asked before that: there is nothing to back off from. ``reason`` says what to do.
    ``secret`` is true when it is not the address that stands in the way, but a secret that is missing.
    """

    def __init__(self, url: str, reason: str, *, secret: bool = False) -> None:
        super().__init__(url, reason, permanent=True)
        self.secret = secret


class BarredError(SetupError):
    """The feed's server was not reached: our own proxy, or our own list of certificates, stood in the way.

    What was in the way is known by trying only, so it is tried again with patience.
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason, secret=True)
        self.permanent = False


class ElsewhereError(FetchError):
    """The address redirects to another host, which this request was not to ask; ``target`` is where it leads."""

    def __init__(self, url: str, reason: str, *, target: str, status: int) -> None:
        super().__init__(url, reason, status=status)
        self.target = target


class UnreadError(FeedError):
    """An answer came that this machine could not read, for want of room or processes: nobody else is to blame."""


class ParseError(FeedError):
    """An answer came, but it is no feed, or reading it broke a bound."""


class RosterError(AggregatorError):
    """A list of subscribers has mistakes; ``problems`` are lines ``FILE:LINE: what is wrong``, all of them."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class TokenError(AggregatorError):
    """A token was not written by us for this purpose, or (``expired``) too long ago."""

    def __init__(self, reason: str, *, expired: bool = False) -> None:
        super().__init__(reason)
        self.expired = expired


class TemplateError(AggregatorError):
    """A template cannot be rendered; ``template`` is FILE:LINE.

    ``problems`` are lines ``FILE:LINE: what is wrong``: this one and those that were found with it.
    """

    def __init__(self, template: str, reason: str, *, others: tuple[str, ...] = ()) -> None:
        self.problems = (f"{template}: {reason}", *others)
        super().__init__("\n".join(self.problems))
        self.template, self.reason = template, reason


class MailError(AggregatorError):
    """One message was not taken by the mail server.

    ``code`` is the SMTP reply code (RFC 5321 §4.2) or 0 when no reply came, and ``step`` what it is the answer to;
    ``unknown`` is true when the server
    may have taken the message all the same (the connection broke after its last byte, RFC 1047), ``blocked`` when
    what stands in the way is not this message: the next one would fare no better.
    """

    exit_code = 75

    def __init__(
        self,
        recipient: str,
        code: int,
        reply: str,
        *,
        step: MailStep = "connect",
        permanent: bool = False,
        unknown: bool = False,
        blocked: bool = False,
    ) -> None:
        super().__init__(f"{recipient}: {code or 'no reply'} {reply}".strip())
        self.recipient = recipient
        self.code = code
        self.reply = reply
        self.step = step
        self.permanent = permanent
        self.unknown = unknown
        self.blocked = blocked

    @property
    def said(self) -> str:
        """What the server said, with its code, or why it said nothing."""
        return f"{self.code} {self.reply}" if self.code else self.reply


def _restore(kind: type[AggregatorError], args: tuple[object, ...], state: dict[str, object]) -> AggregatorError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
