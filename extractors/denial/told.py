"""Numbers that a letter tells in its sentences, with words between them and what names them.

"It was given the number 2602-55831-R", "your member number with us, which is 8260 4419 305",
"we reviewed it under 0331-26-77410". A label in front of its value is read by `labels`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from extractors import lore
from extractors.dates import find_dates
from extractors.denial.label_words import field_of, label_pattern
from extractors.denial.patterns import load_table
from extractors.denial.reading import Letter, Span, sentences


@dataclass(frozen=True, slots=True)
class Told:
    """A number told in a sentence, and the words that say of what."""

    field: str  # key of labels.yaml
    at: Span
    value: Span


_NUMBERED = {"reference_number", "member_id", "group_number"}
_NUMBER = (
    r"(?P<value>(?:(?!(?:ID|NO|NR|REF|DOB) )[A-Z]{1,4} (?=[\w-]*\d))?(?=[\w/.-]*\d)[A-Z0-9](?:[\w/-]|[.*](?=\w))*"
    r"(?: (?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]*(?![\w/.]*[a-z]))*)"
)
_ASIDE = (  # "with us", "in our files", "on your card", "for this request"
    r"(?:,? (?:with|at|in|on|for|of|to|by)(?: (?:us|you|your|our|the|this|that|its|files?|cards?|plan|health|records?"
    r"|requests?|cases?|claims?|member|matter|it|here|system|review|letter|id|ID|[A-Z][\w&]*)){1,4})?"
)
_SAYS = r"(?:,? (?:which|that|and it))?(?: is| was| reads| shows| being| are)(?: now| still)?:?,? *\(?| *, *| *\(|:? +"
_AFTER_LABEL = lore.regex(rf"{_ASIDE}(?:{_SAYS}){_NUMBER}")
_BARE_NUMBER = lore.regex(
    r"\b(?:(?P<before>\w+) )?(?:number|no\.|No\.|#)(?: (?:for|of) (?:it|(?:this|the|your|our) \w+))?"
    rf"(?:,? (?:which )?is| was|,|:)?\s*{_NUMBER}"
)
# "as member HP 4471 0098 2", "in group 30771", "Claim 26RB-0081-K was sent"
_NOUN_FIRST = lore.regex(
    r"(?<![\w/-])(?P<noun>[Mm]embers?|[Gg]roup|[Cc]ase|[Cc]laim|[Rr]equest|[Aa]ppeal|[Ff]ile|[Rr]eview|[Rr]eferral"
    rf"|[Aa]uthorization|[Rr]eference|[Nn]otice|[Mm]atter) {_NUMBER}"
)
_SETTLED = lore.regex(r"\b(?:was|were|has been|had been|already|is) (?:approved|paid)\b", re.IGNORECASE)
_UNDER = lore.regex(rf"\b(?:under|as|numbered|is|are|with|by|quote|cite|mention|give|refer to)\s+{_NUMBER}")


@cache
def _words() -> tuple[dict[str, re.Pattern[str]], frozenset[str]]:
    table = load_table("told.yaml")
    about = {
        field: lore.regex(rf"\b(?:{'|'.join(listed)})\b", re.IGNORECASE) for field, listed in table["about"].items()
    }
    return about, frozenset(table["articles"])


def find_told(letter: Letter) -> Iterator[Told]:
    """Yield the numbers and birth dates told in sentences, in reading order, none twice."""
    seen: set[int] = set()
    for sentence in sentences(letter):
        for told in (*_after_labels(letter, sentence), *_given(letter, sentence), *_births(letter, sentence)):
            if told.value.end not in seen:
                seen.add(told.value.end)
                yield told


def _after_labels(letter: Letter, sentence: Span) -> Iterator[Told]:
    text = letter.text
    for label in label_pattern().finditer(text, sentence.start, sentence.end):
        field = field_of(label[0])
        if field not in _NUMBERED or not re.search(
            r"number|#|\bno\b|\bid\b|identif|reference", label[0], re.IGNORECASE
        ):
            continue
        match = _AFTER_LABEL.match(text, label.end(), sentence.end)
        if match and _reads(match["value"], 5) and not _of_another(text[sentence.start : label.start()]):
            yield _told(field, label.start(), label.end(), match)


_SENTENCE_SAYS = lore.regex(rf"{_ASIDE}(?:{_SAYS}|:? +)(?=[A-Z\d])")


def _births(letter: Letter, sentence: Span) -> Iterator[Told]:
    """Yield "your date of birth in our files is 6 December 1978", "who was born on March 4, 1961"."""
    text = letter.text
    for label in label_pattern().finditer(text, sentence.start, sentence.end):
        if field_of(label[0]) != "patient_dob":
            continue
        if not (says := _SENTENCE_SAYS.match(text, label.end(), sentence.end)):
            continue
        date = next(iter(find_dates(text[says.end() : min(sentence.end, says.end() + 30)])), None)
        if date and date.start == 0 and not _SOMEBODY_ELSE.search(text[sentence.start : label.start()][-40:]):
            value = Span(start=says.end(), end=says.end() + date.end)
            yield Told(field="patient_dob", at=Span(start=label.start(), end=label.end()), value=value)


_SOMEBODY_ELSE = lore.regex(r"\b(?:subscriber|policy ?holder|employee|sponsor|parent|guardian|spouse)\b", re.IGNORECASE)


def _given(letter: Letter, sentence: Span) -> Iterator[Told]:
    """Yield what has no label but "number", or none: the nearest noun before it says what it is."""
    text = letter.text
    _, articles = _words()
    for match in _BARE_NUMBER.finditer(text, sentence.start, sentence.end):
        named = (match["before"] or "the").lower() in articles and _reads(match["value"], 5)
        if named and (field := _nearest(text[sentence.start : match.start("value")])):
            yield _told(field, match.start(), match.start("value"), match)
    for match in _NOUN_FIRST.finditer(text, sentence.start, sentence.end):
        before = text[sentence.start : match.start()]
        group = match["noun"].lower() == "group"
        if not (_reads(match["value"], 5) or (group and re.fullmatch(r"\d{5}", match["value"]))) or _of_another(before):
            continue
        shaped = len(match["value"]) >= 7 or group
        field = _nearest(match["noun"])
        if field and shaped and not _SETTLED.search(text, sentence.start, sentence.end):
            yield _told(field, match.start(), match.end("noun"), match)
    for match in _UNDER.finditer(text, sentence.start, sentence.end):
        if _reads(match["value"], 6) and (field := _nearest(text[sentence.start : match.start()], verbs=True)):
            yield _told(field, match.start(), match.start("value"), match)


def _told(field: str, start: int, end: int, match: re.Match[str]) -> Told:
    value = Span(start=match.start("value"), end=match.end("value"))
    return Told(field=field, at=Span(start=start, end=end), value=value)


def _nearest(before: str, verbs: bool = False) -> str | None:
    """Return the field of the last word that says what a number is of; None if it is of something else.

    `verbs`: the words right before have to speak of filing: "was logged as", "we reviewed it under".
    """
    about, _ = _words()
    if verbs and not about["filing"].search(before[-40:]):
        return None
    last = max(
        (
            (match.end(), field)
            for field, pattern in about.items()
            if field != "filing"
            for match in pattern.finditer(before)
        ),
        default=None,
    )
    return last[1] if last and last[1] in _NUMBERED and len(before) - last[0] < 90 else None


def _of_another(before: str) -> bool:
    about, _ = _words()
    return bool(about["other"].search(before[-40:]))


def _reads(value: str, least: int) -> bool:
    """Whether a number may be an identifier: no date, telephone, code, sum or count."""
    digits = sum(char.isdigit() for char in value)
    phone = re.fullmatch(r"(?:1[ .-]?)?\d{3}[ .-]\d{3}[ .-]\d{4}", value)
    code = re.fullmatch(r"[A-V]\d{4}|\d{5}|\d{4}[TF]|[A-TV-Z]\d\d(?:\.\w+)?", value)
    return digits >= least and not phone and not code and not find_dates(value)
