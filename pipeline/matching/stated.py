"""A finding that a criterion asks to be stated: met only where the chart says every word of it."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable

from extractors import lore
from pipeline.matching.clinical_terms import broader, find_clinical
from pipeline.matching.findings import best_passages
from pipeline.matching.record import Record, cite, months_before, page_of
from pipeline.matching.requirements import FreeText
from pipeline.matching.stated_leaves import wording_of
from pipeline.matching.stated_places import Places, latest_visit
from pipeline.matching.stated_requirements import FindingPart, StatedFinding
from pipeline.matching.stated_seen import Seen, is_lasting, is_past, seen_of
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_FRESH_DAYS = 365  # a finding that comes and goes has to be stated within a year of the request
_NEAR = 2  # statements between a pain and what it keeps the patient from
_CLOSE = 3  # between two findings of one study
_PROCEDURE = lore.regex(
    r"\b(?:fusion|fuse|decompression|discectomy|laminectomy|arthroplasty|injection|ablation|foraminotomy|TLIF|PLIF|ALIF"
    r"|ACDF)\b",
    re.IGNORECASE,
)


def judge_stated(requirement: StatedFinding, record: Record) -> Verdict:
    """Return the verdict on a finding: every word of the leaf has to be said of it, and nothing newer against it."""
    places = Places(record)
    same = _same(requirement, record, places)
    seen = [seen_of(part, record, places, same) for part in requirement.parts]
    wanted = {"wanted": "; ".join(at.printed for at in requirement.parts)}
    if requirement.denied:
        return _ruled_out(requirement, seen, wanted)
    proofs = _proofs(requirement, record, places, seen)
    if proofs:
        return met("finding_stated", cite(proofs), **wanted)
    if not requirement.loosely and (against := _against(requirement, record, seen)):
        key = "finding_fails" if against[0].present else "finding_denied"
        return not_met(key, cite(at.statement for at in against), **wanted)
    return _open(requirement, record, seen, wanted)


# ---------------------------------------------------------------- what "the same" is


def _same(requirement: StatedFinding, record: Record, places: Places) -> dict[str, frozenset[str]]:
    """Return the side and level requested, and those of the symptoms where the leaf refers to them."""
    service = find_clinical(record.service or "")
    found = {"request_side": frozenset(at.key for at in service if at.role == "side")}
    found["request_site"] = frozenset(key for at in service if at.role == "site" for key in broader("site", at.key))
    roles = {at.role for part in requirement.parts for at in part.narrowed if "same" in at.keys}
    if "side" in roles:
        found["side"] = found["request_side"] or _symptom_sides(record, places)
    if "level" in roles:
        found["level"] = frozenset(at.key for at in service if at.role == "level") or _planned_levels(record)
    return found


def _symptom_sides(record: Record, places: Places) -> frozenset[str]:
    """Return the one side that the symptoms are on; empty where both or none is named."""
    part = FindingPart(heads=("radiating_pain", "paresthesia", "numbness"))
    sides: set[str] = set()
    for at in seen_of(part, record, places, {}):
        if at.present and _within(at.said, record, _FRESH_DAYS):
            sides |= {one.key for one in find_clinical(at.clause) if one.role == "side"}
    return frozenset(sides) if len(sides) == 1 else frozenset()


def _planned_levels(record: Record) -> frozenset[str]:
    """Return the one level of the spine that a procedure is planned at."""
    levels: set[str] = set()
    for at in record.statements:
        if _PROCEDURE.search(at.text) and (
            at.section == "plan" or re.search(r"\bplan|request|schedul|recommend", at.text, re.I)
        ):
            levels |= {one.key for one in find_clinical(at.text) if one.role == "level"}
    return frozenset(levels) if len(levels) == 1 else frozenset()


# ---------------------------------------------------------------- met


def _proofs(requirement: StatedFinding, record: Record, places: Places, seen: list[list[Seen]]) -> list:
    """Return the statements that together say the whole leaf, those of the newest page first."""
    pages: dict[tuple[str, int], list[list[Seen]]] = defaultdict(lambda: [[] for _ in requirement.parts])
    for number, part in enumerate(requirement.parts):
        for at in seen[number]:
            if at.covers(part) and _stands(at, part, seen[number]) and _in_time(at, part, requirement, record):
                pages[page_of(at.statement.evidence)][number].append(at)
    full: list[list[Seen]] = []
    for found in pages.values():
        if all(found) and (chosen := _together(requirement, record, places, found)):
            full.append(chosen)
    full.sort(key=lambda chosen: max(at.when or dt.date.min for at in chosen), reverse=True)
    return [at.statement for chosen in full for at in chosen]


def _together(requirement: StatedFinding, record: Record, places: Places, found: list[list[Seen]]) -> list[Seen] | None:
    """Return one clause for each finding of the leaf on a page that belong together and say the rest of it as well."""
    for first in found[0]:
        chosen = [first]
        for number in range(1, len(found)):
            near = [
                at
                for at in found[number]
                if _belongs(at, requirement.parts[number], first, requirement.parts[0], places)
            ]
            if not near:
                break
            chosen.append(min(near, key=lambda at: abs(places.order(at.statement) - places.order(first.statement))))
        if len(chosen) == len(found) and _says_rest(requirement, record, chosen):
            return chosen
    return None


def _belongs(seen: Seen, part: FindingPart, first: Seen, asked_first: FindingPart, places: Places) -> bool:
    apart = abs(places.order(seen.statement) - places.order(first.statement))
    if seen.statement is not first.statement:
        limit = next((at for at in (seen, first) if "activity_limit" in at.heads), None)
        if limit and (apart > _NEAR or wording_of("because").search(limit.clause)):
            return False
    if is_lasting(part) and apart > _CLOSE:
        return False
    if seen.sites and first.sites and not _share(seen.sites, first.sites):
        return False
    if seen.sides and first.sides and not seen.sides & first.sides:
        return False
    # a film keeps its own day beside the complaint of the visit; two complaints are of one day
    return seen.when == first.when or is_lasting(part) or is_lasting(asked_first)


def _share(sites: frozenset[str], others: frozenset[str]) -> bool:
    wide = {key for at in others for key in broader("site", at)}
    return bool({key for at in sites for key in broader("site", at)} & wide)


def _says_rest(requirement: StatedFinding, record: Record, chosen: list[Seen]) -> bool:
    clauses = " ".join(at.clause.lower() for at in chosen)
    if not all(re.search(rf"\b{re.escape(_stem(word))}", clauses) for word in requirement.words):
        return False
    needed = requirement.minimum_days
    lengths = [at.lasted for at in chosen if at.lasted is not None]
    return needed is None or (bool(lengths) and min(lengths) >= needed)


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "ied", "es", "ed", "ly", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def _in_time(seen: Seen, part: FindingPart, requirement: StatedFinding, record: Record) -> bool:
    day = seen.when
    if requirement.window:
        own_day = seen.dated or seen.reported
        studied = any(at.role == "modality" for at in part.narrowed)
        if not own_day and (is_past(part) or studied):
            return False  # when it happened or was seen is not said
        if not record.inside(day, requirement.window):
            return False
    if requirement.latest_visit and not _at_latest(day, record):
        return False
    if day is not None and day > record.request_date:
        return False
    return is_lasting(part) or bool(requirement.window) or _within(day, record, _FRESH_DAYS)


def _at_latest(day: dt.date | None, record: Record) -> bool:
    last = latest_visit(record)
    return day is not None and (last is None or day >= last)


def _within(day: dt.date | None, record: Record, days: int) -> bool:
    return day is not None and 0 <= (record.request_date - day).days <= days


def _stands(proof: Seen, part: FindingPart, seen: Iterable[Seen]) -> bool:
    """Whether nothing as new or newer speaks against a clause."""
    for at in seen:
        whole = len(at.covered) + len(at.fails) == len(part.narrowed)
        speaks = not at.present or (whole and (at.fails or at.too_few))
        if not speaks or not at.heads & proof.heads or at is proof:
            continue
        if at.statement.section == "review_of_systems" and proof.statement.section != "review_of_systems":
            continue
        if at.when is None or proof.when is None or at.when >= proof.when:
            return False
    return True


# ---------------------------------------------------------------- not met


def _against(requirement: StatedFinding, record: Record, seen: list[list[Seen]]) -> list[Seen]:
    """Return the newest clauses that deny a finding of the leaf, or give it with a value that fails."""
    for part, clauses in zip(requirement.parts, seen, strict=True):
        found: list[Seen] = []
        for head in part.heads:
            newest = _newest_against(head, part, requirement, record, [at for at in clauses if head in at.heads])
            if newest is None:
                break
            found.append(newest)
        else:
            return list({id(at.statement): at for at in found}.values())
    return []


def _newest_against(
    head: str, part: FindingPart, requirement: StatedFinding, record: Record, clauses: list[Seen]
) -> Seen | None:
    speaking = [at for at in clauses if at.when and _speaks(at, part)]
    if not speaking:
        return None
    newest = max(speaking, key=lambda at: at.when or dt.date.min)
    limit = months_before(record.request_date, 12)
    if requirement.window and (first := record.first_day(requirement.window)):
        limit = max(limit, first)
    if newest.when is None or not limit <= newest.when <= record.request_date:
        return None
    if requirement.latest_visit and not _at_latest(newest.when, record):
        return None
    others = [at for at in clauses if at.present and not (at.fails or at.too_few)]
    if any(is_past(part) or at.when is None or at.when >= newest.when for at in others):
        return None
    return newest


def _speaks(seen: Seen, part: FindingPart) -> bool:
    studies = {place for place, at in enumerate(part.narrowed) if at.role == "modality"}
    if not studies <= seen.covered:
        return False
    if not seen.present:
        return True
    if part.heads[0].startswith("condition:"):
        return False  # "mild asthma" of a visit is not yet no severe asthma
    alone = len(part.heads) == 1 and all(len(at.keys) == 1 or at.role in ("grade", "severity") for at in part.narrowed)
    whole = len(seen.covered) + len(seen.fails) == len(part.narrowed)
    return alone and whole and bool(seen.fails or seen.too_few)


def _ruled_out(requirement: StatedFinding, seen: list[list[Seen]], wanted: dict[str, str]) -> Verdict:
    """Return the verdict on findings that the chart has to rule out: each denied, and none stated since."""
    proofs: list[Seen] = []
    for part, clauses in zip(requirement.parts, seen, strict=True):
        denials = [at for at in clauses if not at.present]
        stated = [at for at in clauses if at.present]
        newest = max((at.when or dt.date.min for at in denials), default=None)
        later = [at for at in stated if newest is None or at.when is None or at.when >= newest]
        if later:
            if denials and any(at.when is None or at.when == newest for at in later):
                return unclear("finding_contradicted", cite(at.statement for at in [*later, *denials]), **wanted)
            return not_met("finding_not_ruled_out", cite(at.statement for at in _newest(later)), **wanted)
        if not denials:
            wants = f"that {part.printed} is ruled out"
            return unclear("finding_silent", cite(at.statement for at in proofs), wants=wants, **wanted)
        proofs += _newest(denials)
    proofs.sort(key=lambda at: at.when or dt.date.min, reverse=True)
    return met("finding_ruled_out", cite(at.statement for at in proofs), **wanted)


def _newest(clauses: list[Seen]) -> list[Seen]:
    return sorted(clauses, key=lambda at: at.when or dt.date.min, reverse=True)


# ---------------------------------------------------------------- unclear


def _open(requirement: StatedFinding, record: Record, seen: list[list[Seen]], wanted: dict[str, str]) -> Verdict:
    """Return UNCLEAR with the clauses that say most of it, and what they leave open."""
    best: list[Seen] = []
    missing: list[str] = []
    for part, clauses in zip(requirement.parts, seen, strict=True):
        stated = [at for at in clauses if at.present]
        if not stated:
            missing.append(part.printed)
            continue
        chosen = max(_newest(stated), key=lambda at: (len(at.covered), at.enough))
        best.append(chosen)
        missing += [at.printed for place, at in enumerate(part.narrowed) if place not in chosen.covered]
        missing += [] if chosen.enough else [f"{part.least} {part.printed}"]
    denials = [at for clauses in seen for at in clauses if not at.present]
    if best and denials and not missing:
        passages = cite(at.statement for at in _newest([*best, *denials]))
        return unclear("finding_contradicted", passages, wants=f"{wanted['wanted']}, without contradiction", **wanted)
    if not best:
        held = best_passages(FreeText(terms=requirement.terms), record).evidence
        held = held or cite(at.statement for at in _newest(denials))
        return unclear("finding_silent", held, wants=wanted["wanted"], **wanted)
    if requirement.minimum_days and not any((at.lasted or 0) >= requirement.minimum_days for at in best):
        missing.append(f"that it has lasted {requirement.minimum_days} days")
    if requirement.window or requirement.latest_visit:
        missing.append("that it is of the time asked for")
    rest = ", ".join(dict.fromkeys([*missing, *requirement.words])) or "that it is so now"
    return unclear("finding_partly", cite(at.statement for at in best), wants=rest, missing=rest, **wanted)
