"""What a file may say, and what it comes to, are two types with one list of keys."""

from dataclasses import MISSING, fields

import pytest

from aggregator.config.asking import OwnAsking, SharedAsking
from aggregator.config.asking_fields import OwnAskingSection, SharedAskingSection
from aggregator.config.section import Section, settled
from aggregator.config.sections import ConfigSection
from aggregator.config.sheet import Sheet, SheetLine


def sections(of: type[Section] = Section) -> set[type[Section]]:
    """List all sections of feeds.yaml; the sheet of an issue is another file."""
    below = {deeper for one in of.__subclasses__() for deeper in {one, *sections(one)}}
    return below - {Sheet, SheetLine}


@pytest.mark.parametrize("section", sorted(sections(), key=lambda one: one.__name__))
def test_a_section_and_its_value_have_the_same_keys_and_defaults(section: type[Section]) -> None:
    """In the same order, which is that of `config show`."""
    gives = {OwnAskingSection: OwnAsking, SharedAskingSection: SharedAsking}.get(section) or section.gives
    said = {
        name: MISSING if field.is_required() else settled(field.get_default(call_default_factory=True))
        for name, field in section.model_fields.items()
    }
    assert list(said.items()) == [(field.name, field.default) for field in fields(gives)]


def test_a_file_that_says_nothing_comes_to_the_defaults() -> None:
    found = settled(ConfigSection(title="T"))
    assert found == ConfigSection.gives(title="T")
    assert found.outputs[0].name == "all"
