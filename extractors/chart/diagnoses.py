"""Diagnoses, from problem lists and prose, and allergies."""

import datetime as dt
import re

from extractors import lore
from extractors.chart.assertion import assert_of
from extractors.chart.dates import parse_date
from extractors.chart.facts import Assertion, Fact, Statement
from extractors.chart.statements import Block, PageText
from extractors.vocabulary.conditions import condition_of_code, conditions, find_conditions
from extractors.vocabulary.drugs import find_drugs
from extractors.vocabulary.sieve import rare

# ICD-10-CM: a letter, two digits (the second may be a letter), up to four more after a dot
_CODE = lore.regex(r"\b(?P<code>[A-TV-Z]\d[0-9A-B](?:\.[0-9A-Z]{1,4})?)\b")
_RULE_OUT = lore.regex(r"^\s*(?:rule\s*out|r/o|suspected|possible|probable|query|concern\s+for)\b\s*", re.IGNORECASE)
_RESOLVED = rare(r"\b(?:resolved|inactive|in\s+remission|historical|past|history)\b", re.IGNORECASE)
_RULED_OUT = rare(r"\b(?:ruled\s+out|excluded|not\s+confirmed)\b", re.IGNORECASE)
_ERROR = rare(r"\bentered\s+in\s+error|\berroneous\b", re.IGNORECASE)


def read_problem_table(text: PageText, block: Block) -> list[Fact]:
    """Return the diagnoses of a problem list, with code and status."""
    facts = []
    count = len(block.table.entries)
    for entry, statement in zip(block.table.entries, text.statements[block.first : block.first + count], strict=True):
        name = block.table.cell(entry, "problem")
        if len(name) < 3:
            continue
        status = f"{block.table.cell(entry, 'status')} {block.table.cell(entry, 'resolved')}"
        code = _CODE.search(block.table.cell(entry, "code"))
        assertion = Assertion.AFFIRMED
        if _ERROR.search(statement.text):
            assertion = Assertion.ENTERED_IN_ERROR
        elif _RULED_OUT.search(status):
            assertion = Assertion.NEGATED
        elif _RULE_OUT.match(name):
            assertion = Assertion.POSSIBLE
        elif _RESOLVED.search(status) or block.table.cell(entry, "resolved"):
            assertion = Assertion.HISTORICAL
        onset = parse_date(block.table.cell(entry, "onset"))
        facts.append(
            Fact(
                kind="diagnosis",
                name=_RULE_OUT.sub("", name),
                assertion=assertion,
                date=statement.date,
                statement=statement,
                evidence=(statement.evidence,),
                code=code["code"] if code else None,
                onset=onset.day if onset else None,
                condition=_condition(name, code["code"] if code else None),
            )
        )
    return facts


def _condition(name: str, code: str | None) -> str | None:
    if code and (found := condition_of_code(code)):
        return found
    named = find_conditions(name)
    return max(named, key=lambda term: term.end - term.start).key if named else None


# "brochure on", "questionnaire for", "talk about": the name of a paper or of a lesson, not of what the patient has
_PAPER_ON = rare(
    r"\b(?:leaflet|brochure|pamphlet|booklet|hand-?out|flyer|poster|video|webinar|sheet|questionnaire|quiz|talk|lecture"
    r"|class|course|seminar|article|book|guidelines?|criteria|screen(?:er|ing)?|registry|support group|foundation)s?"
    r" (?:on|about|for|of|regarding) (?:[\w-]+ ){0,2}$",
    re.IGNORECASE,
)
_SKIP = frozenset({"header", "fax_header", "instructions", "allergies", "immunizations", "care_team", "medications"})


def read_told_diagnoses(statements: list[Statement]) -> list[Fact]:
    """Return the conditions that sentences name, each with what is asserted of it."""
    facts = []
    for statement in statements:
        if statement.cells or statement.section in _SKIP:
            continue
        text = statement.text
        for term in find_conditions(text):
            assertion = _present(assert_of(text, term.start, term.end, statement.section), term.key, text)
            if re.match(
                r"\s*(?:(?:blood|skin|screening)\s+)?(?:tests?|testing|results?|symptoms|medicines|medications|clinic|education|educator|control|score|screen|screening|test|specialist|center|society)\b",
                text[term.end :],
                re.I,
            ) or _PAPER_ON.search(text[: term.start], text):
                continue
            code = re.match(r"[^.;()]{0,40}\((?P<code>[^)]*)\)|\s*[,-]?\s*(?P<bare>[A-TV-Z]\d\S*)", text[term.end :])
            found = _CODE.search(code["code"] or code["bare"]) if code else None
            lead = _LEAD_CODE.search(text[: term.start])
            found = found or lead
            facts.append(
                Fact(
                    kind="diagnosis",
                    name=text[term.start : term.end],
                    assertion=assertion,
                    date=statement.date,
                    statement=statement,
                    evidence=(statement.evidence,),
                    code=found["code"] if found else None,
                    condition=term.key,
                    onset=_onset(text[term.end :]),
                )
            )
    return facts


_LEAD_CODE = lore.regex(
    r"(?:^|[.;,\n])\W*(?:\d{1,2}[.)]\s+)?(?P<code>[A-TV-Z]\d[0-9A-B](?:\.[0-9A-Z]{1,4})?)[\s:,-]+(?:[\w-]+\s+){0,3}$"
)
_SINCE = lore.regex(
    r"^(?:\s+[\w/-]+){0,3}?\s*[,(]?\s*(?:\([A-Z]\d[^)]*\)\s*)?(?:onset|since|dx'?d?\.?|diagnosed|first\s+noted|noted|found)\s*(?:in|on|of|date)?\s*:?\s*"
    r"(?P<when>\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{4}|[A-Z][a-z]{2,8}\.?\s+\d{4}|(?:19|20)\d\d)\b",
)


def _onset(after: str) -> dt.date | None:
    """Return since when a condition is there, where the words right behind it say so: "UC dx 2019"."""
    found = _SINCE.match(after)
    day = parse_date(found["when"]) if found else None
    return day.day if day else None


# what a lasting disease must be told with to be over
_OVER = rare(
    r"\b(?:remission|resolved|outgrew|outgrown|cured|childhood|as\s+a\s+child|in\s+(?:his|her)?\s*youth|former(?:ly)?|inactive|recovered|"
    r"no\s+longer|previously\s+(?:diagnosed|labell?ed|thought)|misdiagnos\w*|transplant\w*|colectomy)\b",
    re.IGNORECASE,
)


def _present(held: Assertion, condition: str, text: str) -> Assertion:
    """Take a lasting disease for present: "history of rheumatoid arthritis" does not say that it is over."""
    if held is Assertion.HISTORICAL and conditions()[condition].chronic and not _OVER.search(text):
        return Assertion.AFFIRMED
    return held


def read_allergy_table(text: PageText, block: Block) -> list[Fact]:
    """Return the allergies of a table of allergens and reactions."""
    facts = []
    count = len(block.table.entries)
    for entry, statement in zip(block.table.entries, text.statements[block.first : block.first + count], strict=True):
        name = block.table.cell(entry, "allergen")
        if len(name) < 3:
            continue
        drugs = find_drugs(name, fuzzy=True)
        none = _NONE_KNOWN.search(statement.text)
        wrong = _ERROR.search(statement.text)
        assertion = Assertion.ENTERED_IN_ERROR if wrong else Assertion.NEGATED if none else Assertion.AFFIRMED
        facts.append(
            _allergy("drug allergy" if none else drugs[0].generic if drugs else name.lower(), assertion, statement)
        )
    return facts


_NONE_KNOWN = rare(
    r"\b(?:NKDA|NKA|no\s+known(?:\s+drug)?\s+allergies|no\s+known\s+(?:drug|medication)\s+allergies|no\s+drug\s+allergies|none\s+known)\b",
    re.I,
)
_ITEM = lore.regex(
    r"^\s*(?:[A-Za-z /&]+:\s*)?(?P<what>[A-Za-z][A-Za-z0-9 /-]{2,50}?)\s*(?:\((?P<how>[^)]*)\)|"
    r"[-–—:]\s*(?P<then>[^.;]*))?\s*\.?$"
)


def read_allergies(statements: list[Statement]) -> list[Fact]:
    """Return the allergies and intolerances of an allergy section, and "none known" as a negated one."""
    facts = []
    for statement in statements:
        if statement.section != "allergies" or statement.cells:
            continue
        text = re.sub(
            r"^\s*(?:drug\s+)?(?:allerg(?:y|ies)|intolerances)[^:]{0,30}:\s*", "", statement.text, flags=re.IGNORECASE
        )
        if _NONE_KNOWN.search(text) or re.match(r"^\s*none\b", text, re.IGNORECASE):
            facts.append(_allergy("drug allergy", Assertion.NEGATED, statement))
            continue
        drugs = find_drugs(text, fuzzy=True)
        for mention in drugs:
            facts.append(_allergy(mention.generic, assert_of(text, mention.start, mention.end), statement))
        if not drugs and (item := _ITEM.match(text)) and (item["how"] or item["then"]):
            facts.append(_allergy(item["what"].strip().lower(), Assertion.AFFIRMED, statement))
    return facts


def _allergy(name: str, assertion: Assertion, statement: Statement) -> Fact:
    if assertion in (Assertion.POSSIBLE, Assertion.HISTORICAL):
        assertion = Assertion.AFFIRMED
    return Fact(
        kind="allergy",
        name=name,
        assertion=assertion,
        date=statement.date,
        statement=statement,
        evidence=(statement.evidence,),
    )
