"""`/api/cases/ID/decisions`: what a person decided on a case, and deciding."""

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Header, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from pipeline.cases import show_case
from pipeline.decisions import KINDS, list_decisions, take_decisions, wanted_of
from pipeline.papers import find_paper
from pipeline.results import load_case
from pipeline.stages import WORKFLOW
from rebut.web.actor import require
from rebut.web.answers import CaseOpened, DecisionsShown, good, refusals

router = APIRouter(prefix="/api/cases")

# What a stranger's file could do in a tab of its own: nothing.
STRANGERS_FILE = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


class EvidenceIn(BaseModel):
    """A place on a page that the person points at."""

    model_config = ConfigDict(extra="forbid")

    document: str
    page: int = Field(ge=1)
    bbox: list[float] = Field(min_length=4, max_length=4, description="points of the page as shown, origin top left")
    date: str | None = None


class DecisionIn(BaseModel):
    """One decision; `docs/review.md` tells what target and value each kind takes."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(json_schema_extra={"enum": list(KINDS)})
    target: str = ""
    value: Any = None
    reason: str = ""
    evidence: list[EvidenceIn] = []


class DecisionsIn(BaseModel):
    """Decisions that are taken together or not at all."""

    model_config = ConfigDict(extra="forbid")

    decisions: list[DecisionIn] = Field(min_length=1, max_length=100)


@router.get("/{case_id}/decisions", responses={**good(DecisionsShown, "the decisions"), **refusals(404)})
def get_decisions(request: Request, response: Response, case_id: str) -> dict[str, Any]:
    """List every decision on a case, oldest first, and what stands open before its packet is final."""
    actor = require(request, "case.read")
    state = request.app.state
    case = show_case(state.database, case_id, actor)
    key = case["result_key"]
    response.headers["ETag"] = f'"{case["revision"]}"'
    return {
        "case": case_id,
        "state": case["state"],
        "revision": case["revision"],
        "review": load_case(state.storage, key)["review"] if key else None,
        "decisions": list_decisions(state.database, case_id, actor),
    }


@router.get(
    "/{case_id}/documents/{document_id}/file",
    response_class=StreamingResponse,
    responses={200: {"description": "the PDF", "content": {"application/pdf": {}}}, **refusals(404)},
)
def get_document(request: Request, case_id: str, document_id: str) -> StreamingResponse:
    """Send a file of the case as the PDF whose pages were read: `files` of the case has the ids.

    Boxes of evidence are in points of its pages as a viewer shows them, origin top left.
    """
    actor, state = require(request, "case.read"), request.app.state
    ids = [file["id"] for file in show_case(state.database, case_id, actor)["files"]]
    position = ids.index(document_id) if document_id in ids else len(ids)
    paper = find_paper(state.database, state.storage, case_id, position)
    pieces = state.storage.open(paper.key)
    return StreamingResponse(pieces, media_type="application/pdf", headers=STRANGERS_FILE)


@router.post(
    "/{case_id}/decisions",
    status_code=202,
    responses={**good(CaseOpened, "taken", 202), **refusals(400, 404, 409, 422, 428)},
)
def post_decisions(
    request: Request,
    background: BackgroundTasks,
    case_id: str,
    told: DecisionsIn | DecisionIn,
    seen: Annotated[str | None, Header(alias="If-Match", max_length=80)] = None,
) -> dict[str, Any]:
    """Take decisions on the result that the person saw; the case is worked through again with them.

    If-Match: `revision` of that result. 409 where the case has changed since, with what changed.
    """
    wanted = [wanted_of(one.model_dump()) for one in (told.decisions if isinstance(told, DecisionsIn) else [told])]
    actor = require(request, "case.decide")
    if any(one.kind == "approve" for one in wanted):
        require(request, "case.approve")
    if not seen:
        raise HTTPException(428, "Send If-Match with the `revision` of the result that you decide on.")
    state = request.app.state
    revision = seen.strip().removeprefix("W/").strip('"')
    ready = take_decisions(state.database, state.storage, WORKFLOW, case_id, wanted, actor, revision)
    background.add_task(state.publish, ready)
    case = show_case(state.database, case_id, actor)
    return {"case": case_id, "state": case["state"], "revision": case["revision"]}
