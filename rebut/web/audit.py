"""`/api/audit`: the trail for auditors, of their clinic or of all."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from pipeline.accounts import Actor
from pipeline.database import Database
from pipeline.trail import rows, tell, verify
from rebut.web.actor import require
from rebut.web.answers import refusals

router = APIRouter(prefix="/api/audit")


@router.get("", responses=refusals())
def get_trail(request: Request, since: dt.date | None = None) -> StreamingResponse:
    """Send the rows as lines of JSON; that it was done is told before the first of them."""
    actor, database = require(request, "audit.read"), request.app.state.database
    tell(database, actor, "audit.export")
    return StreamingResponse(_lines(database, actor, since), media_type="application/x-ndjson")


@router.get("/head", responses=refusals())
def get_head(request: Request, expect: str | None = None) -> dict[str, Any]:
    """Check the whole trail; `expect` is the digest of an earlier answer."""
    require(request, "audit.read")
    with request.app.state.database.read() as connection:
        found = verify(connection, expect)
    fault = found.fault and {"seq": found.fault.seq, "code": found.fault.code, "message": found.fault.message}
    return {"rows": found.rows, "digest": found.digest, "fault": fault}


def _lines(database: Database, actor: Actor, since: dt.date | None) -> Iterator[str]:
    start = dt.datetime(since.year, since.month, since.day, tzinfo=dt.UTC).timestamp() if since else 0.0
    with database.read() as connection:
        for row in rows(connection, actor):
            if row["at"] >= start:
                at = dt.datetime.fromtimestamp(row["at"], dt.UTC).isoformat(timespec="microseconds")
                yield json.dumps({**row, "at": at}, sort_keys=True) + "\n"
