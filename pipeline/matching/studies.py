"""Examinations and panels that have to have been done, whatever came of them: "radiographs within 6 months"."""

import datetime as dt
import re
from functools import cache

from extractors import lore
from extractors.chart.facts import Statement
from pipeline.matching.care_requirements import Study
from pipeline.matching.clauses import clause_of, day_of, days_in, is_open, is_report_title
from pipeline.matching.phrases import find_comparisons, find_window
from pipeline.matching.record import Record, cite, newest_first, once, page_of
from pipeline.matching.requirements import Requirement
from pipeline.matching.terms import data, wording
from pipeline.matching.verdict import Verdict, all_of, any_of, met, not_met, unclear

_ASKED = wording("studies.asked")
_OUTCOME = wording("studies.outcome")
_RESULTED = wording("studies.resulted")
_DONE = wording("deeds.done")
_NO = lore.regex(
    r"\b(?:no|never|not|without|declin\w+|refus\w+|cancel\w+)\b(?:(?!\b(?:and|but)\b)[^.;,]){0,30}§", re.IGNORECASE
)
_NOT_BEHIND = lore.regex(
    r"§[^.;,]{0,30}\b(?:not (?:done|performed|obtained|taken|made|drawn|available)|never|declined|cancel\w+"
    r"|no[- ]show|refused)\b",
    re.IGNORECASE,
)
# what is compared with, or was sent from elsewhere, is an older one: "Comparison: radiographs of 03/2023"
_COMPARED = lore.regex(r"^\W*(?:comparison|compared?(?: with| to)?|prior|previous)\b", re.IGNORECASE)
_ANY = lore.regex(r"\bor\b", re.IGNORECASE)


@cache
def _pattern(table: str, key: str) -> re.Pattern[str]:
    held = data("studies")[table][key]
    words = held["words"] if table == "studies" else held
    return lore.regex(r"(?<![\w-])(?:" + "|".join(words) + r")(?![\w-])", re.IGNORECASE)


def _named(table: str, text: str) -> list[tuple[str, int, int]]:
    """Return (key, start, end) of studies or parts in reading order, of overlapping names the longest."""
    found = [(key, *at.span()) for key in data("studies")[table] for at in _pattern(table, key).finditer(text)]
    kept: list[tuple[str, int, int]] = []
    for key, start, end in sorted(found, key=lambda at: (at[1] - at[2], at[1])):
        if all(end <= a or b <= start for _, a, b in kept):
            kept.append((key, start, end))
    return sorted(kept, key=lambda at: at[1])


# what a study is made for asks for no outcome: "to look for conduction abnormalities"
_MADE_FOR = lore.regex(
    r",?\s+(?:to|in order to|for) (?:look(?:ing)? for|rule out|ruling out|screen(?:ing)? for|assess\w*|evaluat\w+"
    r"|detect\w*|identify\w*|check(?:ing)? for|exclud\w+)\s(?:(?!\b(?:and|within|in the (?:past|last))\b)[^.;,])*",
    re.IGNORECASE,
)


def read_study(text: str) -> Requirement | None:
    """Return "cervical spine radiographs obtained within 6 months"; None where the outcome is asked for too."""
    text = _MADE_FOR.sub("", text)
    studies = _named("studies", text)
    if not studies or len(text.split()) > 30 or not _ASKED.search(text):
        return None
    if _OUTCOME.search(text) or find_comparisons(text):
        return None
    window = find_window(text)
    keys = tuple(dict.fromkeys(key for key, _, _ in studies))
    between = text[studies[0][2] : studies[-1][1]]
    places = [at for at in _named("parts", text) if not any(a < at[2] and at[1] < b for _, a, b in studies)]
    parts = tuple(dict.fromkeys(key for key, _, _ in places))
    spans = [at[1:] for at in [*studies, *places]] + ([window[1]] if window else [])
    further = _rest(text, spans)
    if len(further) > 3:
        return None
    return Study(
        studies=keys,
        every=len(keys) > 1 and not _ANY.search(between),
        parts=parts,
        window=window[0] if window else None,
        besides=" ".join(further) or None,
    )


_PLAIN = frozenset(data("plain_words")["deeds"]) | frozenset(data("plain_words")["studies"])


def _rest(text: str, spans: list[tuple[int, int]]) -> list[str]:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    words = re.findall(r"[a-z][a-z-]{3,}", _ASKED.sub(" ", text).lower())
    return [at for at in dict.fromkeys(words) if at not in _PLAIN]


def judge_study(requirement: Study, record: Record) -> Verdict:
    """Return the verdict on studies to be done: results, a report, or a sentence that shows each in its time."""
    verdicts = [_judge(key, requirement, record) for key in requirement.studies]
    if len(verdicts) == 1:
        return verdicts[0]
    return all_of(verdicts) if requirement.every else any_of(verdicts)


def _judge(key: str, requirement: Study, record: Record) -> Verdict:
    entry = data("studies")["studies"][key]
    name = " of the ".join([entry["name"], *requirement.parts[:1]])
    facts = {"wanted": name}
    if entry.get("labs") and (measured := _measured(entry, requirement, record)):
        return met("done", cite(measured), **facts)
    done, late, undated, open_ones, denied = [], [], [], [], []
    for statement in record.statements:
        if _other_side(statement.text, record):
            continue
        for start, end in _hits(key, statement, requirement.parts):
            told = _told(statement, start, end, record)
            if told == "done":
                day = _day(statement, start, end)
                inside = requirement.window is None or record.inside(day, requirement.window)
                (done if inside else undated if day is None else late).append(statement)
            elif told:
                (open_ones if told == "open" else denied).append(statement)
            break
    wants = f"{name} with its date"
    if done:
        newest = max((at.date for at in done if at.date), default=dt.date.min)
        against = [at for at in denied if at.date and at.date > newest]
        if against:
            return unclear("contradicted", cite(newest_first([*done, *against])), wants=wants, drug=name, **facts)
        return met("done", cite(_reports_first(done)), **facts)
    if late or undated:
        return unclear(
            "done_old" if late else "done_undated", cite(newest_first([*late, *undated])), wants=wants, **facts
        )
    if denied and not open_ones:
        return not_met("not_done", cite(newest_first(denied)), **facts)
    return unclear("only_to_do" if open_ones else "silent_done", cite(newest_first(open_ones)), wants=wants, **facts)


def _measured(entry: dict, requirement: Study, record: Record) -> list:
    """Return one result in time of each laboratory test that the panel needs; none where one is lacking."""
    found = []
    for lab in entry["labs"]:
        held = [
            at
            for at in record.facts
            if at.kind == "measurement"
            and at.name == lab
            and at.measurement
            and str(at.measurement.value).lower() not in ("pending", "tnp", "not performed")
            and at.date
            and at.date <= record.request_date
            and record.holds(at, requirement.window)
        ]
        if not held:
            return []
        found.append(newest_first(held)[0])
    return found


def _hits(key: str, statement: Statement, parts: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return where a sentence names the study, of the part of the body asked for."""
    hits = [(start, end) for held, start, end in _named("studies", statement.text) if held == key]
    if not hits or not parts:
        return hits
    told = {held for held, _, _ in _named("parts", statement.text)}
    return hits if told & set(parts) else []


def _other_side(text: str, record: Record) -> bool:
    """Whether a sentence speaks of the other side only than the request: films of the left knee, MRI of the right."""
    asked = set(re.findall(r"\b(?:right|left)\b", (record.service or "").lower()))
    told = set(re.findall(r"\b(?:right|left)\b", text.lower()))
    return bool(asked and told) and not asked & told


def _told(statement: Statement, start: int, end: int, record: Record) -> str | None:
    """Return "done", "open" or "denied" for a study that a sentence names; None where it tells none of these."""
    text = statement.text
    clause = clause_of(text, start, end)
    marked = clause.replace(text[start:end], "§", 1)
    if is_report_title(statement):
        if not (_named("parts", text) or data("studies")["studies"][_key_at(text, start)].get("whole")):
            return None  # "WABASH OPEN MRI": the name of a clinic
        return "done" if statement.date and _is_report(statement, record) and not is_open(clause) else None
    if _COMPARED.match(clause):
        return "done" if days_in(clause, statement.date) else None
    if _NO.search(marked) or _NOT_BEHIND.search(marked):
        return "denied"
    if is_open(clause):
        return "open"
    if _DONE.search(clause) or _RESULTED.search(clause) or _dated_before(statement, clause):
        return "done"
    return "open" if statement.section == "plan" else None


def _key_at(text: str, start: int) -> str:
    return next(key for key, at, _ in _named("studies", text) if at == start)


def _dated_before(statement: Statement, clause: str) -> bool:
    """Whether a clause prints the day of the study: "MRI 02/20/2026: severe stenosis", "colonoscopy of June 25"."""
    days = days_in(clause, statement.date)
    return bool(days) and statement.date is not None and max(days) <= statement.date


def _day(statement: Statement, start: int, end: int) -> dt.date | None:
    if is_report_title(statement):
        return statement.date
    return day_of(statement, clause_of(statement.text, start, end))


def _is_report(statement: Statement, record: Record) -> bool:
    """Whether the page of a title gives findings: an order form has a title too."""
    here = page_of(statement.evidence)
    page = [at.text for at in record.statements if page_of(at.evidence) == here]
    return any(_FINDINGS.match(at) for at in page)


_FINDINGS = lore.regex(r"\W*(?:findings?|impression|opinion|conclusion|result|report|read by|interpretation)\b", re.I)


def _reports_first(statements: list[Statement]) -> list[Statement]:
    return sorted(once(newest_first(statements)), key=lambda at: not is_report_title(at))
