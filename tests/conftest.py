"""What every test may ask for."""

import gc
import os
from pathlib import Path

import pytest

# As in the program: what is collected are thousands of tests that stay, and threads would wait for one another.
gc.set_threshold(150_000, 20, 100)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

TESTS = Path(__file__).parent
SHARED = Path(__file__).parents[2] / "shared"
LONG = (
    "jobs/test_corpus.py",
    "jobs/test_killed.py",
    "jobs/test_killed_post.py",
    "cli/test_commands.py",
    "test_bench.py",
    "test_postfix.py",
    "test_readers.py",
    "test_cores.py",
    "test_twin.py",
    "cli/test_drafts.py",
    "web/test_people.py",
)
"""Files that take long: were they the last, one process would go on alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files; the others stay in order."""
    first = {TESTS / name for name in LONG}
    assert all(map(Path.exists, first)), "a file of LONG is gone"
    items.sort(key=lambda item: item.path not in first)


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
