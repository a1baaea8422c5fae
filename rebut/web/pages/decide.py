"""Decisions as the forms of the page send them."""

import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from extractors.errors import RebutError
from pipeline.cases import show_case
from pipeline.decisions import DecisionRefusedError, Wanted, take_decisions, wanted_of
from pipeline.stages import WORKFLOW
from rebut.web.actor import require
from rebut.web.pages.review import show_review
from rebut.web.pages.shell import said, words

router = APIRouter()


@router.post("/cases/{case_id}/decisions")
async def post_decision(request: Request, case_id: str) -> Response:
    """Take one decision; the packet is made again from there on."""
    form = await request.form(max_files=0, max_fields=200)
    return await run_in_threadpool(_decide, request, case_id, form)


def _decide(request: Request, case_id: str, form: FormData) -> Response:
    state = request.app.state
    actor = require(request, "case.approve" if form.get("kind") == "approve" else "case.decide")
    by_script = request.headers.get("x-part") == "findings"
    refused = ""
    try:
        ready = take_decisions(
            state.database,
            state.storage,
            WORKFLOW,
            case_id,
            [asked(form)],
            actor,
            revision=str(form.get("revision") or "") or None,
        )
        state.publish(ready)
    except RebutError as error:
        if not by_script:
            raise
        refused = said(error)
    if by_script:
        return show_review(request, actor, show_case(state.database, case_id, actor), refused)
    return RedirectResponse(f"/cases/{case_id}", 303)


def asked(form: FormData) -> Wanted:
    """Return the decision that a form asks for; raises DecisionRefusedError for what no form of ours sends."""
    try:
        return _asked(form)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise DecisionRefusedError("a field holds what it cannot", "Load the page again, then decide.") from error


def _asked(form: FormData) -> Wanted:
    kind, target = str(form.get("kind", "")), str(form.get("target", ""))
    told: dict[str, Any] = {"kind": kind, "target": target, "reason": str(form.get("reason", ""))}
    if kind == "correct_value":
        told["value"] = None if form.get("none") else _value(target, form)
    elif kind == "choose_candidate":
        told["value"] = int(str(form.get("value", "")) or 0)
    elif kind in ("overrule", "exclude_page"):
        told["value"] = str(form.get("value", ""))
    if kind in ("exclude_page", "include_page") and not target:
        told["target"] = f"{form.get('file', '')}:{form.get('page', '')}"
    if pointed := form.get("evidence"):
        told["evidence"] = json.loads(str(pointed)[:2000])
    return wanted_of(told)


def _value(field: str, form: FormData) -> Any:
    """Return a field's value as it is published, from the inputs of templates/web/correct.html."""
    kinds = {name: told[1] for group in words()["fields"] for name, told in group["fields"].items()}
    read = _READ.get(kinds.get(field, ""), lambda form: str(form.get("value", "")).strip() or None)
    return read(form)


def _reasons(form: FormData) -> Any:
    pairs = zip(form.getlist("category"), form.getlist("quote"), strict=False)
    return [{"category": str(category), "quote": str(quote)} for category, quote in pairs if category and quote]


def _codes(form: FormData) -> Any:
    told = {name: str(form.get(name, "")).replace(";", ",").split(",") for name in words()["values"]["codes"]}
    return {name: [code.strip() for code in codes if code.strip()] for name, codes in told.items()}


def _deadline(form: FormData) -> Any:
    anchor = {"anchor": str(form["anchor"])} if form.get("anchor") else {}
    if count := str(form.get("count", "")):
        return {("months" if form.get("unit") == "months" else "days"): int(count), **anchor}
    return {"date": str(form.get("date", "")), **anchor}


def _level(form: FormData) -> Any:
    return {"stage": str(form.get("stage", "")), "next_step": str(form.get("next_step", "")) or None}


_READ: dict[str, Callable[[FormData], Any]] = {
    "texts": lambda form: [line.strip() for line in str(form.get("value", "")).splitlines() if line.strip()],
    "flag": lambda form: form.get("value") == "true",
    "reasons": _reasons,
    "codes": _codes,
    "deadline": _deadline,
    "level": _level,
}
