"""The tables of docs/ name tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def named(page: str) -> list[tuple[str, str]]:
    """Read ``file::test`` off a page, with ``::test`` for another one of the same file."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found, file = [], ""
    for path, test in re.findall(r"(tests/[\w/]+\.py)?::(test_\w+)", text):
        file = path or file
        found.append((file, test))
    return found


@cache
def defined_in(file: str) -> frozenset[str]:
    """Name the tests of a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("file", "test"), named("etiquette.md"))
def test_a_test_that_the_page_on_manners_names_exists(file: str, test: str) -> None:
    assert test in defined_in(file)
