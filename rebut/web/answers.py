"""What the HTTP interface answers, for its OpenAPI description: programs are written against it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ErrorDetail(BaseModel):
    """What happened; more fields where a program can do something with them."""

    model_config = ConfigDict(extra="allow")

    code: str = Field(description="stays the same for good")
    message: str = Field(description="for a person: what happened, why, what to do")


class ErrorOut(BaseModel):
    """Every answer of 400 and above."""

    error: ErrorDetail


class CaseOpened(BaseModel):
    """A case whose files are durable."""

    case: str


class CaseLine(BaseModel):
    """A case in the list."""

    model_config = ConfigDict(extra="allow")

    case: str
    state: str = Field(description="queued, running, review, ready, failed")
    payer: str | None
    service: str | None
    last_day: str | None


class CaseList(BaseModel):
    """The newest cases."""

    cases: list[CaseLine]


class CaseShown(BaseModel):
    """A case, how far it is, and its result: the document of `rebut run --json` (`rebut schema`)."""

    model_config = ConfigDict(extra="allow")

    case: str
    state: str
    stages: list[dict[str, Any]]
    error: ErrorDetail | None
    result: dict[str, Any] | None


class DecisionsShown(BaseModel):
    """Every decision on a case, and what stands open before its packet is final."""

    model_config = ConfigDict(extra="allow")

    case: str
    state: str
    revision: str | None
    review: dict[str, Any] | None
    decisions: list[dict[str, Any]]


class HookOut(BaseModel):
    """A program that is told of cases."""

    id: str
    clinic: str | None
    url: str
    events: list[str]


class HookList(BaseModel):
    """The webhooks of a clinic."""

    hooks: list[HookOut]


class HookAdded(HookOut):
    """A new webhook with the secret its calls are signed with, which is shown this once."""

    secret: str


_WHY = {
    400: "the body cannot be read",
    401: "nobody known asks",
    403: "the account may not do this",
    404: "no such case, or one of another clinic",
    409: "the state of the case, or what changed meanwhile, stands against it",
    413: "more or larger files than are taken",
    415: "the body is of another kind",
    422: "a value or file cannot be used",
    428: "If-Match is missing",
    429: "too many attempts",
    503: "database or storage is away: try again",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers that a route may give beside its good one; 401, 403 and 503 any route may."""
    return {status: {"model": ErrorOut, "description": _WHY[status]} for status in (*statuses, 401, 403, 503)}


def good(model: type[BaseModel], what: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return the good answer of a route for the description; the route's own document goes out as it is."""
    return {status: {"model": model, "description": what}}
