"""How names are written: of things in feeds.yaml, and of languages."""

SLUG = r"^[a-z0-9-]{1,64}$"


def language_tag(tag: str) -> str:
    """Write a language tag as it is usually written (RFC 5646 §2.1.1): pt-PT, zh-Hant-TW; case means nothing in it."""
    first, *others = tag.lower().split("-")
    private = next((n for n, part in enumerate(others) if len(part) == 1), len(others))
    written = (
        part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in others[:private]
    )
    return "-".join((first, *written, *others[private:]))
