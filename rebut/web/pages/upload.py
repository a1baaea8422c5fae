"""Files in: a new case, or more for one that is there."""

import secrets
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse

from pipeline.cases import Given, add_files, open_case, show_case
from pipeline.jobs import Ready
from pipeline.stages import WORKFLOW
from pipeline.worklist import same_files
from rebut.today import today
from rebut.web.actor import Actor, require
from rebut.web.pages.shell import page
from rebut.web.receive import Form, distinct, receive_files, store

router = APIRouter()


@router.get("/new")
def get_new(request: Request, again: str = "") -> Response:
    """Show the form; `again` makes a second case of files that one holds already."""
    require(request, "case.open")
    limit_mb = request.app.state.settings.upload_mb
    return page(request, "new.html", limit_mb=limit_mb, key=secrets.token_hex(16), again=again == "yes")


@router.post("/new")
async def post_new(request: Request) -> Response:
    """Open a case with the files; 202 and its address for the script, a redirect for a plain form."""
    actor = require(request, "case.open")
    form = await receive_files(request)
    try:
        known = await run_in_threadpool(_the_same_case, request, actor, form.files)
        if known and form.fields.get("again") != "yes":
            if _wants_json(request):
                return JSONResponse(_address(known), 409)
            return page(request, "known.html", 409, case_id=known)
        case_id, ready = await store(request, _open, request, actor, form)
    finally:
        form.close()
    await run_in_threadpool(request.app.state.publish, ready)
    return _accepted(request, case_id)


@router.post("/cases/{case_id}/files")
async def post_files(request: Request, case_id: str) -> Response:
    """Add files to a case."""
    actor = require(request, "case.open")
    state = request.app.state
    case = await run_in_threadpool(show_case, state.database, case_id, actor, "case.open")
    form = await receive_files(request)
    try:
        held = {file["sha256"] for file in case["files"]}
        new = distinct([at for at in form.files if at.sha256 not in held], [at["name"] for at in case["files"]])
        ready: list[Ready] = []
        if new:
            ready = await store(request, add_files, state.database, state.storage, WORKFLOW, case_id, new, actor)
    finally:
        form.close()
    await run_in_threadpool(state.publish, ready)
    return _accepted(request, case_id)


def _open(request: Request, actor: Actor, form: Form) -> tuple[str, list[Ready]]:
    state = request.app.state
    key = form.fields.get("key", "")[:64] or None  # of this page as it was opened: sent twice, one case
    files = distinct(form.files)
    return open_case(state.database, state.storage, WORKFLOW, files, today(), actor.id, key, actor=actor)


def _the_same_case(request: Request, actor: Actor, files: Sequence[Given]) -> str | None:
    """Return the newest case that holds every one of the files."""
    digests = list(dict.fromkeys(file.sha256 for file in files))
    found = same_files(request.app.state.database, digests, actor)
    cases = [[case_id for case_id, _ in found.get(sha256, [])] for sha256 in digests]
    return next((case_id for case_id in cases[0] if all(case_id in at for at in cases)), None)


def _accepted(request: Request, case_id: str) -> Response:
    """202 for the script; a plain form goes on to the case."""
    told = _address(case_id)
    return JSONResponse(told, 202) if _wants_json(request) else RedirectResponse(told["address"], 303)


def _address(case_id: str) -> dict[str, str]:
    return {"case": case_id, "address": f"/cases/{case_id}"}


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
