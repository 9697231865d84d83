"""How long a text takes to read."""

import pytest

from aggregator.pipeline.reading import minutes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Three little words", 1),
        ("word " * 690, 3),
        ("слово " * 460, 2),
        ("閣" * 1500, 3),
        ("말과 글 " * 345, 3),
    ],
)
def test_minutes(text: str, expected: int):
    assert minutes(text) == expected
