"""What the README shows is what the program takes."""

import re
from pathlib import Path

from aggregator.config import read

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_feeds_yaml_of_the_readme_has_no_mistakes() -> None:
    shown = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert shown
    config = read(shown[1].encode(), "README.md")
    assert config.feeds and config.topics and config.outputs and config.digests and config.mail
