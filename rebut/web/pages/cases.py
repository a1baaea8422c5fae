"""The list of cases, and of those that failed."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request, Response
from fastapi.responses import RedirectResponse

from pipeline.accounts import may
from pipeline.cases import retry_case
from pipeline.replay import replay_dead
from pipeline.stages import WORKFLOW
from pipeline.worklist import list_work, newest_results
from rebut.today import today
from rebut.web.actor import actor_of, require
from rebut.web.pages.faces import patients
from rebut.web.pages.shell import page, words

router = APIRouter()


@router.get("/")
def get_start(request: Request) -> Response:
    return RedirectResponse("/cases" if may(actor_of(request), "case.read") else "/errors", 303)


@router.get("/cases")
def get_cases(request: Request, shelf: str = "open", at: int = 1) -> Response:
    """Show the cases by deadline."""
    return _list(request, shelf, "", at)


@router.post("/cases")
def post_search(
    request: Request,
    search: Annotated[str, Form()] = "",
    shelf: Annotated[str, Form()] = "",
    on: Annotated[str, Form()] = "open",
    at: Annotated[int, Form()] = 1,
) -> Response:
    """Search the cases: by POST, since addresses are written into logs, and a patient's name must not be."""
    return _list(request, shelf or on, search, at)


def _list(request: Request, shelf: str, search: str, at: int) -> Response:
    """Return the page, or where htmx asks the part alone that a search changes."""
    actor = require(request, "case.read")
    state, search = request.app.state, search[:200]
    shelf = shelf if shelf in words()["shelves"] else "open"
    known = patients(state.storage, newest_results(state.database, actor)) if search else {}
    found = list_work(state.database, today(), shelf, search, at, actor, names=known)
    shown = patients(state.storage, {line.case: line.result_key for line in found.lines})
    part = "cases-list.html" if request.headers.get("hx-target") == "list" else "cases.html"
    return page(request, part, found=found, shelf=shelf, search=search, patients=shown)


@router.get("/errors")
def get_errors(request: Request, at: int = 1) -> Response:
    """Show the cases that failed, each with its reason; to who looks after the queues alone, ids and codes."""
    actor = actor_of(request)
    right = "case.read" if may(actor, "case.read") else "queue.read"
    found = list_work(request.app.state.database, today(), "failed", "", at, require(request, right), right)
    return page(request, "errors.html", found=found, named=right == "case.read")


@router.post("/errors/replay")
def post_replay(request: Request, background: BackgroundTasks) -> Response:
    """Give every case that the program gave up another life."""
    require(request, "queue.replay")
    background.add_task(request.app.state.publish, replay_dead(request.app.state.database, WORKFLOW).ready)
    return RedirectResponse("/cases?shelf=program", 303)


@router.post("/cases/{case_id}/retry")
def post_retry(request: Request, background: BackgroundTasks, case_id: str) -> Response:
    """Try a failed case again."""
    actor = require(request, "case.decide")
    background.add_task(request.app.state.publish, retry_case(request.app.state.database, WORKFLOW, case_id, actor))
    return RedirectResponse(f"/cases/{case_id}", 303)
