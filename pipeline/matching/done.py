"""Examinations, screenings and evaluations that a criterion wants done: by whom, in which time, with what outcome."""

import datetime as dt
import re
from functools import cache

from extractors import lore
from extractors.chart.facts import Statement
from pipeline.matching.clauses import clause_of, day_of, days_in, is_report_title
from pipeline.matching.phrases import find_window
from pipeline.matching.record import Record, cite, newest_first, once, page_of
from pipeline.matching.requirements import Deed, Requirement
from pipeline.matching.terms import data, wording
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_ASKED = wording("deeds.asked")
_DONE = wording("deeds.done")
_OPEN = wording("deeds.open")
_NOT_DONE = wording("deeds.not_done")
_CLEARED = wording("deeds.cleared")
_NOT_CLEARED = wording("deeds.not_cleared")
_APPOINTMENT = lore.regex(r"\b(?:appointment|call\w*|message|letter|asked|told|order\w*)\b", re.IGNORECASE)
_VALUE = lore.regex(
    r"^\s*(?:score\s*)?(?:today\s*)?(?:was|is|of|:|=)?\s*(?:today\s*)?(?P<n>\d{1,2})(?![\d/.-])", re.IGNORECASE
)
# "finds no reason against surgery", "and clears the patient", "shows no contraindication to the operation"
_ASKS_CLEARED = lore.regex(
    r"(?:\b(?:which|that|and)\s+)?\b(?:has |have |was |were |is |been )*"
    r"(?:find(?:s|ing)?|found|show(?:s|ing|n)?|conclud\w+|identif\w+|reveal\w+|clear(?:s|ed|ing)?|support\w*|with)\b"
    r"(?:[^.;]{0,40}?\b(?:no (?:\w+ ){0,2}(?:reasons?|contra-?indications?|barriers?)|suitable|appropriate|candidate\w*"
    r"|clear(?:ed|ance)?|the patient|the member)|(?<=cleared))\b[^.;]{0,60}$",
    re.IGNORECASE,
)


@cache
def _pattern(deed: str, side: str) -> re.Pattern[str]:
    return lore.regex("|".join(f"(?:{at})" for at in data("deeds")[deed][side]), re.IGNORECASE)


@cache
def _asked_of() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return what names a profession in a criterion: "by a licensed psychologist", "a registered dietitian has"."""
    made = []
    for key, entry in data("clinicians").items():
        who = "|".join(entry["asked"])
        before = rf"\b(?:by|with|from)\s+(?:an?\s+|the\s+)?(?:{who})\b|^\s*(?:an?\s+|the\s+)?(?:{who})\s+has\b"
        made.append((key, lore.regex(before, re.IGNORECASE)))
    return tuple(made)


@cache
def _shown(clinician: str) -> re.Pattern[str]:
    return lore.regex(r"(?<![\w])(?:" + "|".join(data("clinicians")[clinician]["shown"]) + r")")


@cache
def _also(clinician: str | None) -> re.Pattern[str] | None:
    """Return what the same report has to show beside: the profession of one who states no financial relationship."""
    held = data("clinicians")[clinician].get("also") if clinician else None
    return lore.regex("|".join(held)) if held else None


def _holds_also(clinician: str | None, told: list[Statement]) -> bool:
    pattern = _also(clinician)
    return pattern is None or any(pattern.search(at.text) for at in told)


def read_deed(text: str) -> Requirement | None:
    """Return "psychological evaluation by a licensed clinician within 12 months, which clears the patient"."""
    keys = [key for key in data("deeds") if _pattern(key, "criterion").search(text)]
    if len(keys) != 1 or not (_ASKED.search(text) or _ASKS_CLEARED.search(text)) or len(text.split()) > 32:
        return None
    window = find_window(text)
    rest = text[: window[1][0]] + text[window[1][1] :] if window else text
    cleared = _ASKS_CLEARED.search(rest, _pattern(keys[0], "criterion").search(rest).end())
    rest = rest[: cleared.start()] if cleared else rest
    by = next(((key, at) for key, pattern in _asked_of() if (at := pattern.search(rest))), None)
    rest = rest[: by[1].start()] + " " + rest[by[1].end() :] if by else rest
    rest = re.sub(r"\([^)]*\)", " ", _pattern(keys[0], "criterion").sub(" ", rest)).lower()
    rest = _ASKED.sub(" ", rest)
    further = [at for at in re.findall(r"[a-z]{4,}", rest) if at not in _PLAIN]
    further += [name for name, pattern in _OTHER_VACCINES if pattern.search(text.lower())]
    if len(further) > 4:
        return None
    return Deed(
        deed=keys[0],
        window=window[0] if window else None,
        by=by[0] if by else None,
        cleared=bool(cleared) or bool(re.search(r"\bclear(?:ance|ed)\b", text, re.IGNORECASE)),
        besides=" ".join(further) or None,
    )


_PLAIN = frozenset(data("plain_words")["deeds"])
# names too short to be kept as words: "pneumococcal and Hib vaccination" asks for both
_OTHER_VACCINES = (
    ("haemophilus", lore.regex(r"\bhib\b")),
    ("meningococcal", lore.regex(r"\bmen-?(?:b|acwy|abcwy)\b")),
    ("tetanus", lore.regex(r"\b(?:tdap|dtap|td)\b")),
    ("measles", lore.regex(r"\bmmr\b")),
    ("papillomavirus", lore.regex(r"\bhpv\b")),
    ("respiratory syncytial", lore.regex(r"\brsv\b")),
)


def judge_deed(requirement: Deed, record: Record) -> Verdict:
    """Return the verdict on something to be done: a report, sentence or value that shows it done, in the time asked."""
    entry = data("deeds")[requirement.deed]
    facts = {"wanted": entry["name"]}
    done, undated, late, denied, open_ones = [], [], [], [], []
    words = [_pattern(requirement.deed, side) for side in ("chart", *(("listed",) if entry.get("listed") else ()))]
    for statement in record.saying(*words):
        listed = _listed(requirement.deed, statement)
        hit = _pattern(requirement.deed, "chart").search(statement.text) or listed
        if not hit:
            continue
        clause = clause_of(statement.text, hit.start(), hit.end())
        value = bool(entry.get("result")) and bool(_VALUE.match(statement.text[hit.end() :]))
        report = _is_report(statement, clause) or bool(listed)
        if entry.get("purpose") and _for_something_else(clause, record):
            continue
        if _NOT_DONE.search(clause.replace(hit[0], "§")) and not value:
            denied.append(statement)
        elif _OPEN.search(clause) and not value:
            open_ones.append(statement)
        elif value or report or _DONE.search(clause) or _dated_before(statement, clause):
            days = days_in(clause, statement.date) if entry.get("listed") else []
            day = max(days) if days else statement.date if value or report else day_of(statement, clause)
            if requirement.window is None or record.inside(day, requirement.window):
                done.append(statement)
            else:
                (undated if day is None else late).append(statement)
    wants = f"{entry['name']} with its date"
    if done and denied and _newest(denied) >= _newest(done):
        return unclear("contradicted", cite(newest_first([*done, *denied])), wants=wants, drug=entry["name"], **facts)
    if done:
        return _qualified(requirement, newest_first(done), record, entry["name"])
    if late or undated:
        why = "done_old" if late else "done_undated"
        return unclear(why, cite(newest_first([*late, *undated])), wants=wants, **facts)
    if denied and not open_ones:
        return not_met("not_done", cite(newest_first(denied)), **facts)
    why = "only_to_do" if open_ones else "silent_done"
    return unclear(why, cite(newest_first([*open_ones, *denied])), wants=wants, **facts)


def _qualified(requirement: Deed, done: list[Statement], record: Record, name: str) -> Verdict:
    """Return the verdict once it was done: by whom it was, and whether it cleared the patient."""
    shown, cleared, against = [], [], []
    for statement in done:
        told = _page_of_report(statement, record) if _is_report(statement, statement.text) else [statement]
        who = [at for at in told if requirement.by is None or _shown(requirement.by).search(at.text)]
        who = who if _holds_also(requirement.by, told) else []
        bad = [at for at in told if _NOT_CLEARED.search(at.text)]
        good = [at for at in told if _CLEARED.search(at.text) and at not in bad]
        against += bad
        if who:
            shown += [statement, *who[:1]] if _also(requirement.by) else [statement]
            cleared += [(statement, at) for at in good]
    facts = {"wanted": name}
    if requirement.cleared and against and not cleared:
        return not_met("not_cleared", cite(once([*against, *done])), **facts)
    if requirement.by and not shown:
        who = requirement.by.replace("_", " ")
        lacking = f"by a {who} clinician" if who.endswith("health") else f"by a {who}"
        return unclear("done_lacking", cite(done), wants=f"who made {name}", lacking=lacking, **facts)
    if requirement.cleared and (against or not cleared):
        wants = f"that {name} found no reason against it"
        return unclear("done_lacking", cite(once([*done, *against])), wants=wants, lacking="favorable", **facts)
    proof = [at for pair in cleared for at in pair] if requirement.cleared else (shown or done)
    return met("done", cite(once([*proof, *shown])), **facts)


def _dated_before(statement: Statement, clause: str) -> bool:
    """Whether a clause gives the day of it: "eye examination 08/03/2026: no retinopathy"."""
    days = [] if _APPOINTMENT.search(clause) else days_in(clause, statement.date)
    return bool(days) and statement.date is not None and max(days) <= statement.date


def _listed(deed: str, statement: Statement) -> re.Match[str] | None:
    """Return where a list of immunizations gives it with a day: "Pneumococcal 05/2024"; diseases have the names too."""
    if not data("deeds")[deed].get("listed") or statement.section not in ("immunizations", "health_maintenance"):
        return None
    dated = days_in(statement.text, statement.date) or re.search(r"\b(?:19|20)\d\d\b", statement.text)
    return _pattern(deed, "listed").search(statement.text) if dated else None


def _is_report(statement: Statement, clause: str) -> bool:
    """Whether a line is the title of the evaluation's own report."""
    return statement.date is not None and is_report_title(statement) and not _OPEN.search(clause)


def _page_of_report(statement: Statement, record: Record) -> list[Statement]:
    here = page_of(statement.evidence)
    return [statement, *(at for at in record.statements if page_of(at.evidence) == here and at is not statement)]


@cache
def _purposes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    held = data("purposes")
    return tuple(
        (key, lore.regex(r"\b(?:" + "|".join(words) + r")\b", re.IGNORECASE))
        for key, words in (*held["purposes"].items(), ("never", held["never"]))
    )


def _for_something_else(clause: str, record: Record) -> bool:
    """Whether an evaluation was made for another purpose than the request: for disability, for a stimulator."""
    told = {key for key, pattern in _purposes() if pattern.search(clause)}
    asked = {key for key, pattern in _purposes() if pattern.search(record.service or record.drug or "")}
    return "never" in told or bool(told and asked and not told & asked)


def _newest(statements: list[Statement]) -> dt.date:
    return max((at.date for at in statements if at.date), default=dt.date.min)
