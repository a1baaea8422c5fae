"""`/api/hooks`: programs that are told of cases."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from pipeline.hooks import add_hook, list_hooks, remove_hook
from pipeline.hooks.book import EVENTS, Hook
from rebut.web.actor import require
from rebut.web.answers import HookAdded, HookList, good, refusals

router = APIRouter(prefix="/api/hooks")
_RIGHT = "account.manage"


class HookIn(BaseModel):
    """A webhook to add."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=500, description="https; public, or in REBUT_HOOK_NETWORKS")]
    events: list[str] = Field(default=list(EVENTS), min_length=1, max_length=len(EVENTS))


@router.get("", responses={**good(HookList, "the webhooks of the clinic"), **refusals()})
def get_hooks(request: Request) -> dict[str, Any]:
    """List the webhooks."""
    actor = require(request, _RIGHT)
    return {"hooks": [_shown(one) for one in list_hooks(request.app.state.database, actor)]}


@router.post("", status_code=201, responses={**good(HookAdded, "added", 201), **refusals(400, 422)})
def post_hook(request: Request, told: HookIn) -> dict[str, Any]:
    """Add a webhook; its secret is answered this once."""
    actor, state = require(request, _RIGHT), request.app.state
    added, secret = add_hook(state.database, state.vault, told.url, told.events, actor)
    return {**_shown(added), "secret": secret}


@router.delete("/{hook_id}", status_code=204, responses=refusals(404))
def delete_hook(request: Request, hook_id: str) -> Response:
    """End a webhook."""
    remove_hook(request.app.state.database, hook_id, require(request, _RIGHT))
    return Response(status_code=204)


def _shown(one: Hook) -> dict[str, Any]:
    return {"id": one.id, "clinic": one.clinic, "url": one.url, "events": list(one.events)}
