"""The closed sets of words that several values share."""

from typing import Literal

Criterion = Literal["guid", "guid+url", "content"]
"""What tells a feed's entries apart; it only ever degrades, from left to right."""

DateSource = Literal["published", "updated", "inferred", "first_seen"]
"""Where an entry's date came from."""

Reach = Literal["all", "outputs", "none"]
"""What an entry is for: outputs and digests, outputs alone, or only the archive."""

Format = Literal["atom", "rss", "json"]
"""The three shapes of an output."""

SUBJECT_WORDS = ("title", "date", "lead", "count")
"""What the subject of a digest may say in braces: ``{lead} and more``."""

KEYS = "3"
"""The version of canonical addresses (``pipeline.addresses.canonical``): those of an earlier one are made anew."""

WORDS = "2"
"""The version of the fingerprint of words (``pipeline.clean_text.words``), one figure: what is stored under an earlier
one is made anew.
"""
