"""A case that was worked on: what was found beside the page it stands on, and what a person decides on it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from sqlalchemy import select

from pipeline.accounts import Actor
from pipeline.database import Database
from pipeline.decisions import list_decisions, revision_of
from pipeline.names import spoken_name
from pipeline.results import load_case, load_index
from pipeline.tables import person
from pipeline.worklist import same_files
from rebut.web.pages.findings import Findings, Spot, field_labels, shown
from rebut.web.pages.shell import page, page_name, words

# What a case lacks that was worked on before there were decisions.
_BEFORE_REVIEW: dict[str, Any] = {"review": {"open": [], "final": False, "approved_by": None, "approved_at": None}}


def show_review(request: Request, actor: Actor, case: dict[str, Any], refused: str = "") -> Response:
    """Show the case beside its pages; the findings alone where the script asks for them."""
    told = _view(request, actor, case, refused)
    alone = request.headers.get("x-part") == "findings"
    return page(request, "findings.html" if alone else "review.html", **told)


def seen_key(case: Mapping[str, Any]) -> str | None:
    """Return the result to show: while decisions are worked in, the one they were taken on."""
    return case["result_key"] or case["reviewed_key"]


def _view(request: Request, actor: Actor, case: dict[str, Any], refused: str) -> dict[str, Any]:
    state = request.app.state
    key = seen_key(case) or ""
    found = _BEFORE_REVIEW | load_case(state.storage, key)
    log = [_in_words(one) for one in list_decisions(state.database, case["case"], actor)]
    worked_in = {one["number"] for one in found.get("decisions", [])}
    pending = [one for one in log if one["in_force"] and one["number"] not in worked_in and one["kind"] != "approve"]
    findings = Findings(case, found, pending)
    case = {**dict.fromkeys(("payer", "service")), **case}
    by = {one["by"] for one in log} | {found["review"]["approved_by"] or ""}
    return {
        "case": case,
        "found": found,
        "heading": _heading(found, case),
        "revision": revision_of(key),
        "busy": not case["result_key"] and case["state"] != "failed",
        "refused": refused,
        "open": findings.open_points(),
        "groups": findings.groups(),
        "criteria": findings.criteria(),
        "sheets": findings.sheets(),
        "log": log,
        "pending": pending,
        "people": _names(state.database, by),
        "made": [name for name in load_index(state.storage, key) if not name.startswith("final/")],
        "others": same_files(state.database, [file["sha256"] for file in case["files"]], actor, beside=case["case"]),
        "files": [{"name": file["name"], "pages": file["pages"] or 1} for file in case["files"]],
        "at": _place(request, findings),
    }


def _heading(found: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    denial = found["denial"]
    told = [denial[name] and denial[name]["value"] for name in ("patient_name", "service", "payer")]
    told[0] = spoken_name(told[0])
    return ", ".join(str(one) for one in told if one) or f"Case {case['case']}"


def _place(request: Request, findings: Findings) -> dict[str, Any]:
    """Return the page to show: the one that the address names, or where the denial's date stands."""
    told = request.query_params
    files = findings.case["files"]
    if (file := _number(told.get("file"), len(files) - 1)) is not None:
        pages = files[file]["pages"] or 1
        at = {"file": file, "page": max(1, _number(told.get("page"), pages) or 1), "boxes": told.get("box", "")}
        return {**at, "name": files[file]["name"], "pages": pages, "text": ""}
    spot = _first(findings)
    return {
        "file": spot.file,
        "page": spot.page,
        "boxes": spot.boxes,
        "name": spot.name,
        "pages": files[spot.file]["pages"] or 1,
        "text": spot.text,
    }


def _first(findings: Findings) -> Spot:
    for name in ("denial_date", "service", "payer", "reasons"):
        if found := findings.found["denial"].get(name):
            for spot in findings.spots(found["evidence"]):
                return spot
    return Spot(file=0, name=findings.case["files"][0]["name"], page=1, boxes="", text="")


def _number(told: str | None, most: int) -> int | None:
    return min(int(told), most) if told and told.isdecimal() and len(told) < 6 else None


def _in_words(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return a decision with what it says for a person."""
    target = str(one["target"])
    label = field_labels().get(target) or ("a warning" if target.startswith("warning:") else page_name(target))
    value = one["value"] if isinstance(one["value"], Mapping) else {}
    detail = ""
    if one["kind"] in ("correct_value", "choose_candidate"):
        detail = "; ".join(shown(target, value.get("value"))) or "the letter does not say"
    elif one["kind"] == "overrule":
        detail = words()["statuses"][value["status"]]
    elif one["kind"] == "exclude_page":
        detail = words()["why_excluded"][value["why"]]
    if one["kind"] == "undo":
        label = str(value.get("decision", ""))
    at = dt.datetime.fromtimestamp(one["at"], dt.UTC)
    return {**one, "at": at, "told": words()["decided"][one["kind"]].format(label), "detail": detail}


def _names(database: Database, ids: set[str]) -> dict[str, str]:
    """Return what people are called, by id; programs have names of their own."""
    with database.read() as connection:
        rows = connection.execute(select(person.c.id, person.c.name, person.c.login).where(person.c.id.in_(ids)))
        return {row.id: row.name or row.login for row in rows} | words()["programs"]
