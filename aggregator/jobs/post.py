"""What becomes post of an issue: addresses, message ids, and the finished bytes."""

from datetime import datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.model import Issue, Letter, Message
from aggregator.pipeline.letter import NOBODY, leave_by_mail, message, message_id
from aggregator.pipeline.mailpolicy import mailbox


def sender(app: App) -> str:
    """Say who the post is from: ``mail.from``, else the workspace itself."""
    return app.config.mail.sender if app.config.mail else mailbox(app.config.title, f"digest@{host(app)}")


def host(app: App) -> str:
    """Name the host of Message-ID and List-Id: that of ``mail.from``, else of ``home``."""
    if app.config.mail:
        return parseaddr(app.config.mail.sender)[1].rpartition("@")[2]
    name = urlsplit(app.config.home).hostname or ""
    return name if "." in name and ":" not in name else "localhost.invalid"


def address_book(app: App, digest: DigestConfig, issue: Issue) -> list[tuple[str, str]]:
    """List recipient and Message-ID of each delivery, fixed beforehand."""
    return [(to, message_id(digest.name, issue.period, to, host=host(app))) for to in dict.fromkeys(digest.to)]


def footer_links(app: App, digest: DigestConfig, period: str) -> dict[str, str]:
    """Give the addresses under an issue: the issue on the web, and the mail that asks the editor to leave."""
    links = {}
    if app.config.home:
        links["web"] = f"{app.config.home}issues/{digest.name}/{period}"
    if contact := contact_mail(app):
        links["unsubscribe"] = leave_by_mail(contact, digest.name)
    return links


def contact_mail(app: App) -> str:
    """Give the editor's mail address, if ``contact:`` is one."""
    contact = app.config.contact
    return contact if "@" in contact and "/" not in contact else ""


def written(app: App, issue: Issue, letter: Letter, *, recipient: str, id: str) -> Message:
    """Make the finished bytes of one issue for one address; the same every time."""
    return message(
        issue,
        letter,
        sender=sender(app),
        recipient=recipient,
        message_id=id,
        date=datetime.fromisoformat(issue.composed),
        host=host(app),
        unsubscribe=contact_mail(app),
    )


def generic(app: App, issue: Issue, letter: Letter) -> bytes:
    """Make the copy for the archive, addressed to nobody."""
    return written(
        app, issue, letter, recipient=NOBODY, id=message_id(issue.digest, issue.period, NOBODY, host=host(app))
    ).data
