"""What the codes and words of mail servers mean for an address (RFC 3463, RFC 5321 §4.2.3).

Codes are believed where they say something definite; many servers say 5.0.0 or 550 to everything, and their words tell
more. To stop mail to somebody who wants it is the worse mistake: what is not clear counts as a failure for a while.
"""

import re

from aggregator.model.people import BounceWord

PERMANENT = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""No such mailbox, no such host, not an address, moved, a domain without mail (RFC 7505), a mailbox that is closed."""

TRANSIENT = frozenset({"5.2.2"})
"""The mailbox is full: it will not be for ever."""

OURS = frozenset({"5.1.7", "5.1.8", "5.2.3", "5.3.2", "5.3.3", "5.3.4", "5.3.5"})
"""A sender's address that is not taken, a message too large, a server that is closed or not set up for it."""

_OURS = (".5.", ".6.", ".7.")  # the protocol, the content, the policy
_ENHANCED = re.compile(r"(?<![\d.])([245])[.](\d{1,3})[.](\d{1,3})(?![.]?\d)")
_BASIC = re.compile(r"\W*(?:smtp\s*;)?\W*([245])\d\d(?!\d)", re.IGNORECASE)
# what stands in an address says nothing: nospam@example.org
_ADDRESS = re.compile(r"<[^<>]{0,320}>|[^\s<>@]{1,64}@[^\s<>@]{1,255}|https?://\S{1,500}")
_FULL = re.compile(
    r"over.?quota|quota\b.{0,30}\b(?:exceed|full|reached|used up|violat)|"
    r"(?:exceed|reached)\w*.{0,30}\b(?:quota|storage|mailbox)|"
    r"(?:mail)?(?:box|folder|account|inbox) (?:is |was )?(?:over)?(?:full|filled)|full mailbox|"
    r"insufficient (?:system |disk |mail )?(?:storage|space|resources)|not enough (?:storage|disk|space)|"
    r"out of (?:storage|disk|space)|mailbox (?:size|storage) limit|quotaexceeded",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\bspam|\b(?:spf|dkim|dmarc|rbl|dnsbl|ptr|rdns)\b|(?:black|block|deny|grey|gray).?list|\bblocked\b|reputation|"
    r"spamhaus|virus|malware|phishing|\bpolic(?:y|ies)\b|relay(?:ing)? (?:access )?(?:denied|not permitted|prohibited)|"
    r"not (?:authori[sz]ed|allowed|permitted) to (?:send|relay)|authentication (?:is )?(?:required|failed)|"
    r"unauthenticated|content (?:was )?(?:rejected|refused)|rate.?limit|too many (?:connections|messages|recipients)|"
    r"message (?:is )?too (?:large|big|long)|size (?:limit|exceed)|exceed\w*.{0,40}(?:message size|maximum)|"
    r"sender\b.{0,20}\b(?:rejected|refused|denied|verif|unknown|invalid|not found|not exist)|bulk mail|unsolicited|"
    r"(?:invalid|bad|unknown|unverified) (?:sender|return|helo|ehlo|client)|reverse (?:dns|look)|\bhelo\b|\behlo\b",
    re.IGNORECASE,
)
# between who it is about and what is said of them; a server that closes a connection is not an account that is closed
_GAP = r"(?:(?!server|connect|host|domain|system|service|sender|client)[^.;]){0,40}?"
_GONE = re.compile(
    rf"\b(?:user|recipient|address|account|mailbox|addressee|member|alias)\b{_GAP}\b(?:unknown|"
    r"not (?:found|exist|known|listed|active|recognized|valid)|no longer (?:valid|active|available|in use)|"
    r"doesn.t exist|disabled|discontinued|inactive|closed|deactivated|suspended|invalid|has moved)|"
    r"(?:mailbox|account|user|address) (?:is |currently )*(?:unavailable|not available)|"
    r"account (?:has |is |was |been )*(?:expired|terminated|deleted|removed)|"
    rf"\b(?:unknown|invalid|no such|non.?existent|inactive|disabled|not a (?:valid|known|local))\b{_GAP}"
    r"\b(?:user|recipient|address|account|mailbox|person|local.?part|alias)|"
    r"no (?:mailbox|account|user|recipient|one) (?:here )?by that name|no mailbox here|unrouteable|"
    r"undeliverable address|does(?: not|n.t) have (?:an? )?.{0,30}account|address rejected: access denied|"
    r"recipientnotfound|nosuchuser|no such (?:domain|host)",
    re.IGNORECASE,
)


def classify(status: str, diagnostic: str) -> BounceWord:
    """Say what a failure means, by its status (RFC 3463; may be empty) and the words of a server.

    permanent: the address is no good. transient: it was not this time. refused: the server will have none of our mail
    (policy, content, protocol, 4.7.x as well), which says nothing about the subscriber.
    """
    said = _ADDRESS.sub(" ", diagnostic)
    code = specific(status, diagnostic)
    basic = _BASIC.match(said)
    if code.startswith("4") or (basic and basic[1] == "4"):
        return "refused" if ".7." in code else "transient"
    if code in TRANSIENT or _FULL.search(said):
        return "transient"
    if code in OURS or code[1:4] in _OURS[1:] or _REFUSED.search(said):
        return "refused"
    if code in PERMANENT or _GONE.search(said):
        return "permanent"
    return "refused" if code[1:4] in _OURS else "transient"


def specific(status: str, diagnostic: str) -> str:
    """Give the status that says most: the one of the report, else one in the server's words; "" when there is none."""
    own = enhanced(status)
    if own and not _vague(own):
        return own
    said = [".".join(found) for found in _ENHANCED.findall(_ADDRESS.sub(" ", diagnostic)) if found[0] != "2"]
    return next((code for code in said if not _vague(code)), next(iter(said), own))


def enhanced(text: str) -> str:
    """Find a status like 5.1.1 in a text, "" when there is none."""
    found = _ENHANCED.search(text)
    return ".".join(found.groups()) if found else ""


def tells_a_failure(text: str) -> bool:
    """Whether the words of a text are those of a server that did not deliver."""
    return any(words.search(text) for words in (_FULL, _REFUSED, _GONE))


def _vague(code: str) -> bool:
    """5.0.0 says nothing, 5.1.0 and 5.5.0 hardly more."""
    return code.endswith(".0")
