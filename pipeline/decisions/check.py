"""From what is asked for to a row, held to the result that the person saw."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.decisions.apply import plain
from pipeline.decisions.errors import DecisionRefusedError, NotFinalError
from pipeline.decisions.force import APPROVAL, CRITERION, PAGE, VALUE, WARNING, in_force, warning_key
from pipeline.decisions.kinds import STATUSES, WHY_EXCLUDED, Pointed, Wanted
from pipeline.decisions.values import fields, typed
from pipeline.publish import publish_value
from pipeline.workflow import DecisionRow

_PAYERS = ("denial_letter", "explanation_of_benefits", "payer_policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The result that the person saw, and what was decided before."""

    case_id: str
    result: Mapping[str, Any]  # the case document
    rows: Sequence[DecisionRow]
    names: Mapping[str, str]  # document id -> file name
    revision: str


@dataclass(frozen=True, slots=True)
class _Told:
    target: str
    value: Any = None
    before: Any = None


def row_of(wanted: Wanted, seen: Seen, actor: str, may_approve: bool, number: int) -> DecisionRow:
    """Return the row of a decision; raises DecisionRefusedError, ValueFormatError or NotFinalError."""
    told = _CHECKS[wanted.kind](wanted, seen, may_approve)
    return DecisionRow(
        number=number,
        at=time.time(),
        actor=actor,
        kind=wanted.kind,
        target=told.target,
        value=told.value,
        reason=wanted.reason,
        before=told.before,
        taken_on=seen.revision,
    )


def _correct(wanted: Wanted, seen: Seen, _: bool) -> _Told:
    value = plain(publish_value(typed(wanted.target, wanted.value)))  # as it was understood, not as it was sent
    evidence = [_published(at) for at in wanted.evidence if _page_there(seen, at)]
    return _Told(VALUE + wanted.target, {"value": value, "evidence": evidence}, _value(seen, wanted.target))


def _choose(wanted: Wanted, seen: Seen, _: bool) -> _Told:
    offered = seen.result.get("candidates", {}).get(wanted.target, [])
    if not isinstance(wanted.value, int) or isinstance(wanted.value, bool) or not 0 <= wanted.value < len(offered):
        held = f"{len(offered)} candidates, counted from 0" if offered else "no other candidates"
        raise DecisionRefusedError(f"{_field(wanted.target)} has {held}", "Choose one of them or correct the value.")
    chosen = offered[wanted.value]
    value = {"value": chosen["value"], "evidence": chosen["evidence"]}
    return _Told(VALUE + wanted.target, value, _value(seen, wanted.target))


def _confirm(wanted: Wanted, seen: Seen, _: bool) -> _Told:
    if wanted.target.startswith(WARNING):
        if wanted.target.removeprefix(WARNING) not in map(warning_key, seen.result["warnings"]):
            raise DecisionRefusedError("the case has no such warning", "Name one of those it has.")
        return _Told(wanted.target)
    found = _value(seen, wanted.target)
    if found is None:
        raise DecisionRefusedError(f"no {_field(wanted.target)} was read", "Correct the value instead.")
    return _Told(VALUE + wanted.target, {"value": found["value"]}, found)


def _overrule(wanted: Wanted, seen: Seen, _: bool) -> _Told:
    if wanted.value not in STATUSES:
        raise DecisionRefusedError("its value is no verdict", f"Give one of {', '.join(STATUSES)}.")
    _need_reason(wanted, "to overrule a criterion")
    found = [at for at in seen.result["criteria"] if at["number"] == wanted.target]
    if len(found) != 1:
        held = "no criterion" if not found else "several criteria"
        raise DecisionRefusedError(f"the case has {held} of this number", "Name the number of one of its criteria.")
    aside = {(at["document"], at["page"]) for at in seen.result["excluded_pages"]}
    for at in wanted.evidence:
        _page_there(seen, at)
        if (at.document, at.page) in aside:
            raise DecisionRefusedError(
                "a page that it points at is left out of the case", "Let the page in first, or point at another."
            )
    value = {
        "status": wanted.value,
        "text": found[0]["text"],
        "evidence": [_published(at) | {"date": at.date} for at in wanted.evidence],
    }
    return _Told(CRITERION + wanted.target, value, {"status": found[0]["status"]})


def _exclude(wanted: Wanted, seen: Seen, _: bool) -> _Told:
    if wanted.value not in WHY_EXCLUDED:
        raise DecisionRefusedError("it does not say why", f"Give one of {', '.join(WHY_EXCLUDED)} as value.")
    target, page = _page(wanted, seen)
    return _Told(target, {"why": wanted.value}, _standing(seen, page))


def _include(wanted: Wanted, seen: Seen, may_approve: bool) -> _Told:
    target, page = _page(wanted, seen)
    before = _standing(seen, page)
    of_payer = any(
        at["document"] == page[0] and page[1] in at["pages"] and at["document_type"] in _PAYERS
        for at in seen.result["documents"]
    )
    if of_payer:
        raise DecisionRefusedError("the page is the payer's own, and no page of the record", "It is used as it is.")
    held = [before, *(row.before or {} for row in seen.rows if row.target == target)]
    strange = any(at.get("why") == "another_patient" for at in held)  # whatever a reviewer said of it meanwhile
    if strange and not may_approve:
        raise DecisionRefusedError(
            "the page is held to be another patient's", "Only an approver may let it in, with a reason."
        )
    if before or strange:
        _need_reason(wanted, "to let in a page that is left out or in doubt")
    return _Told(target, {}, before)


def _undo(wanted: Wanted, seen: Seen, _: bool) -> _Told:
    standing = {str(row.number): row for row in in_force(seen.rows)}
    row = standing.get(wanted.target)
    if row is None:
        raise DecisionRefusedError("no decision of this number is in force", "Name one that is.")
    return _Told(row.target, {"decision": row.number}, {"kind": row.kind, "value": row.value})


def _approve(wanted: Wanted, seen: Seen, may_approve: bool) -> _Told:
    if not may_approve:
        raise DecisionRefusedError("approving is for an approver", "Ask one to look at the packet.")
    review = seen.result["review"]
    if review["open"]:
        count = len(review["open"])
        raise NotFinalError(seen.case_id, f"{count} point{' is' if count == 1 else 's are'} open", review["open"])
    if review["final"]:
        raise DecisionRefusedError("this result is approved already", "There is nothing to do.")
    return _Told(APPROVAL, {"result": seen.revision})


_CHECKS = {
    "correct_value": _correct,
    "choose_candidate": _choose,
    "confirm_value": _confirm,
    "overrule": _overrule,
    "exclude_page": _exclude,
    "include_page": _include,
    "undo": _undo,
    "approve": _approve,
}


def _field(name: str) -> str:
    if name not in fields():
        raise DecisionRefusedError("a denial has no such field", f"Give one of {', '.join(fields())}.")
    return name


def _value(seen: Seen, name: str) -> dict[str, Any] | None:
    """Return value and confidence as they stood; null fields have none."""
    found = seen.result["denial"].get(_field(name))
    return {"value": found["value"], "confidence": found["confidence"]} if found else None


def _page(wanted: Wanted, seen: Seen) -> tuple[str, tuple[str, int]]:
    """Return the row's target and the page that "chart.pdf:12" names."""
    name, _, number = wanted.target.rpartition(":")
    ids = {held: document_id for document_id, held in seen.names.items()}
    if name not in ids or not number.isdecimal() or int(number) not in _numbers(seen, name):
        raise DecisionRefusedError("the case has no such page", 'Name it as "FILE:PAGE", such as "chart.pdf:12".')
    return f"{PAGE}{ids[name]}:{int(number)}", (name, int(number))


def _numbers(seen: Seen, name: str) -> set[int]:
    """Return the pages of a file: those of its documents, and those that a decision took out of them."""
    held = {page for at in seen.result["documents"] if at["document"] == name for page in at["pages"]}
    return held | {at["page"] for at in seen.result["excluded_pages"] if at["document"] == name}


def _standing(seen: Seen, page: tuple[str, int]) -> dict[str, Any]:
    """Return what the result says of a page: why it is left out, what the doubt is, or nothing."""
    for at in seen.result["excluded_pages"]:
        if (at["document"], at["page"]) == page:
            return {"why": at["why"]}
    for at in seen.result["doubtful_pages"]:
        if (at["document"], at["page"]) == page:
            return {"doubt": at["why"]}
    return {}


def _page_there(seen: Seen, at: Pointed) -> bool:
    if at.page not in _numbers(seen, at.document):
        raise DecisionRefusedError("it points at a page that the case does not have", "Name a file and page of it.")
    return True


def _published(at: Pointed) -> dict[str, Any]:
    return {"document": at.document, "page": at.page, "bbox": list(at.bbox), "text": ""}


def _need_reason(wanted: Wanted, what: str) -> None:
    if not any(c.isalnum() for c in wanted.reason):
        raise DecisionRefusedError("it gives no reason", f"A reason is needed {what}.")
