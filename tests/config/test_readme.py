"""What the README shows is what the program takes."""

import re
from pathlib import Path
from textwrap import dedent

from aggregator.config import read

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_feeds_yaml_of_the_readme_has_no_mistakes() -> None:
    whole, first = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    config = read(whole.encode(), "README.md")
    assert config.feeds and config.topics and config.outputs and config.digests and config.mail
    config = read(f"title: World Desk\n{dedent(first)}".encode(), "README.md")
    assert config.home and config.mail and [one.name for one in config.mailings] == ["morning", "morning-weekly"]
