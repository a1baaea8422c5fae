"""Sentences that bar a whole class of drugs, or say that nothing does."""

import re

from extractors import lore
from extractors.chart.facts import Statement
from pipeline.matching.record import Record
from pipeline.matching.requirements import Therapy
from pipeline.matching.terms import find_therapies, within, wording

_BARRED = wording("class_bars.barred")
_CONTRAINDICATED = lore.regex(r"\bcontra-?indicat\w+", re.IGNORECASE)
_BAR_OF_MONEY = lore.regex(
    r"\b(?:costs?|copay\w*|insurance|coverage|covered|formulary|price|expens\w+|denied|payer|preference|prefers)\b",
    re.IGNORECASE,
)
_BAR_OPEN = lore.regex(
    r"\b(?:if|would|could|may|might|unless|relative\w*|possibl\w+|risk|some|certain|most|consider\w*"
    r"|review\w*|in (?:pregnan\w+|patients|women|men|people|children|those|any)|during)\b",
    re.IGNORECASE,
)


def find_class_bars(therapies: tuple[Therapy, ...], record: Record) -> tuple[list[Statement], list[Statement]]:
    """Return the sentences that call one of the classes contraindicated, and those that say it is not.

    A sentence about some patients, about what would be, or with a second treatment in it bars nothing.
    """
    against: list[Statement] = []
    free: list[Statement] = []
    for statement in record.saying(_BARRED):
        text = statement.text
        if len(_BARRED.findall(text)) != 1 or _BAR_OPEN.search(text):
            continue
        mentions = find_therapies(text)
        if len(mentions) != 1 or mentions[0].therapy.sort != "class":
            continue
        if any(at.sort == "class" and within(at, mentions[0].therapy) for at in therapies):
            negated = re.search(r"\b(?:no|not|never|without)\b", _BARRED.sub(" ", text), re.IGNORECASE)
            if (negated or _BAR_OF_MONEY.search(text)) and not _CONTRAINDICATED.search(text):
                continue  # "should not be given without a TB test" bars nothing, and frees nothing
            (free if negated else against).append(statement)
    return against, free
