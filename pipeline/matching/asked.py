"""A criterion put as a question, said as the statement that "yes" makes of it: "Has the patient tried X?"."""

import re

from extractors import lore

_WHO = (
    r"(?P<who>(?:the |this |your )?(?:patient|member|individual|beneficiary|recipient|child|prescriber|provider|"
    r"requesting provider|physician))"
)
# the verb goes behind the one it is said of; "does" and "did" go into the verb that follows
_DOES = lore.regex(rf"does {_WHO} (?:(?P<also>also|currently|still) )?(?P<verb>[a-z]+)\b", re.IGNORECASE)
_DID = lore.regex(rf"did {_WHO} (?P<verb>try and fail|try|fail|have|experience|receive|respond|use)\b", re.IGNORECASE)
_IS = lore.regex(
    rf"(?P<verb>is|are|has|have|was|were|will|can) (?:{_WHO}|(?P<it>(?:the|this|any) (?:[\w-]+ ){{0,2}}?"
    r"(?:drug|medication|product|agent|therapy|treatment|request|dose|diagnosis|device|service|procedure|disease|"
    r"condition)))\b",
    re.IGNORECASE,
)
_THERE = lore.regex(r"(?P<verb>is|has) there (?:been )?(?=documentation|evidence|a\b|an\b)", re.IGNORECASE)
_SAID = {
    "have": "has had", "try": "has tried", "try and fail": "has tried and failed",
    "fail": "has failed", "experience": "has experienced", "receive": "has received", "respond": "has responded",
    "use": "has used",
}  # fmt: skip


# "Who may prescribe it? A dermatologist prescribes it.": a heading put as a question, with its answer behind it
_HEADED = lore.regex(
    r"^\W*(?P<asks>[A-Z][^.?!:]{3,120})\?\s+(?P<said>(?!(?:if|please|yes|no|note|list|specify|answer|skip|go to"
    r"|document|attach|provide)\b)[A-Z][^?]*)$",
    re.IGNORECASE,
)


def stated(text: str) -> str:
    """Return a question as its statement, any other text as it is: "Is the patient 12 years of age or older?" says
    "The patient is 12 years of age or older", and "Which pain is it for? Low back pain" says "Low back pain"."""
    said = text.strip()
    if (headed := _HEADED.match(said)) and not any(at.match(headed["asks"]) for at in (_DOES, _DID, _IS)):
        return headed["said"]
    if not said.endswith("?"):
        return text
    said = said.rstrip("? ")
    if match := _DOES.match(said):
        verb = match["verb"].lower()
        form = {"have": "has", "do": "does"}.get(verb, f"{verb}s")
        also = f"{match['also']} " if match["also"] else ""
        return f"{match['who'].capitalize()} {also}{form}{said[match.end() :]}"
    if match := _DID.match(said):
        return f"{match['who'].capitalize()} {_SAID[match['verb'].lower()]}{said[match.end() :]}"
    if match := _IS.match(said):
        return f"{(match['who'] or match['it']).capitalize()} {match['verb'].lower()}{said[match.end() :]}"
    if match := _THERE.match(said):
        return said[match.end() :]
    return text
