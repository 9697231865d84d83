"""What the spelling of addresses tells before anybody is asked: which will not be, and which are one's own."""

from aggregator.fetch.files import is_file
from aggregator.fetch.guard import Guard, is_inside
from aggregator.fetch.places import Refused, place


def foreseen_refusal(url: str, *, guard: Guard, proxied: bool = False) -> str:
    """Say why ``url`` will not be asked, or "" when nothing in its spelling speaks against it.

    Where a name leads to is known when it is looked up, and judged then; ``proxied`` is for what a proxy looks up.
    """
    if is_file(url):
        return ""
    try:
        where = place(url)
    except Refused as error:
        return f"the address {error}"
    judge = guard.unseen_refusal if proxied else guard.spelled_refusal
    return judge(where.host, port=where.port)


def is_own(url: str) -> bool:
    """Say whether ``url`` is a file, or of one's own network: it answers also where there is no way to the internet."""
    if is_file(url):
        return True
    try:
        return is_inside(place(url).host)
    except Refused:
        return False
