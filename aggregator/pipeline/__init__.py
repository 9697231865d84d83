"""The river: pure stages, values in and values out.

    Fetched ──parse──▶ ParsedFeed ──normalise──▶ Draft ──clean──▶ Entry      (intake: all three)
    Entry ──duplicates, stories, topics──▶ StoredEntry ──copies──▶ Folded ──story──▶ Story
    Story × what was told ──telling──▶ Telling ──rank──▶ Ranked
    Folded or Story ──outputs──▶ Atom, RSS, JSON Feed bytes
    Ranked × digest ──compose──▶ Issue ──letter──▶ Message

    page ──article──▶ Article ──fulltext──▶ an Entry's texts      (where ``robots`` lets it be asked for)
    what came back ──bounces_report──▶ MailReport × delivery ──bounces──▶ Diagnosis

What of a text is furniture say ``cuts`` and ``cuts_pages``. Beside the flow: ``cadence`` says when to ask a feed again
after an answer, ``backoff`` after a failure, ``spread`` in which minute, ``moves`` where; ``health`` says how it is.
``when`` says when an issue is due.
Nothing here reads a clock, opens a file or a socket, or writes a log line.
"""
