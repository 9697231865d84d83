"""What becomes post of an issue: addresses, message ids, and the finished bytes."""

from datetime import datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.model import Issue, Letter, Message
from aggregator.pipeline.letter import NOBODY, leave_by_mail, memo, message, message_id
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


def editor(app: App) -> str:
    """Give the address at which the editor is reached: ``contact:`` if it is one of mail, else ``mail.from``."""
    return contact_mail(app) or (app.config.mail.sender if app.config.mail else "")


def reminder(app: App, issue: Issue, letter: Letter) -> Message:
    """Write to the editor that an issue waits for approval, with the issue as it would be sent."""
    name = issue.digest
    text = (
        f"The issue of {issue.title} for {issue.date} is composed and waits for you.\n\n"
        f"  aggregator digest edit {name}      change the order, drop, pin, add notes\n"
        f"  aggregator digest approve {name}   send it\n\n"
        "Nothing is sent until then. If the time of the next issue comes first, that one tells all of this as well.\n\n"
        f"It would be sent like this:\n\nSubject: {issue.subject}\n\n{letter.text}"
    )
    return memo(
        f"To approve: {issue.subject}",
        text,
        sender=sender(app),
        recipient=editor(app),
        message_id=message_id(name, f"{issue.period}.approve", editor(app), host=host(app)),
        date=app.clock(),
    )


def send_one(app: App, message: Message) -> str:
    """Send one message that no delivery stands for, or write it to storage/outbox/; says what became of it."""
    if app.config.mail is None:
        return to_outbox(app, message)
    from aggregator.mail import Smtp

    with Smtp(app.config.mail) as post:
        return post.send(message)


def to_outbox(app: App, message: Message) -> str:
    """Write a message into storage/outbox/."""
    name = f"{message.message_id.strip('<>').partition('@')[0]}.eml"
    app.archive.write_outbox(name, message.data)
    return f"written to storage/outbox/{name}"


def write_letter(app: App, issue: Issue, letter: Letter, eml: bytes) -> None:
    """Keep an issue as files: storage/issues/DIGEST/PERIOD.html, .txt and .eml."""
    files = {"html": letter.html.encode(), "txt": letter.text.encode(), "eml": eml}
    for kind, data in files.items():
        app.archive.write_issue(issue.digest, f"{issue.period}.{kind}", data)
