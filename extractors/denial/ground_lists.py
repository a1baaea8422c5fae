"""Grounds as a list: which sentences go on with one, which one tells it best, whether an item is left unread."""

import re

from extractors import lore
from extractors.denial.grounds import GIVES, STORY, Stated
from extractors.denial.reading import Letter
from extractors.denial.roles import Said

_ITEM = lore.regex(
    r"^\W{0,2}(?:[\u2022\u00b7*\u25aa\u25cf-]\s|\(?(?:\d|[a-e]|i{1,3})[.)]\s)|^(?:First|Second|Third|Also)(?:ly)?\b",
    re.IGNORECASE,
)
_COUNTED = lore.regex(
    r"\b(?P<count>two|three|four|2|3|4) (?:\w+ )?(?:reasons|grounds|things|problems|points|causes)\b", re.IGNORECASE
)
_COUNTS = {"two": 2, "three": 3, "four": 4}


def more_is_given(letter: Letter, said: list[Said], chosen: list[Stated], stated: list[Stated]) -> bool:
    """Whether there is a ground beside these that no pattern reads: another item of their list, "two reasons"."""
    texts = [letter.text[one.start : one.end] for one in said]
    read = {one.said for one in stated}
    counts = [at["count"].lower() for at in map(_COUNTED.search, texts) if at]
    counted = max((_COUNTS[count] if count in _COUNTS else int(count) for count in counts), default=0)
    if counted > len({one.category for one in chosen}):
        return True
    for one in chosen:
        if not _ITEM.match(texts[one.said]):
            continue
        for step in (-1, 1):
            index = one.said + step
            while 0 <= index < len(said) and abs(index - one.said) < 5 and not said[index].own:
                if _ITEM.match(texts[index]) and len(texts[index].split()) > 3 and not read & {index, index + 1}:
                    return True
                index += step
    return False


def goes_on(said: list[Said], opened: int, index: int) -> bool:
    """Whether nothing between the two sentences turned to the appeal or another matter."""
    return opened < index and not any(one.own for one in said[opened + 1 : index])


def tells(letter: Letter, said: list[Said], one: Stated) -> tuple[bool, bool, bool, bool, int]:
    """Rank the sentences of one ground: firm, present and whole ones before past and headings; then what follows
    "because"; then fuller ones."""
    text = letter.text[said[one.said].start : said[one.said].end]
    return (
        one.firm,
        not STORY.search(text),
        text.rstrip().endswith((".", ";", '"')) and len(text.split()) > 5,
        bool(GIVES.search(text)),
        min(len(text.split()), 25),
    )


def run_of(said: list[Said], mine: list[int], firmly: set[int], main: int) -> tuple[int, int]:
    """Return start and end of the stretch around the main sentence that keeps to the ground; firm ones may skip one."""
    first = last = main
    for index in sorted(mine):
        if last < index <= last + (2 if index in firmly else 1):
            last = index
    for index in sorted(mine, reverse=True):
        if first - (2 if index in firmly else 1) <= index < first:
            first = index
    return said[first].start, said[last].end
