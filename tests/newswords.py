"""Made-up news of three subjects: enough of it to learn from, always the same."""

from collections.abc import Iterator

_WORDS = {
    "sport": "match goal striker coach league season tournament referee stadium penalty defender keeper",
    "money": "shares profit bank investors earnings inflation market dividend merger bonds revenue trader",
    "space": "rocket orbit telescope galaxy astronaut satellite launch planet comet module gravity crew",
}
SUBJECTS = {subject: words.split() for subject, words in _WORDS.items()}
FILLER = "The {0} and the {1} were seen before the {2}, while the {3} waited for {4}."


def stories(count: int, *subjects: str) -> Iterator[tuple[str, str, str]]:
    """Give (subject, title, text) ``count`` times for each subject, in turn."""
    for number in range(count):
        for subject in subjects or SUBJECTS:
            words = SUBJECTS[subject]
            chosen = [words[(number * step + step) % len(words)] for step in (1, 5, 7, 11, 3)]
            title = f"{chosen[0].capitalize()} and {chosen[2]} after day {number}"
            yield subject, title, FILLER.format(*chosen)
