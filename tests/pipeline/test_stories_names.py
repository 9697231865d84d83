"""Titles that name others: as arrays and as sets it comes to the same."""

import random
from struct import pack

import numpy as np

from aggregator.model import Traits
from aggregator.pipeline.stories_members import Members
from aggregator.pipeline.stories_names import FORM, Titles

CHANCE = random.Random(8)
PAIRS = [(mine, theirs) for mine in range(40) for theirs in range(40)]
MINE, THEIRS = np.array(PAIRS, dtype=np.int64).T
TERMS = range(1 << 31, (1 << 31) + 24)


def told(entry: int) -> tuple[dict[int, int], list[int]]:
    """Give an entry's terms with their weights, and which of them its title names."""
    terms = {hash: CHANCE.randrange(300) for hash in CHANCE.sample(TERMS, CHANCE.randrange(1, 12))}
    return terms, CHANCE.sample(list(terms), CHANCE.randrange(len(terms) + 1))


ENTRIES = [told(n) for n in range(40)]


def titles() -> Titles:
    members = Members()
    members.add([traits(n, terms, titled) for n, (terms, titled) in enumerate(ENTRIES, 1)])
    return Titles(members, np.arange(40))


def traits(entry: int, terms: dict[int, int], titled: list[int]) -> Traits:
    size = len(terms)
    vector = pack(f"<{size}I", *terms), pack(f"<{size}H", *terms.values())
    return Traits(entry, 0, 0, 60, *vector, titled=pack(f"<{len(titled)}I", *titled))


def named(place: int, *, odd: int) -> set[int]:
    return {hash for hash in ENTRIES[place][1] if hash % 2 == odd}


def left(place: int, other: int) -> float | None:
    """What is left of an entry's vector without the names that another never says; none: too few, or it names none."""
    terms, names = ENTRIES[place][0], named(place, odd=0)
    lacking = names - ENTRIES[other][0].keys()
    return 1_000_000 - sum(terms[hash] ** 2 for hash in lacking) if names and 2 * len(lacking) >= len(names) else None


def are_of_one_form(mine: int, theirs: int, product: int) -> bool:
    one, other = left(mine, theirs), left(theirs, mine)
    return product > 0 and one is not None and other is not None and product**2 >= FORM**2 * one * other


def test_titles_name_other_numbers_when_either_has_some_that_the_other_has_not() -> None:
    numbers = [(named(mine, odd=1), named(theirs, odd=1)) for mine, theirs in PAIRS]
    other = [n for n, (mine, theirs) in enumerate(numbers) if mine - theirs and theirs - mine]
    assert 50 < len(other) < len(PAIRS)
    assert titles().number_others(MINE, THEIRS).tolist() == other


def test_titles_of_one_form_name_others_when_half_of_the_names_of_either_are_not_said_by_the_other() -> None:
    products = [CHANCE.randrange(0, 900_000, 1000) for _ in PAIRS]
    forms = [
        n for n, (pair, product) in enumerate(zip(PAIRS, products, strict=True)) if are_of_one_form(*pair, product)
    ]
    assert 50 < len(forms) < len(PAIRS)
    assert titles().name_others(MINE, THEIRS, np.array(products)).tolist() == forms


def test_titles_without_names_name_no_others() -> None:
    members, none = Members(), np.zeros(0, dtype=np.int64)
    members.add([traits(1, {5: 1000}, []), traits(2, {6: 1000}, [])])
    bare = Titles(members, np.arange(2))
    assert bare.number_others(np.array([0]), np.array([1])).tolist() == none.tolist()
    assert bare.name_others(np.array([0]), np.array([1]), np.array([900_000])).tolist() == none.tolist()
