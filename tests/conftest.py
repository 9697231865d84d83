"""What every test may ask for."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of captured real feeds, where it lies beside the repository."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip("needs the corpus of captured feeds in ../shared/corpus beside this repository")
    return SHARED / "corpus"


@pytest.fixture(scope="session")
def seed_article() -> str:
    """The scraped article the project began with."""
    path = SHARED / "seed-article.txt"
    if not path.is_file():
        pytest.skip("needs ../shared/seed-article.txt beside this repository")
    return path.read_text(encoding="utf-8")
