"""What full.yaml says, as values; ``folder`` is where it lies."""

from datetime import timedelta
from pathlib import Path

from aggregator.config import (
    Config,
    DigestConfig,
    FeedConfig,
    FeedDefaults,
    FetchConfig,
    MailConfig,
    OutputConfig,
    Retention,
    TopicConfig,
)


def expected(folder: Path) -> Config:
    return Config(
        title="World Desk",
        home="https://news.example.org/",
        language="en",
        timezone="Europe/Berlin",
        contact="desk@example.org",
        database="sqlite:///storage/news.db",
        defaults=FeedDefaults(every=timedelta(hours=2), history="none", topics=("world",)),
        feeds=(
            FeedConfig(
                url="https://example.com/world/rss", every=timedelta(hours=2), history="none", topics=("world",)
            ),
            FeedConfig(
                url="https://example.net/atom.xml",
                title="no",
                publisher="example.net",
                topics=("geopolitics",),
                weight=1.5,
                every=None,
                history="all",
                keep=("treaty", "2026"),
                drop=("sport*",),
                language="de",
            ),
            FeedConfig(url="file:samples/news.xml", every=timedelta(hours=2), history="none", topics=("world",)),
        ),
        topics=(
            TopicConfig(name="world", title="World"),
            TopicConfig(
                name="geopolitics",
                title="Geopolitics",
                about="Treaties and summits.",
                words=("treaty", "summit", "mutual defence", "pact*"),
                excludes=("trade fair",),
                weight=3.0,
            ),
            TopicConfig(name="long-view", title="Long view", words=("treaty", "summit", "mutual defence", "pact*")),
        ),
        outputs=(
            OutputConfig(name="all"),
            OutputConfig(
                name="geopolitics",
                title="On states",
                topics=("geopolitics",),
                formats=("atom", "json"),
                show="stories",
                size=25,
            ),
        ),
        digests=(
            DigestConfig(
                name="morning",
                title="Morning briefing",
                when="mon-fri 07:00",
                topics=("geopolitics", "world"),
                size=10,
                to=("reader@example.org", "root@localhost"),
                subject="Today",
            ),
            DigestConfig(name="month-end", title="Month end", when="monthly 31 18:00"),
        ),
        mail=MailConfig(
            sender="World Desk <desk@example.org>",
            smtp="smtp://desk%40example.org@mail.example.org",
            password_file=str(folder / "secrets/smtp"),
        ),
        fetch=FetchConfig(allow_networks=("127.0.0.0/8", "::1/128")),
        keep=Retention(months=6, at_least=20),
    )
