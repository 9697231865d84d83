"""kill -9 of who sends an issue, ten times at random moments: nobody is lost, and nobody has it twice unasked."""

from bench.killed import killings


def test_an_issue_whose_sender_is_killed_is_neither_lost_nor_doubled() -> None:
    """Every subscriber has one row, sent or unknown; what is unknown and sent again bears the same Message-ID.

    `python -m bench killed` does the same two hundred times with two hundred subscribers.
    """
    found = list(killings(times=10, subscribers=80))
    assert [(one.lost, one.doubled) for one in found] == [(0, 0)] * 10
    assert all(one.unknown <= 2 for one in found), "two connections, a message on each"
    assert all(one.again <= one.arrived <= one.unknown for one in found)
    assert [one.renamed for one in found] == [0] * 10
    assert any(one.taken < 80 for one in found), "some were killed in the middle"
