"""Mail that came back, in the forms of many servers, written anew: what each says, and what it comes to.

All of it is about a delivery to ``READER``, and was sent to the return path of that delivery.
"""

import base64
import quopri
from dataclasses import dataclass
from textwrap import dedent

SECRET = b"a secret of thirty-two bytes ...".ljust(32, b".")
BOUNCES = "bounces@desk.example.org"
PATH = "bounces+41.dwymsux35hbk@desk.example.org"  # what ``return_path`` makes of these for delivery 41
READER = "reader@far.example.org"
OURS = f"""\
Return-Path: <{PATH}>
From: Test Desk <desk@example.org>
To: {READER}
Subject: Morning briefing
Message-ID: <d.morning.2026-11-23.1a2b3c4d5e6f7081@example.org>
List-Id: Morning briefing <morning.example.org>

The issue.
"""


@dataclass(frozen=True)
class Case:
    """A message and what it comes to: a kind with its status, or why it is nothing."""

    name: str
    data: bytes
    kind: str | None
    status: str = ""
    says: str = ""  # stands in the diagnostic, or in the reason


DAEMON = "Mail Delivery System <MAILER-DAEMON@far.example.org>"
PERSON = "Some Reader <reader@far.example.org>"


def mail(text: str, *, sender: str = DAEMON, subject: str = "Returned mail", head: str = "") -> bytes:
    """Write a message in words only."""
    subject = "Re: Morning briefing" if sender == PERSON and subject == "Returned mail" else subject
    first = f"Return-Path: <>\nFrom: {sender}\nTo: {PATH}\nSubject: {subject}\n{head}"
    return f"{first}Message-ID: <1@far.example.org>\n\n{dedent(text)}".encode()


def dsn(
    fields: str,
    *,
    words: str = "Your message could not be delivered.",
    part: str = "Content-Type: message/delivery-status",
    returned: str = "message/rfc822",
    top: str = "multipart/report; report-type=delivery-status",
) -> bytes:
    """Write a report in the form of RFC 3464 around its ``fields``."""
    return (
        f"Return-Path: <>\nDelivered-To: {PATH}\nFrom: MAILER-DAEMON@far.example.org\nTo: {PATH}\n"
        "Subject: Undelivered\nMessage-ID: <2@far.example.org>\nMIME-Version: 1.0\n"
        f'Content-Type: {top}; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{words}\n\n--b\n{part}\n\n{fields}\n--b\n"
        f"Content-Type: {returned}\n\n{OURS}\n--b--\n"
    ).encode()


def block(action: str, status: str, diagnostic: str = "", *, to: str = READER, more: str = "") -> str:
    """Write the usual two groups of fields."""
    said = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    last = f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n{said}{more}"
    return f"Reporting-MTA: dns; mx.far.example.org\n\n{last}"


def complaint(kind: str, *, fields: str = "", part: str = OURS) -> bytes:
    """Write a complaint in the form of RFC 5965."""
    return (
        "From: feedback@far.example.org\nTo: abuse@desk.example.org\nSubject: FW: Morning briefing\nMIME-Version: 1.0\n"
        'Message-ID: <3@far.example.org>\nContent-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is a report about a message.\n\n--b\n"
        f"Content-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: Far-FBL/1.0\n{fields}\n"
        f"--b\nContent-Type: message/rfc822\n\n{part}\n--b--\n"
    ).encode()


def encoded(fields: str, how: str) -> bytes:
    """Write a report whose fields are encoded, as no standard allows and some servers do."""
    raw = fields.encode()
    body = base64.encodebytes(raw) if how == "base64" else quopri.encodestring(raw)
    return dsn(body.decode(), part=f"Content-Type: message/delivery-status\nContent-Transfer-Encoding: {how}")


UTF8 = """\
Reporting-MTA: dns; mx.far.example.org

Original-Recipient: utf-8; r\\x{E9}ader@far.example.org
Final-Recipient: utf-8; réader@far.example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 Kein solches Postfach: unbekannt
"""

STANDARD = [
    Case(
        "postfix: no such user",
        dsn(
            block(
                "failed",
                "5.1.1",
                f"550 5.1.1 <{READER}>: Recipient address\n    rejected: User unknown in virtual mailbox table",
                more=f"Original-Recipient: rfc822;{READER}\nRemote-MTA: dns; mx.far.example.org\n",
            )
        ),
        "permanent",
        "5.1.1",
        "rejected: User unknown in virtual mailbox table",
    ),
    Case(
        "postfix: mailbox full",
        dsn(block("failed", "5.2.2", f"552 5.2.2 <{READER}>: mailbox is full")),
        "transient",
        "5.2.2",
        "mailbox is full",
    ),
    Case(
        "postfix: given up after five days",
        dsn(block("failed", "4.4.1", "X-Postfix; connect to mx.far.example.org[192.0.2.1]:25: Connection timed out")),
        "transient",
        "4.4.1",
        "Connection timed out",
    ),
    Case(
        "postfix: still tried",
        dsn(block("delayed", "4.2.0", "450 4.2.0 greylisted, try again later"), returned="text/rfc822-headers"),
        "delayed",
        "4.2.0",
    ),
    Case(
        "postfix: a domain that is not there",
        dsn(block("failed", "5.4.4", "X-Postfix; Host or domain name not found. Name service error")),
        "transient",
        "5.4.4",
    ),
    Case(
        "postfix: what was delivered is told, because somebody asked",
        dsn(block("delivered", "2.0.0", "250 2.0.0 OK")),
        None,
        says="was delivered",
    ),
    Case("relayed to where nothing is reported", dsn(block("relayed", "2.0.0")), None, says="was handed on"),
    Case("expanded to a list", dsn(block("expanded", "2.0.0")), None, says="went to a list of addresses"),
    Case(
        "sendmail: host unknown",
        dsn(
            block("failed", "5.1.2", f"550 5.1.2 <{READER}>... Host unknown (Name server: far.example.org: not found)")
        ),
        "permanent",
        "5.1.2",
    ),
    Case(
        "sendmail: a status that says nothing, and words that do",
        dsn(block("failed", "5.0.0", "550 Invalid recipient")),
        "permanent",
        "5.0.0",
        "550 Invalid recipient",
    ),
    Case(
        "exim: unrouteable, its status in the general form",
        dsn(
            block(
                "failed",
                "5.0.0",
                more="X-Exim-Note: Unrouteable address\nDiagnostic-Code: X-Exim; Unrouteable address\n",
            )
        ),
        "permanent",
        "5.0.0",
        "Unrouteable address",
    ),
    Case(
        "exchange online: not found in the directory",
        dsn(
            block(
                "failed",
                "5.1.10",
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            )
        ),
        "permanent",
        "5.1.10",
    ),
    Case(
        "exchange online: refused at the edge, and means that there is nobody",
        dsn(block("failed", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied. [ABC.prod]")),
        "permanent",
        "5.4.1",
    ),
    Case(
        "exchange online: over quota",
        dsn(block("failed", "5.2.2", "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException")),
        "transient",
        "5.2.2",
    ),
    Case(
        "exchange online: our address is on a list of theirs",
        dsn(block("failed", "5.7.606", "550 5.7.606 Access denied, banned sending IP [192.0.2.7]")),
        "refused",
        "5.7.606",
    ),
    Case(
        "exchange: only who is known may write there",
        dsn(block("failed", "5.7.1", "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required")),
        "refused",
        "5.7.1",
    ),
    Case(
        "gmail: no such account",
        dsn(
            block(
                "failed",
                "5.1.1",
                "550-5.1.1 The email account that you tried to reach does not exist.\n"
                " 550-5.1.1 Look for typos in the address, and\n"
                " 550 5.1.1 for blanks. - gsmtp",
            )
        ),
        "permanent",
        "5.1.1",
        "The email account that you tried to reach does not exist",
    ),
    Case(
        "gmail: out of storage",
        dsn(block("failed", "5.2.2", "552-5.2.2 The email account that you tried to reach is over quota - gsmtp")),
        "transient",
        "5.2.2",
    ),
    Case(
        "gmail: an account that is closed",
        dsn(block("failed", "5.2.1", "550 5.2.1 The email account that you tried to reach is inactive - gsmtp")),
        "permanent",
        "5.2.1",
    ),
    Case(
        "gmail: we send too much of it",
        dsn(block("failed", "4.7.0", "421 4.7.0 unusual rate of mail from your IP address - gsmtp")),
        "refused",
        "4.7.0",
    ),
    Case(
        "gmail: not signed",
        dsn(block("failed", "5.7.26", "550 5.7.26 This mail is unauthenticated: no DKIM, SPF or DMARC pass - gsmtp")),
        "refused",
        "5.7.26",
    ),
    Case(
        "yahoo: a number of its own instead of a status",
        dsn(
            block(
                "failed", "5.0.0", "554 30 Sorry, your message cannot be delivered. This mailbox is disabled (554.30)."
            )
        ),
        "permanent",
        "5.0.0",
    ),
    Case(
        "outlook.com: no such mailbox, told as a fault of the protocol",
        dsn(block("failed", "5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)")),
        "permanent",
        "5.5.0",
    ),
    Case(
        "outlook.com: a block list",
        dsn(
            block(
                "failed", "5.7.1", "550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent: block list (S3140)"
            )
        ),
        "refused",
        "5.7.1",
    ),
    Case(
        "a code for no such user, on a message taken for spam",
        dsn(block("failed", "5.1.1", "550 5.1.1 Message rejected as spam")),
        "refused",
        "5.1.1",
    ),
    Case(
        "an address that has spam in its name",
        dsn(block("failed", "5.1.1", "550 5.1.1 <no-spam-policy@far.example.org>: user unknown")),
        "permanent",
        "5.1.1",
    ),
    Case(
        "given up for good by us, because of what it said for a while",
        dsn(block("failed", "5.0.0", "451 4.3.0 out of memory")),
        "transient",
        "4.3.0",
    ),
    Case(
        "a message too large",
        dsn(block("failed", "5.3.4", "552 5.3.4 Message size exceeds fixed limit")),
        "refused",
        "5.3.4",
    ),
    Case(
        "iPlanet: a comment behind the status",
        dsn(block("failed", "5.1.1 (unknown or illegal alias)", to=f"<{READER}>")),
        "permanent",
        "5.1.1",
    ),
    Case(
        "sims: the reason behind the status",
        dsn(block("failed", "5.0.0 (recipient reached disk quota)")),
        "transient",
        "5.0.0",
        "recipient reached disk quota",
    ),
    Case(
        "ntmail: a reply instead of a status",
        dsn(block("failure", "553 Exceeded maximum inbound message size")),
        "refused",
        "",
    ),
    Case(
        "a code that says nothing, and words only in the part for people",
        dsn(
            block("failed", "5.0.0"), words=f"An error has occurred.\n\n{READER}: user is unknown\n\nSo much for that."
        ),
        "permanent",
        "5.0.0",
        "user is unknown",
    ),
    Case(
        "opensmtpd: an action of its own",
        dsn(
            f"Reporting-MTA: dns; far.example.org\n\nFinal-Recipient: rfc822; {READER}\nAction: error\nStatus: 5.1.1\n"
        ),
        "permanent",
        "5.1.1",
    ),
    Case(
        "no action at all",
        dsn(f"Final-Recipient: {READER}\nStatus: 5.2.1\n"),
        "permanent",
        "5.2.1",
    ),
    Case(
        "nothing but the words of the server",
        dsn("Reporting-MTA: dns; far.example.org\n\nDiagnostic-Code: smtp; 550 5.1.6 mailbox has moved\n"),
        "permanent",
        "5.1.6",
    ),
    Case(
        "all fields in one group",
        dsn(f"Reporting-MTA: dns; far.example.org\nFinal-Recipient: rfc822;{READER}\nAction: failed\nStatus: 5.1.1\n"),
        "permanent",
        "5.1.1",
    ),
    Case(
        "folded without a blank",
        dsn(block("failed", "5.0.0", "550 the recipient\nis not known here: user unknown\n")),
        "permanent",
        "5.0.0",
        "550 the recipient is not known here: user unknown",
    ),
    Case("fields in base64", encoded(block("failed", "5.1.1", "550 5.1.1 no"), "base64"), "permanent", "5.1.1"),
    Case(
        "fields in quoted-printable",
        encoded(block("failed", "5.1.1", "550 5.1.1 " + "naïf: utilisateur inconnu " * 5), "quoted-printable"),
        "permanent",
        "5.1.1",
    ),
    Case(
        "addresses in UTF-8 (RFC 6533)",
        dsn(UTF8, part="Content-Type: message/global-delivery-status; charset=utf-8", returned="message/global"),
        "transient",  # its address is another one
        "5.1.1",
        "réader@far.example.org: 550 5.1.1 Kein solches Postfach",
    ),
    Case(
        "multipart/mixed around the same fields",
        dsn(block("failed", "5.1.1"), top="multipart/mixed"),
        "permanent",
        "5.1.1",
    ),
    Case(
        "several recipients, ours among them",
        dsn(
            block("failed", "5.1.1", to="other@far.example.org")
            + f"\nFinal-Recipient: rfc822; {READER.upper()}\nAction: failed\nStatus: 5.2.2\n"
        ),
        "transient",
        "5.2.2",
    ),
    Case(
        "several recipients in one group, ours among them",
        dsn(
            block("delivered", "2.0.0", to="other@far.example.org")
            + f"Final-Recipient: rfc822; {READER}\nAction: failed\nStatus: 5.1.1\n"
        ),
        "permanent",
        "5.1.1",
    ),
    Case(
        "forwarded to an address that is gone",
        dsn(block("failed", "5.1.1", "550 5.1.1 user unknown", to="elsewhere@away.example.org")),
        "transient",
        "5.1.1",
        "elsewhere@away.example.org: 550 5.1.1 user unknown",
    ),
    Case(
        "forwarded to several, one of whom got it",
        dsn(
            block("failed", "5.1.1", to="one@away.example.org")
            + "\nFinal-Recipient: rfc822; two@away.example.org\nAction: delivered\nStatus: 2.0.0\n"
        ),
        None,
        says="was delivered",
    ),
]

HTML = f"""\
--b
Content-Type: text/html

Hi. This is the deliver program at far.example.org.<br>
<br>

{READER}<br>

No such user<br>

--b
Content-Type: message/rfc822

Subject: Morning briefing

Spam, viruses and an account that is over quota: 550 5.7.1
--b--
"""

WORDS = [
    Case(
        "a second part with the message itself, whose words are not the server's",
        mail(HTML, head="MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"),
        "permanent",
        says="No such user",
    ),
    Case(
        "a sender that is not known as a machine, and a form that is",
        mail(
            f"""\
            ------ Failed Recipients ------
            <{READER}>: mailbox unavailable. [SMTP Error Code 550]
            -------- Returned Mail --------
            """,
            sender="E500_SMTP_Mail_Service@far.example.org",
        ),
        "permanent",
    ),
    Case(
        "only the subject says that it is a report",
        mail("It was sent to no valid user of the system: the recipient is not valid.\n", sender="x@far.example.org"),
        "permanent",
    ),
    Case(
        "mimecast: a server that is not available is no mailbox that is gone",
        mail(
            f"""\
            This is a delivery failure notification message indicating that
            an email addressed to email address :
            -- {READER}

            could not be delivered. The problem appears to be :
            -- Recipient server unavailable or busy

            Additional information follows :
            -- 4.4.4 Temporary server error
            """
        ),
        "transient",
        "4.4.4",
    ),
    Case(
        "a telephone number is no code",
        mail(
            f"""\
            Hi. This is the qmail-send program at far.example.org.

            <{READER}>:
            The user's mailfolder is full. Call 480-555-0100.
            """
        ),
        "transient",
        says="mailfolder is full",
    ),
    Case(
        "qmail",
        mail(
            f"""\
            Hi. This is the qmail-send program at far.example.org.
            Nothing more will be tried for these:

            <{READER}>:
            Sorry, no mailbox here by that name. (#5.1.1)

            --- Below this line is a copy of the message.

            550 5.7.1 is not what this is about
            """
        ),
        "permanent",
        "5.1.1",
        "no mailbox here by that name",
    ),
    Case(
        "qmail: given up after a week",
        mail(
            f"""\
            Hi. This is the qmail-send program at far.example.org.

            <{READER}>:
            192.0.2.9 does not answer, and a week is over. (#4.4.1)

            --- Below this line is a copy of the message.
            """
        ),
        "transient",
        "4.4.1",
    ),
    Case(
        "exim before it wrote fields",
        mail(
            f"""\
            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered:

              {READER}
                host mx.far.example.org [192.0.2.9]: 550 unknown user

            ------ This is a copy of the message ------
            """,
            head=f"Auto-Submitted: auto-replied\nX-Failed-Recipients: {READER}\n",
        ),
        "permanent",
        says="550 unknown user",
    ),
    Case(
        "exim: over quota",
        mail(
            f"""\
            This message was created automatically by mail delivery software.

              {READER}
                mailbox is full: retry timeout exceeded
            """,
            head=f"X-Failed-Recipients: {READER}\n",
        ),
        "transient",
    ),
    Case(
        "exim: a warning",
        mail(
            f"""\
            This message was created automatically by mail delivery software.
            It has waited for a day.

            The address to which the message has not yet been delivered is:

              {READER}

            No action is required on your part.
            """
        ),
        "delayed",
    ),
    Case(
        "sendmail of old",
        mail(
            f"""\
            The original message was received at Mon, 23 Nov 2026 07:00:00 GMT

               ----- The following addresses had permanent fatal errors -----
            <{READER}>

               ----- Transcript of session follows -----
            ... while talking to mx.far.example.org.:
            >>> RCPT To:<{READER}>
            <<< 550 5.1.1 User unknown
            """,
            sender="Mail Delivery Subsystem <MAILER-DAEMON@far.example.org>",
        ),
        "permanent",
        "5.1.1",
    ),
    Case(
        "exchange of old",
        mail(
            f"""\
            Your message

              Subject: Morning briefing

            did not reach the following recipient(s):

            {READER} on Mon, 23 Nov 2026 07:00:00 +0000
                The recipient name is not recognized: address unknown
                MSEXCH:IMS:Far:MX 0 (000C05A6) Unknown Recipient
            """,
            sender="System Administrator <postmaster@far.example.org>",
        ),
        "permanent",
    ),
    Case(
        "yahoo of old",
        mail(
            f"""\
            Message from yahoo.example.
            Unable to deliver message to the following address(es).

            <{READER}>:
            This user doesn't have a yahoo.example account ({READER}) [0]

            --- Original message follows.
            """,
            sender="MAILER-DAEMON@yahoo.com",
        ),
        "permanent",
    ),
    Case(
        "domino",
        mail(
            f"""\
            Your message

              Subject: Morning briefing

            was not delivered to:

              {READER}

            because:

              User Reader (reader@far.example.org) not listed in Domino Directory
            """,
            sender="Postmaster <postmaster@far.example.org>",
        ),
        "permanent",
        says="not listed",
    ),
    Case(
        "groupwise",
        mail(
            f"""\
            The message that you sent was undeliverable to the following:
                reader (user not found)  <{READER}>
            """,
            sender="Mailer-Daemon@far.example.org",
        ),
        "permanent",
    ),
    Case(
        "courier",
        mail(
            f"""\
            This is a delivery status notification from far.example.org, running the Courier mail server.

            The original message could not be delivered to these addresses:

            <{READER}>:
                192.0.2.9:
              >>> RCPT TO:<{READER}>
              <<< 550 User unknown.
            """
        ),
        "permanent",
        says="550 User unknown",
    ),
    Case(
        "mdaemon",
        mail(
            f"""\
            The attached message had PERMANENT fatal delivery errors!

            Failed address: {READER}

            --- Session Transcript ---
             <<< 550 {READER}, Recipient unknown
            """,
            sender="MDaemon at far.example.org <MDaemon@far.example.org>",
        ),
        "permanent",
    ),
    Case(
        "imail: a mailbox that is full",
        mail(
            f"""\
            Unable to deliver message to {READER}
            User mailbox exceeds allowed size: {READER}: over quota

            Original message follows.
            """,
            head="X-Mailer: <SMTP32 v8.22>\n",
        ),
        "transient",
    ),
    Case(
        "aol of old",
        mail(
            f"""\
            Your mail to the following recipients could not be delivered because they are not accepting mail from you:
                {READER.partition("@")[0]}
            550 5.7.1 policy
            """
        ),
        "refused",
        "5.7.1",
    ),
    Case(
        "mail.ru: in HTML only",
        mail(
            "<html><body><p>Message was not accepted</p><p>550 invalid mailbox: user not found</p></body></html>",
            head="Content-Type: text/html; charset=utf-8\n",
        ),
        "permanent",
        says="550 invalid mailbox: user not found",
    ),
    Case(
        "in words of which no code and no phrase is known",
        mail(
            f"""\
            This message was created automatically by mail delivery software.
            A message that you sent could not be delivered:

              {READER}
                the moon is in the wrong house
            """,
            head=f"X-Failed-Recipients: {READER}\n",
        ),
        "transient",
    ),
]

NOTHING = [
    Case(
        "a vacation message (RFC 3834)",
        mail(
            "I am away; the address of my colleague is unknown.\n", sender=PERSON, head="Auto-Submitted: auto-replied\n"
        ),
        None,
        says="an automatic answer",
    ),
    Case(
        "an answer that says only in its subject that a machine wrote it",
        mail("Closed until Monday: user unknown.\n", sender=PERSON, subject="Réponse automatique : votre message"),
        None,
        says="an automatic answer",
    ),
    Case(
        "an encoded subject",
        mail("Bin nicht da.\n", sender=PERSON, subject="=?utf-8?Q?Abwesenheitsnotiz?="),
        None,
        says="an automatic answer",
    ),
    Case(
        "a challenge to prove that we are people",
        mail("Click here so that your mail is delivered.\n", sender=PERSON, head="Precedence: auto_reply\n"),
        None,
        says="an automatic answer",
    ),
    Case("our own mail that came round", OURS.encode(), None, says="mail of a list"),
    Case(
        "a receipt",
        dsn(
            f"Final-Recipient: rfc822; {READER}\nDisposition: automatic-action/MDN-sent-automatically; displayed\n",
            part="Content-Type: message/disposition-notification",
            top="multipart/report; report-type=disposition-notification",
        ),
        None,
        says="a receipt",
    ),
    Case("a person", mail("Thank you for the user not found story.\n", sender=PERSON), None, says="no report"),
    Case("a person who says nothing", f"From: {PERSON}\n\n".encode(), None, says="no report"),
    Case("a complaint that takes back another", complaint("not-spam"), None, says="no complaint: not-spam"),
    Case("a report on signatures (RFC 6591)", complaint("auth-failure"), None, says="no complaint: auth-failure"),
]

COMPLAINTS = [
    Case("abuse", complaint("abuse"), "complaint", says="abuse, reported by Far-FBL/1.0"),
    Case("fraud", complaint("fraud"), "complaint"),
    Case("a wish to leave", complaint("opt-out"), "complaint"),
    Case(
        "the return path in a field only",
        complaint("abuse", fields=f"Original-Mail-From: <{PATH}>\nOriginal-Rcpt-To: <{READER}>\n", part="Subject: x\n"),
        "complaint",
    ),
]

ALL = [*STANDARD, *WORDS, *NOTHING, *COMPLAINTS]
