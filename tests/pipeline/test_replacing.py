"""What becomes of feeds that are elsewhere now, when others are listed there."""

from aggregator.pipeline.replacing import Move, replacing

A, B, C, NEW = (f"https://example.net/{name}" for name in ("a", "b", "c", "new"))


def test_what_moved_is_written_where_it_is_now() -> None:
    assert replacing({A: Move(NEW)}, {A: 3, B: 4}) == {A: f"replace {A} by {NEW}"}


def test_an_address_that_is_listed_in_any_spelling_is_not_written_again() -> None:
    """As `feeds add` compares them."""
    edits = replacing({A: Move("http://www.example.net/b/")}, {A: 3, B: 4})
    assert edits == {A: f"remove {A}: it moved to http://www.example.net/b/, which is listed too (line 4)"}


def test_of_two_feeds_that_moved_to_one_address_the_second_goes() -> None:
    edits = replacing({B: Move(f"{NEW}/", "it is a page that names"), A: Move(NEW)}, {A: 3, B: 4})
    assert edits == {
        A: f"replace {A} by {NEW}",
        B: f"remove {B}: it is a page that names {NEW}/, which takes the place of {A} (line 3)",
    }


def test_a_feed_that_moved_to_another_spelling_of_its_address_is_no_other_feed() -> None:
    assert replacing({A: Move(f"{A}/")}, {A: 3}) == {A: f"replace {A} by {A}/"}


def test_of_two_spellings_that_moved_to_each_other_one_stays() -> None:
    edits = replacing({A: Move(f"{A}/"), f"{A}/": Move(A)}, {A: 0, f"{A}/": 0})
    assert edits == {A: f"remove {A}: it moved to {A}/, which is listed too", f"{A}/": f"replace {A}/ by {A}"}


def test_where_a_listed_feed_moved_on_its_address_is_not_given_to_another() -> None:
    """Each edit can be made without the others."""
    edits = replacing({A: Move(B), B: Move(C)}, {A: 3, B: 4})
    assert edits == {A: f"remove {A}: it moved to {B}, which is listed too (line 4)", B: f"replace {B} by {C}"}
