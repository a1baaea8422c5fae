"""`/api/cases`: files in, state and packet out."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Header, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse

from extractors.errors import RebutError
from pipeline.cases import add_files, list_cases, open_case, purge_case, show_case
from pipeline.decisions import final_name
from pipeline.results import load_case, load_index
from pipeline.stages import WORKFLOW
from pipeline.storage import MissingObjectError
from pipeline.trail import tell
from rebut.today import today
from rebut.web.actor import require
from rebut.web.answers import CaseList, CaseOpened, CaseShown, good, refusals
from rebut.web.receive import receive_files, store

router = APIRouter(prefix="/api/cases")

_DOWNLOADS = {
    "packet": ("packet.pdf", "application/pdf"),
    "letter.docx": ("letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "letter.pdf": ("letter.pdf", "application/pdf"),
    "manifest.json": ("manifest.json", "application/json"),
}


_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "the file", "content": {kind: {} for _, kind in _DOWNLOADS.values()}},
    302: {"description": "where the file can be fetched for five minutes"},
}


# What is read piece by piece by `receive_files`, and not by the framework, which would first take in all of it.
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}
                    },
                }
            }
        },
    }
}


class NoPacketYetError(RebutError):
    """A file of the packet was asked for before there is one (case id, state)."""

    code = "packet-not-ready"
    message = "Case {0} is {1} and has no packet. `GET /api/cases/{0}` tells when it is ready, or why it failed."


def _sender_of_a_form(request: Request) -> None:
    """Refuse who may not send, and a body that is no form."""
    require(request, "case.open")
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(415, "Send the files as parts named `files` of multipart/form-data.")


@router.post(
    "",
    status_code=202,
    dependencies=[Depends(_sender_of_a_form)],
    responses={**good(CaseOpened, "the case is durable", 202), **refusals(400, 409, 413, 415, 422)},
    openapi_extra=_FORM,
)
async def post_case(
    request: Request,
    background: BackgroundTasks,
    today_is: Annotated[dt.date | None, Header(alias="X-Rebut-Today")] = None,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=128)] = None,
    submitter: Annotated[str, Header(alias="X-Rebut-Submitter", pattern=r"^[A-Za-z0-9_-]{1,40}$")] = "api",
) -> dict[str, str]:
    """Take the files in: answered once they and the case are durable.

    X-Rebut-Submitter: an opaque id of the clinic or desk that sends; those who send share the workers in turn.
    """
    actor, state = require(request, "case.open"), request.app.state
    told = {"submitter": submitter, "idempotency_key": key, "actor": actor}
    with await receive_files(request) as form:
        stores = (state.database, state.storage, WORKFLOW)
        case_id, ready = await store(request, open_case, *stores, form.files, today_is or today(), **told)
    background.add_task(state.publish, ready)
    return {"case": case_id}


@router.get("", responses={**good(CaseList, "newest first"), **refusals()})
def get_cases(request: Request) -> dict[str, Any]:
    """List the newest cases."""
    return {"cases": list_cases(request.app.state.database, actor=require(request, "case.read"))}


@router.get("/{case_id}", responses={**good(CaseShown, "the case"), **refusals(404)})
def get_case(request: Request, case_id: str) -> dict[str, Any]:
    """Tell how far a case is, and its result once there."""
    case = show_case(request.app.state.database, case_id, require(request, "case.read"))
    key = case.pop("result_key")
    case.pop("reviewed_key")
    return {**case, "result": load_case(request.app.state.storage, key) if key else None}


@router.post(
    "/{case_id}/documents",
    status_code=202,
    dependencies=[Depends(_sender_of_a_form)],
    responses={**good(CaseOpened, "the files are durable", 202), **refusals(400, 404, 409, 413, 415, 422)},
    openapi_extra=_FORM,
)
async def post_documents(request: Request, background: BackgroundTasks, case_id: str) -> dict[str, str]:
    """Add files to a case."""
    actor, state = require(request, "case.open"), request.app.state
    await run_in_threadpool(show_case, state.database, case_id, actor, "case.open")  # 404 before a byte is read
    with await receive_files(request) as form:
        stores = (state.database, state.storage, WORKFLOW)
        ready = await store(request, add_files, *stores, case_id, form.files, actor)
    background.add_task(state.publish, ready)
    return {"case": case_id}


@router.delete("/{case_id}", status_code=204, responses=refusals(404))
def delete_case(request: Request, case_id: str) -> Response:
    """Remove a case; the audit rows stay."""
    purge_case(request.app.state.database, request.app.state.storage, case_id, require(request, "case.purge"))
    return Response(status_code=204)


@router.get("/{case_id}/{what}", response_class=Response, responses={**_FILE, **refusals(404, 409)})
def get_file(request: Request, case_id: str, what: str, final: bool = False) -> Response:
    """Send a file of the packet, or where it can be fetched for five minutes.

    final=true: as an approver approved it, without the mark of a draft; 409 with what stands open before that.
    """
    actor = require(request, "case.export")
    if what not in _DOWNLOADS:
        return JSONResponse({"error": {"code": "not-found", "message": f"A case has no {what}."}}, 404)
    name, media_type = _DOWNLOADS[what]
    case = show_case(request.app.state.database, case_id, actor, "case.export")
    if not case["result_key"]:
        raise NoPacketYetError(case_id, case["state"])
    files = load_index(request.app.state.storage, case["result_key"])
    if final:
        name = final_name(request.app.state.storage, case_id, case["result_key"], name)
    if name not in files:
        raise MissingObjectError(f"{case_id}/{what}")
    tell(request.app.state.database, actor, "case.download", case_id, case["clinic"], file=name.replace("/", "."))
    private = {"Cache-Control": "private, no-store"}
    shown = name.rpartition("/")[2]
    if link := request.app.state.storage.link(files[name], shown, media_type):
        return RedirectResponse(link, 302, {**private, "Referrer-Policy": "no-referrer"})
    headers = {"Content-Disposition": f'attachment; filename="{shown}"', **private}
    return StreamingResponse(request.app.state.storage.open(files[name]), media_type=media_type, headers=headers)
