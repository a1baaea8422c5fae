"""What every page shares: its frame, the words for codes and states, where its files are."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from extractors.errors import RebutError
from pipeline.accounts import may
from pipeline.jobs import GIVEN_UP
from rebut.today import today
from rebut.web.actor import asker_of, form_token

STATIC = Path(str(files("rebut.web") / "static"))


def page(request: Request, name: str, status: int = 200, **told: Any) -> HTMLResponse:
    """Return a page made from templates/web/NAME."""
    return HTMLResponse(render(request, name, **told), status)


def render(request: Request, name: str, **told: Any) -> str:
    """Return a page or a part of one as text."""
    asker = asker_of(request)
    actor = asker.actor
    shown = {
        "path": request.url.path,
        "form_token": form_token(request),
        "today": today(),
        "actor": actor,
        "session": asker.session,
    }

    def can(right: str) -> bool:
        return actor is not None and may(actor, right)

    rights = {"can": can, "can_any": lambda these: any(map(can, these))}
    return _templates().get_template(name).render(shown | rights | told)


def said(error: RebutError) -> str:
    """Return the sentence of an error, with its facts."""
    ours = words()["errors"].get(error.code)
    return ours.format(*error.args) if ours else str(error)


@cache
def words() -> Mapping[str, Any]:
    """Return the wording of the pages."""
    return yaml.safe_load((files("rebut.web") / "wording.yaml").read_text("utf-8"))


@cache
def static_url(name: str) -> str:
    """Return the address of a file of ours, which changes with its content: a browser may keep it for good."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?{mark}"


def day(value: dt.date | str | None, short: bool = False) -> str:
    """ "2026-04-18" -> "Apr 18, 2026"."""
    if not value:
        return ""
    try:
        at = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return f"{at:%b} {at.day}" if short and at.year == today().year else f"{at:%b} {at.day}, {at.year}"


def moment(at: float) -> str:
    """Seconds since 1970 -> "Apr 18, 2026"."""
    return day(dt.datetime.fromtimestamp(at).astimezone().date())


def fault_words(fault: tuple[str, str | None] | None) -> str:
    """Return what a person should know of why a case failed."""
    code, message = fault or ("internal", None)
    ours = words()["errors"]
    return ours["attempts-spent"] if message == GIVEN_UP else ours.get(code) or message or ours["attempts-spent"]


def mendable(fault: tuple[str, str | None] | None) -> bool:
    """Whether trying again can help: not where the files themselves are the matter."""
    return fault is None or fault[1] == GIVEN_UP or fault[0] in words()["passing"]


def ago(at: dt.datetime) -> str:
    """ "12 min ago", "3 h ago", "Apr 18"."""
    minutes = int((dt.datetime.now(dt.UTC) - at).total_seconds() // 60)
    if minutes < 60:
        return "just now" if minutes < 1 else f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 24 * 60 else day(at.astimezone().date(), short=True)


def when(at: dt.datetime | str | None) -> str:
    """ "Apr 18, 14:05" in the time zone of this machine."""
    if at is None:
        return ""
    local = (dt.datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone()
    return f"{day(local.date(), short=True)}, {local:%H:%M}"


def clip(text: str, most: int = 160) -> str:
    """Return the text, shortened at a word where it is longer than a glance takes in."""
    return text if len(text) <= most else text[:most].rpartition(" ")[0] + " …"


def anchor(text: str) -> str:
    """Return a text as the id of an element."""
    return "".join(at if at.isalnum() or at in ".-" else "-" for at in text)


def page_name(target: str) -> str:
    """ "chart.pdf:12" -> "chart.pdf p. 12"; anything else as it is."""
    name, colon, number = target.rpartition(":")
    return f"{name} p. {number}" if colon and number.isdecimal() else target


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(str(files("templates") / "web")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {"static": static_url, "words": words(), "fault": fault_words, "mendable": mendable}
    found.filters |= {"day": day, "ago": ago, "moment": moment, "when": when}
    found.filters |= {"clip": clip, "anchor": anchor, "page_name": page_name}
    return found
