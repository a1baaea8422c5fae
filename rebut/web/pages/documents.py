"""The files of a case for the browser: each as a PDF, a page of it as a picture, and what was made of them."""

import math
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from pipeline.cases import show_case
from pipeline.papers import find_paper
from pipeline.results import load_index
from pipeline.sandbox import PageNotShownError
from pipeline.storage import MissingObjectError
from pipeline.trail import tell
from rebut.web.actor import require
from rebut.web.cases import NoPacketYetError

router = APIRouter()

_DPI = 110.0  # a letter page is 935 pixels wide: readable on a desktop, light on a telephone
_MOST_BOXES = 40
_PRIVATE = {"Cache-Control": "private, no-store"}
# What a stranger's file could do in a tab of its own: nothing.
_CAGED = {**_PRIVATE, "Content-Security-Policy": "sandbox; default-src 'none'", "Content-Disposition": "attachment"}
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TYPES = {"pdf": "application/pdf", "docx": _WORD, "json": "application/json", "ics": "text/calendar"}


@router.get("/cases/{case_id}/files/{position}.pdf")
def get_paper(request: Request, case_id: str, position: int) -> Response:
    """Send a file as the PDF whose pages were read; the page shows it, so it is no download of its own."""
    state = request.app.state
    show_case(state.database, case_id, require(request, "case.read"))
    paper = find_paper(state.database, state.storage, case_id, position)
    return StreamingResponse(state.storage.open(paper.key), media_type="application/pdf", headers=_CAGED)


@router.get("/cases/{case_id}/files/{position}/{page}.png")
def get_picture(request: Request, case_id: str, position: int, page: int, box: str = "") -> Response:
    """Send a page as a picture; box: x0,top,x1,bottom of what is outlined, several parted by ";"."""
    state = request.app.state
    show_case(state.database, case_id, require(request, "case.read"))
    paper = find_paper(state.database, state.storage, case_id, position)
    if not 1 <= page <= paper.page_count:
        raise PageNotShownError(page)
    picture = state.easel.draw(state.storage, paper, page, _DPI, boxes_of(box))
    return Response(picture, media_type="image/png", headers=_PRIVATE)


@router.get("/cases/{case_id}/out/{name:path}")
def get_made(request: Request, case_id: str, name: str) -> Response:
    """Send a file of the packet as a download."""
    state = request.app.state
    actor = require(request, "case.export")
    case = show_case(state.database, case_id, actor, "case.export")
    if not case["result_key"]:
        raise NoPacketYetError(case_id, case["state"])
    files = load_index(state.storage, case["result_key"])
    if name not in files:
        raise MissingObjectError(f"{case_id}/{name}")
    tell(state.database, actor, "case.download", case_id, case["clinic"], file=name.replace("/", "."))
    shown, kind = name.rpartition("/")[2], _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    if link := state.storage.link(files[name], shown, kind):
        return RedirectResponse(link, 302, _PRIVATE)
    headers = {**_PRIVATE, "Content-Disposition": f'attachment; filename="{shown}"'}
    return StreamingResponse(state.storage.open(files[name]), media_type=kind, headers=headers)


def boxes_of(told: str) -> list[list[float]]:
    """Return the boxes of an address, without what is none."""
    found: list[Any] = []
    for one in told.split(";")[:_MOST_BOXES]:
        try:
            edges = [float(edge) for edge in one.split(",")]
        except ValueError:
            continue
        if len(edges) == 4 and all(map(math.isfinite, edges)) and edges[0] < edges[2] and edges[1] < edges[3]:
            found.append(edges)
    return found
