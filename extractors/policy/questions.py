"""Prior-authorization questions: "1. Has the patient tried ...? [ ] Yes [ ] No  If yes, go to 3. If no, deny."."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from extractors import lore

Answer = Literal["approve", "deny", "end"] | int  # "end": no more is asked; an int is the place of the next question
BOX = r"[\[\](){}☐☑☒□❑❏❒○◯_|/\s]"
# "[ ] Yes  [ ] No", "Yes ☐ No ☐", "Y / N" behind a question
_BOXES = lore.regex(rf"(?<=[?.:\])])\s*{BOX}*\b(?:yes{BOX}+no|y{BOX}+n)\b{BOX}*(?:n/?a{BOX}*)?", re.I)
_FIRST = lore.regex(
    r"\s*[\[(]?\s*(?:\*\s*)?(?:if (?:yes|no)\b(?!\w)|(?:yes|no)\s*(?:[:=→]|[–-]+>?)\s*"
    r"(?=go\b|den|approv|stop|continue|proceed|skip|question|end\b|no (?:further|more)|q?\d))",
    re.I,
)
_ANSWER = lore.regex(
    r"\b(?:if\s+(?P<answer>yes|no)\b\s*[,:–→-]?>?|(?P<short>yes|no)\s*(?:[:=→]|[–-]+>?))\s*(?:then\s+)?"
    r"(?P<what>.*?)(?=[.;,|/\])]*\s*[\[(]?(?:\bif (?:yes|no)\b|\b(?:yes|no)\s*(?:[:=→]|[–-]+>?)\s)|$)",
    re.I,
)
_TO = lore.regex(
    r"(?:^\s*(?:question\s*)?q?(?=\d{1,2}\b)|\b(?:go|proceed|continue|skip|advance|move)(?:\s+on)?(?:\s+(?:to|with))?)\s*"
    r"(?:the\s+)?(?:question|step|number|item|criteri(?:on|a)|no\.)?\s*#?\s*q?\.?\s*(?P<to>\d{1,2}|[a-z]\b|next)?"
)
_DENY = lore.regex(
    r"\b(?:den(?:y|ied|ial)|not (?:approv\w+|cover\w+|authoriz\w+|eligible|met)|stop|do not|does not|refer|forward|"
    r"pend|reject)\b",
    re.I,
)
_APPROVE = lore.regex(
    r"\b(?:approv\w*|authoriz\w*|cover\w*|grant\w*|(?:criteria|requirements?) (?:are |is )?met)\b", re.I
)
_END = lore.regex(r"\bno (?:further|more|additional) questions?\b|\bend\b", re.I)
# "Is this a request for continuation of therapy?": not what the chart must show, but which questions are asked
_PHASE = lore.regex(
    r"\W*(?:is|does) (?:this|the)(?: \w+)? (?:an? |the )?(?:request|prescription|authorization)?\s*(?:an? )?(?:for )?"
    r"(?:an? |the )?(?:(?P<continues>continu\w+|renewal|re-?authorization)|(?P<begins>initial|new|first))\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and where each answer leads."""

    yes: Answer
    no: Answer
    phase: Literal["initial", "continuation"] | None = None  # what "yes" means, of a question about the request


def question_end(text: str) -> int:
    """Return the character where the question itself ends: before its boxes and what its answers lead to."""
    cuts = [match.start() for match in (_BOXES.search(text), _outcome_in(text)) if match]
    end = min(cuts, default=len(text))
    return len(text[:end].rstrip())


def _outcome_in(text: str) -> re.Match[str] | None:
    at = next((match for match in _FIRST.finditer(text) if match.start() and text[match.start() - 1] in "?.:)]_"), None)
    return at


def answer_in(text: str, below: str) -> str:
    """Return what a question says that an answer leads to, "If yes, deny"; "" for nothing."""
    found = _ANSWER.finditer(f"{text[question_end(text) :]} {below}")
    return next((match[0].strip() for match in found if not _is_plain(match)), "")


def _is_plain(match: re.Match[str]) -> bool:
    """Whether an answer leads where a criterion does, "If yes, approve. If no, deny", or asks for an explanation."""
    said = match["what"]
    if (match["answer"] or match["short"]).lower() == "no":
        return _TELL.match(said) is not None or (_DENY.search(said) is not None and not _TO.search(said.lower()))
    return _APPROVE.search(said) is not None and not _DENY.search(said)


# "If no, give the reason:" asks for words, and leads nowhere
_TELL = lore.regex(
    r"(?:please )?(?:give|document|explain|list|specify|describe|provide|attach|state|note|why|reason)\b", re.I
)


def questions_of(texts: Sequence[tuple[str, str]], labels: Sequence[str]) -> list[Question] | None:
    """Return the questions with their answers; None: they are none, or no answer says where it leads.

    `texts` are the items' texts and the rows below them that say what an answer leads to.
    """
    told = [f"{text[question_end(text) :]} {below}" for text, below in texts]
    if not any(_ANSWER.search(said) for said in told):
        return None
    if not all(text[: question_end(text)].rstrip(" *").endswith(("?", ":")) for text, _ in texts):
        return None
    found = []
    for at, ((text, _), said) in enumerate(zip(texts, told, strict=True)):
        following: Answer = at + 1 if at + 1 < len(texts) else "approve"
        answers: dict[str, Answer] = {"yes": following, "no": "deny"}
        said_for: set[str] = set()
        for match in _ANSWER.finditer(said):
            outcome = _outcome(match["what"], at, labels)
            if outcome is None:
                return None
            said_for.add((match["answer"] or match["short"]).lower())
            answers[(match["answer"] or match["short"]).lower()] = outcome
        jumps = isinstance(answers["yes"], int) and answers["yes"] > at + 1
        if said_for == {"yes"} and (jumps or answers["yes"] == "deny"):
            answers["no"] = following  # "If yes, skip to 4", "If yes, deny": else the next question
        if answers["yes"] == "end" and answers["no"] in ("approve", "deny"):
            answers["yes"] = "deny" if answers["no"] == "approve" else "approve"
        if answers["no"] == "end":
            answers["no"] = "deny"
        found.append(Question(answers["yes"], answers["no"], _phase_of(text)))
    return found


def _outcome(said: str, at: int, labels: Sequence[str]) -> Answer | None:
    if _DENY.search(said):
        return "deny"
    if match := _TO.search(said.lower().replace("next question", "next")):
        to = match["to"]
        if to in (None, "next"):
            return at + 1 if at + 1 < len(labels) else None
        places = (place for place, label in enumerate(labels) if place != at and to in (label.lower(), _bare(label)))
        return next(places, None)
    if _APPROVE.search(said):
        return "approve"
    return "end" if _END.search(said) else None


def _bare(label: str) -> str:
    """ "Q4" as the "4" that an answer leads to."""
    return re.sub(r"^q\.?\s?(?=\d)", "", label.lower())


def _phase_of(text: str) -> Literal["initial", "continuation"] | None:
    match = _PHASE.match(text)
    return None if match is None else "continuation" if match["continues"] else "initial"
