"""Where feeds lie by habit."""

from aggregator.pipeline.discover import guesses


def test_guesses_are_few_and_on_the_same_site() -> None:
    """At most five requests."""
    assert guesses("https://site.example/blog/x?y")[0] == "https://site.example/feed"
    assert len(guesses("https://site.example/")) == 5
