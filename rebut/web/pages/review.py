"""A case that was worked on: what was found, where it stands, and what is to be decided."""

from typing import Any

from fastapi import Request, Response

from pipeline.results import load_case
from rebut.web.actor import Actor
from rebut.web.pages.shell import page


def show_review(request: Request, actor: Actor, case: dict[str, Any]) -> Response:
    """Show the case beside its pages."""
    found = load_case(request.app.state.storage, case["result_key"])
    return page(request, "review.html", case=case, found=found)
