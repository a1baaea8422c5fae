"""What reads as a person's name, titles and credentials left off; the words are names.yaml."""

import re
from dataclasses import dataclass
from functools import cache

from extractors import lore
from extractors.denial.patterns import load_table


@dataclass(frozen=True, slots=True)
class NameWords:
    """The lists of names.yaml, made ready."""

    credentials: re.Pattern[str]
    prescribing: frozenset[str]
    titles: frozenset[str]
    particles: frozenset[str]
    suffixes: frozenset[str]
    not_a_person: frozenset[str]


@cache
def name_words() -> NameWords:
    """Return the lists of names.yaml."""
    table = load_table("names.yaml")
    listed = sorted(table["credentials"], key=len, reverse=True)
    return NameWords(
        credentials=lore.regex(rf"(?:{'|'.join(re.escape(at) for at in listed)})\.?(?![\w-])"),
        prescribing=frozenset(at.replace(".", "").upper() for at in table["prescribing"]),
        titles=frozenset(at.lower() for at in table["titles"]),
        particles=frozenset(table["particles"]),
        suffixes=frozenset(at.lower() for at in table["suffixes"]),
        not_a_person=frozenset(at.lower() for at in table["not_a_person"]),
    )


LETTERS = r"A-Za-zÀ-ÖØ-öø-ɏ"
CAPITALS = r"A-ZÀ-ÖØ-ÞĀ-Ž"
_NAME_WORD = lore.regex(rf"[{LETTERS}][{LETTERS}'.-]*")
CREDENTIALLED = lore.regex(
    rf"(?<![\w-])(?P<name>(?:[{CAPITALS}][{LETTERS}'.-]*|de|la|van|von|der|del)"
    rf"(?: (?:[{CAPITALS}][{LETTERS}'.-]*|de|la|van|von|der|del|al|bin)){{1,4}}),? +(?=[A-Z])"
)


def read_name(text: str, firm: bool = True) -> tuple[int, int, str] | None:
    """Return start, end and the person's name that opens the text, titles and credentials left off, or None.

    "Dunmore, Philippa J.", "LEOPOLD FANNING", "Dr. Lindiwe Straker, Dermatology" -> "Lindiwe Straker".
    """
    words = name_words()
    cut = re.search(r"[(/;:|·\d]|,\s*(?:born|dob|id|age)\b|\s-\s|\n|\bDOB\b|\bID\b", text, re.IGNORECASE)
    piece = text[: cut.start()] if cut else text
    tokens = list(_NAME_WORD.finditer(piece))
    start, last = None, None
    names: list[re.Match[str]] = []
    comma_at: int | None = None
    for token in tokens:
        between = piece[last.end() : token.start()] if last else piece[: token.start()]
        if last is None and between.strip(" .,"):
            return None
        bare = token[0].rstrip(".").lower()
        if last is not None and "," in between:
            if words.credentials.match(piece, token.start()) or bare in words.suffixes:
                break
            if comma_at is not None or len(names) > 2:
                break
            comma_at = len(names)
        elif last is not None and between.strip(" "):
            break
        if not names and bare in words.titles:
            last = token
            continue
        if (
            names
            and words.credentials.match(piece, token.start())
            and token[0].isupper()
            and len(token[0]) <= 7
            and not piece.isupper()
        ):
            break
        if len(names) > 1 and token[0].islower() and bare not in words.particles and comma_at is None:
            break  # "Halvard Okonjo and two others"
        if bare in words.not_a_person and not (comma_at is not None):
            return None
        if bare in words.not_a_person:
            names = names[:comma_at]
            comma_at = None
            break
        if not token[0][0].isupper() and bare not in words.particles:
            if len(names) < 2:
                return None
            break  # "Halvard Okonjo of Chippewa Genetics wrote"
        start = token.start() if start is None else start
        names.append(token)
        last = token
        if token[0].endswith(("'s", "'S")) and len(names) > 1:
            break  # "Ana Bell's request"
        if len(names) > 1 and token[0].endswith(".") and len(bare) > 2 and bare not in words.suffixes:
            break  # the end of the sentence
    if comma_at is not None and comma_at >= 2 and comma_at < len(names):
        names = names[:comma_at]  # "Ines Farquharson, Rheumatology"
    if not 2 <= len(names) <= 5 or start is None or all(len(name[0].rstrip(".")) <= 1 for name in names):
        return None
    if firm is False and all(name[0].islower() for name in names):
        return None
    end = names[-1].end()
    value = re.sub(r"'[sS]$", "", piece[names[0].start() : end]).rstrip(",-'")
    if len(names[-1][0].rstrip(".")) > 1:
        value = value.rstrip(".")
    return names[0].start(), names[0].start() + len(value), value


def name_key(name: str) -> frozenset[str]:
    """Return the words of a name in any order, without initials and case."""
    return frozenset(word for word in re.findall(r"[^\W\d_]+", name.lower()) if len(word) > 1)


def credentialled(text: str, prescribing: bool = False) -> tuple[int, int, str] | None:
    """Return the person with credentials in the text: "Wood River Pulmonary, Oriane Stubblefield, MD"."""
    words = name_words()
    for match in CREDENTIALLED.finditer(text):
        credential = words.credentials.match(text, match.end())
        if not credential or (prescribing and credential[0].replace(".", "").upper() not in words.prescribing):
            continue
        if got := read_name(match["name"]):
            return match.start("name") + got[0], match.start("name") + got[1], got[2]
    return None
