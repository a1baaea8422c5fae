"""A case on one page, and how far it is while it is worked on."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from pipeline.cases import NoSuchCaseError, show_case
from pipeline.progress import watch_case
from pipeline.worklist import same_files
from rebut.web.actor import actor_of, require
from rebut.web.pages.review import seen_key, show_review
from rebut.web.pages.shell import page, words

router = APIRouter()

_LOOK_SECONDS = 0.7
_BEAT_SECONDS = 15.0  # an idle stream says something, or a proxy closes it
_STREAM_SECONDS = 600.0  # then the browser asks again by itself
SETTLED = ("review", "ready", "failed")


@router.get("/cases/{case_id}")
def get_case(request: Request, case_id: str) -> Response:
    """Show the case: its progress, or what was found."""
    actor = require(request, "case.read")
    database = request.app.state.database
    case = dict.fromkeys(("payer", "service", "last_day")) | show_case(database, case_id, actor)
    if seen_key(case):
        return show_review(request, actor, case)
    others = same_files(database, [file["sha256"] for file in case["files"]], actor, beside=case_id)
    return page(request, "live.html", case=case, others=others, progress=progress_of(request, case_id))


@router.get("/cases/{case_id}/live")
async def get_live(request: Request, case_id: str) -> Response:
    """Tell every change of the case's progress as server-sent events, until it is settled."""
    actor = require(request, "case.read")
    await asyncio.to_thread(show_case, request.app.state.database, case_id, actor)  # 404 before the stream begins
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, case_id), media_type="text/event-stream", headers=headers)


async def _events(request: Request, case_id: str) -> AsyncIterator[str]:
    """Each event holds all there is to know: a browser that comes back has missed nothing."""
    stopping = getattr(request.app.state, "stopping", lambda: False)
    told, silent, left = "", 0.0, _STREAM_SECONDS
    yield "retry: 1500\n\n"
    while left > 0 and not stopping() and not await request.is_disconnected():
        try:
            now = await asyncio.to_thread(progress_of, request, case_id)
        except NoSuchCaseError:
            now = {"settled": True}
        said = json.dumps(now)
        if said != told:
            told, silent = said, 0.0
            yield f"data: {said}\n\n"
        elif silent >= _BEAT_SECONDS:
            silent = 0.0
            yield ": here\n\n"
        if now["settled"]:
            return
        await asyncio.sleep(_LOOK_SECONDS)
        silent, left = silent + _LOOK_SECONDS, left - _LOOK_SECONDS


def progress_of(request: Request, case_id: str) -> dict[str, Any]:
    """Return how far a case is, in the words of the page."""
    database, actor = request.app.state.database, actor_of(request)
    seen = watch_case(database, case_id, actor)
    stages = show_case(database, case_id, actor)["stages"]
    counts = {at["stage"]: at for at in stages}
    steps = []
    for name, label in words()["stages"].items():
        at = counts.get(name, {})
        busy = at.get("ready", 0) + at.get("running", 0) + at.get("held", 0)
        state = "waiting" if not at else "working" if busy else "done"
        if at.get("failed") or (at.get("dead") and name != "read"):
            state = "failed"
        note = f"{seen.pages_read} of {seen.pages} pages" if name == "read" and seen.pages else ""
        steps.append({"name": name, "label": label, "state": state, "note": note})
    return {
        "state": seen.state,
        "settled": seen.state in SETTLED,
        "steps": steps,
        "pages": seen.pages,
        "pages_read": seen.pages_read,
    }
