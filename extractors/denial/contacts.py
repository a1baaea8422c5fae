"""Where the appeal goes: the address, fax and telephone printed for the appeal itself.

Every number and address of the letter is a candidate with the role of its sentence; the
choice takes those of the appeal and leaves the intake fax, the help line and the regulator.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from extractors import lore
from extractors.denial.fields import AppealLevel, AppealStage, NextStep
from extractors.denial.reading import Letter
from extractors.denial.roles import Said, role_of, section
from extractors.evidence import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A number or an address and what the letter offers it for."""

    kind: str  # "phone", "fax" or "address"
    value: str
    start: int
    end: int
    role: str | None
    labelled: bool = True  # "fax", "call" or the like stands at the number
    under: str | None = None  # the step that the part of the letter is about, where the sentence names an agency


# "1-800-555-0117", "(877) 291-0366", "800.365.0609", "1 800 555 0117"; 8005550117 after its label.
# OCR reads l for 1, O for 0; a number needs its ten digits after repair.
_PHONE = lore.regex(
    r"(?<![\w/-])(?:\+?[1lI][ .-]{0,2})?\(?[2-9]\d{2}\)?[ .'-]{0,3}[2-9\dOolI]\d{2}[ .'-]{1,3}[\dOolI]{4}(?![\w-]*\d)"
    r"|(?<![\w/-])1?[2-9]\d{9}(?!\w)"
)
_LABEL_BEFORE = lore.regex(
    r"(?P<kind>fax|facsimile|\b(?:phone|tel|telephone|call|calling|ph)\b|\bappeals? (?:line|desk|hotline|number)\b)"
    r"(?=[^.;]{0,28}$)",
    re.IGNORECASE,
)
_TTY_BEFORE = lore.regex(r"\b(?:tty|tdd)\b(?:/(?:tty|tdd))?[ :#-]{0,4}(?:711[ ,/or]+)?$", re.IGNORECASE)

_STREET = (
    r"(?:(?:\d{1,6}(?:-\d+)?|One|Two|Three|Four|Five|Six|Seven|Eight|Nine"
    r"|Ten) (?:[NSEW]\.? )?(?:[A-Z0-9][\w.']* ?){1,6}?(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr"
    r"|Lane|Ln|Way|Parkway|Pkwy|Court|Ct|Place|Pl|Plaza|Circle|Cir|Highway|Hwy|Terrace|Loop|Row|Run|Square|Sq"
    r"|Trail|Center|Ctr|NE|NW|SE|SW)\b\.?)"
)
_BOX = (
    r"(?i:\b[PRF]\.?\s?[O0]\.?\s?Box|\bPost Office Box|\bPO\s?Drawer|\bBox|\bLockbox|\bCaller Box)"
    r"\s?(?i:no\.?|number|#)?\s?[\dOl]{2,7}"
)
_ZIP = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]"
    r"|UT|V[AIT]|W[AIVY])[ ,.']{1,3}[\dOl]{5}(?:-[\dOl]{4})?"
)
_ADDRESS = lore.regex(
    rf"(?P<where>{_BOX}|{_STREET})(?P<rest>.{{0,90}}?)(?P<zip>\b{_ZIP}|(?<=[a-z], )\d{{5}}(?:-\d{{4}})?)(?!\d)",
    re.DOTALL,
)
# What stands before the box: "... write to Cigna Healthcare Appeals, PO Box"
_NAME_OPENS = lore.regex(
    r"(?:\b(?i:write|mail|send|sent|sending|deliver|go|file|filed|addressed?|submit|submitted"
    r"|fax)\b[^.:]{0,120}\bto:?\s"
    r"|\bwith:?\s|\bto:\s|\bat:?\s|\b[a-z ]*address:\s|(?<![Aa]ttn)(?<!ATTN)(?<!ttention):\s|(?<!Attn)[.!?]\s"
    r"|(?<=\b[Mm]ail)\s)(?=[A-Z0-9])"
)


def find_contacts(letter: Letter, said: list[Said]) -> list[Contact]:
    """Return every telephone, fax and address of the letter in reading order, each with its role."""
    text = letter.text
    found: list[Contact] = []
    for match in _PHONE.finditer(text):
        kind, labelled, label_role = _kind_of_number(letter, match)
        if not kind:
            continue
        one = section(said, match.start())
        role = label_role or (one.role if one else None)
        if role in _APPEALS and one and not label_role:
            role = _role_beside(text[one.start : match.start()]) or role
        if role in _APPEALS and (named := _SPEED.match(text, match.end())):
            role = "regular_appeal" if named["regular"] else "expedited_appeal"
        found.append(
            Contact(
                kind=kind,
                value=match[0],
                start=match.start(),
                end=match.end(),
                role=role,
                labelled=labelled,
                under=_step_under(said, one),
            )
        )
    for match in _ADDRESS.finditer(text):
        start = _name_start(letter, said, match.start())
        one = section(said, match.start())
        role = one.role if one else None
        if re.search(
            r"appeal|grievance|reconsideration|redetermination|disputed", text[start : match.start()], re.IGNORECASE
        ):
            role = role if role in _NOT_APPEAL else "appeal"
        found.append(
            Contact(
                kind="address",
                value="",
                start=start,
                end=match.end("zip"),
                role=role,
                under=_step_under(said, one),
            )
        )
    return sorted(found, key=lambda at: at.start)


def _step_under(said: list[Said], one: Said | None) -> str | None:
    """Return the outside step that a sentence naming an agency is about: "External Appeal. ... Send it to the ..."."""
    if one is None or one.role != "agency":
        return None
    index = said.index(one)
    for earlier in (one, *reversed(said[max(0, index - 4) : index])):
        if earlier.own and earlier.role in ("external_review", "fair_hearing"):
            return earlier.role
        if earlier.own and earlier.role != "agency":
            return None
    return None


# "Customer Success: 800-555-0131" says whose number it is; "Toll free: ..." and "Appeals Unit: ..." do not.
_OWN_LABEL = lore.regex(
    r"(?:^|[.;!?]\s+|\s\|\s*)(?P<label>[A-Z][\w'&/-]*(?: (?:of|and|the|for|&|[A-Z][\w'&/-]*)){1,4}): ?$"
)
_SAYS_NO_MORE = lore.regex(
    r"appeal|grievance|dispute|resolution|review|reconsider|redetermin|complaint|phone|tel\b|call|fax|toll|number|line\b"
    r"|contact|write|mail|standard|regular|expedited|fast|urgent|mon|fri",
    re.IGNORECASE,
)


# "New facts for the same request (no appeal): review desk, ...", "Appeals are not taken here"
_NO_APPEAL = lore.regex(
    r"\b(?:no|not an?|not for|without an?|instead of an?|other than an?) appeals?\b"
    r"|\bappeals?(?: \w+){0,3} (?:are|is|can|will) ?not (?:be )?(?:taken|accepted|handled|heard|received|made)\b"
    r"|\b(?:new|further|more|additional|missing) (?:facts|records|notes|papers|information|documents)\b"
    r"(?![^.]*\bappeal)",
    re.IGNORECASE,
)


def _role_beside(before: str) -> str | None:
    """Return what the number is for by its own clause or label, None where these do not say.

    "Appeals by phone are not taken; for questions call ..." is no number for appeals.
    """
    if (own := _OWN_LABEL.search(before)) and not _SAYS_NO_MORE.search(own["label"]):
        return "help"
    if _NO_APPEAL.search(before):
        return "without_appeal"
    clause = before.rpartition(";")[2]
    return role_of(clause) if ";" in before else None


_APPEALS = {"appeal", "regular_appeal", "expedited_appeal"}
# "1-844-555-0190 (standard) or 1-844-555-0191 (expedited)"
_SPEED = lore.regex(
    r"\s*[(\[](?:for )?(?:(?P<regular>standard|regular|non-?urgent)|expedited|fast|urgent|rush)\b", re.IGNORECASE
)
_NOT_APPEAL = {
    "second_level",
    "external_review",
    "fair_hearing",
    "agency",
    "court",
    "without_appeal",
    "expedited_appeal",
}


def _kind_of_number(letter: Letter, match: re.Match[str]) -> tuple[str | None, bool, str | None]:
    """Return fax or phone, whether a label says so, and the role that the label gives; None for no number of use.

    The label stands in brackets behind the number, in the cell to its left, before it, behind it,
    or at the head of its column.
    """
    text = letter.text
    before = text[max(0, match.start() - 40) : match.start()]
    tty = _TTY_BEFORE.search(before)
    if tty and "711" in tty[0] and letter.place_at(match.start()).start == match.start():
        tty = None  # "TTY 711" ended the line above
    if tty or sum(c.isdigit() or c in "OolI" for c in match[0]) < 10:
        return None, False, None
    after = text[match.end() : match.end() + 30]
    if kind := _label_kind(_IN_BRACKETS.match(after)):
        return kind, True, None
    beside, above = _cells_around(letter, match.start())
    if beside and (kind := _label_kind(_CELL_LABEL.search(beside))):
        return kind, True, _label_role(beside, above)
    if beside:  # a label of the column to the left is none of this cell
        before = before[
            max(0, len(before) - (match.start() - letter.blocks[letter.place_at(match.start()).block].start)) :
        ]
    if named := list(_LABEL_BEFORE.finditer(before)):
        return _label_kind(named[-1]), True, _label_role("", above) if beside else None
    if match[0].isdigit():
        return None, False, None
    if kind := _label_kind(_BEHIND.match(after)) or _label_kind(_CELL_LABEL.search(above)):
        return kind, True, _label_role("", above)
    return "phone", False, None


# "1-800-555-0142 (fax)"; "602-555-0153 fax" unless that names the next number
_IN_BRACKETS = lore.regex(
    r"\s*[(\[](?:toll[ -]free |appeals? |main )?(?P<kind>fax|facsimile|phone|tel|voice)", re.IGNORECASE
)
_BEHIND = lore.regex(
    r"[ ,-]*(?:is (?:the|our) )?(?:appeals? )?(?P<kind>fax|facsimile|phone|telephone|tel|voice)\b(?![\s.:#(no-]*\d)",
    re.IGNORECASE,
)
_CELL_LABEL = lore.regex(
    r"(?:^|[\s(])(?P<kind>fax|facsimile|phone|telephone|tel|call|voice)\b\.?"
    r"(?:[ :]*(?:number|no\.?|#|us|at|to|toll[ -]free|only))*[ :.]*$",
    re.IGNORECASE,
)
_FAST = lore.regex(r"\b(?:expedited|fast|urgent|rush)\b", re.IGNORECASE)


def _label_kind(match: re.Match[str] | None) -> str | None:
    if not match:
        return None
    return "fax" if match["kind"].lower().startswith("fa") else "phone"


def _label_role(beside: str, above: str) -> str | None:
    role = role_of(beside) if beside else None
    return role or ("expedited_appeal" if _FAST.search(above) else None)


def _cells_around(letter: Letter, offset: int) -> tuple[str, str]:
    """Return the cell to the left of the line and the short heads above it, where the number opens its line."""
    place = letter.place_at(offset)
    if letter.text[place.start : offset].strip(" :*-"):
        return "", ""
    box = place.line.box
    beside, above = "", []
    nearest = -1.0
    for other in letter.places:
        if other.page is not place.page or other is place:
            continue
        at = other.line.box
        shared = min(at.bottom, box.bottom) - max(at.top, box.top)
        if shared > 0.5 * min(at.height, box.height):
            if nearest < at.x1 <= box.x0 + 2:
                beside, nearest = letter.text[other.start : other.end], at.x1
        elif (
            at.bottom <= box.top + 2
            and box.top - at.bottom < 8 * box.height
            and min(at.x1, box.x1) - max(at.x0, box.x0) > 0.4 * min(at.width, box.width)
            and len(other.line.words) <= 4
        ):
            above.append((at.bottom, letter.text[other.start : other.end]))
    return beside, " ".join(text for _, text in sorted(above))


def _name_start(letter: Letter, said: list[Said], box: int) -> int:
    """Return where the addressee before a box or a street begins: at most four lines above, after its cue."""
    text = letter.text
    block = letter.blocks[letter.place_at(box).block]
    floor = max(block.start, box - 160)
    piece = text[floor:box]
    start = floor
    for match in _NAME_OPENS.finditer(piece):
        start = floor + match.end()
    # A line of its own before the box belongs to it as long as it is a name, not a sentence.
    places = [place for place in letter.places if place.end <= box and place.start >= start]
    for place in places:
        line = text[place.start : place.end]
        if place.end in letter.stops and not _is_addressee(line):
            start = place.end + 1
    while start < box and not text[start].isalnum():
        start += 1
    return start


def _is_addressee(line: str) -> bool:
    words = re.findall(r"[A-Za-z][\w'.-]*", line)
    capital = sum(
        word[0].isupper() or word.lower() in {"of", "and", "the", "for", "c/o", "from", "to"} for word in words
    )
    return (
        bool(words)
        and capital >= 0.8 * len(words)
        and not line.rstrip().endswith(("?", "!", "."))
        and not line.endswith(":")
    )


def choose_contacts(
    letter: Letter, contacts: Iterable[Contact], level: AppealLevel | None, urgent: bool
) -> tuple[Finding[str] | None, Finding[str] | None, Finding[str] | None]:
    """Return address, fax and phone of the appeal.

    After a denied appeal they are those of the step that is open. A fast appeal's numbers
    count only where the letter was itself handled as urgent and gives no others.
    """
    listed = list(contacts)
    final = level is not None and level.stage is AppealStage.FINAL
    wanted = ("regular_appeal", "appeal")
    if level and final:
        hearing = level.next_step is NextStep.FAIR_HEARING
        wanted = ("fair_hearing", "external_review") if hearing else ("external_review",)
    elif level and level.next_step is NextStep.SECOND_LEVEL:
        wanted = ("second_level", *wanted)
    return tuple(_choose(letter, listed, kind, wanted, urgent and not final) for kind in ("address", "fax", "phone"))  # type: ignore[return-value]


def _choose(
    letter: Letter, listed: list[Contact], kind: str, wanted: tuple[str, ...], urgent: bool
) -> Finding[str] | None:
    greeting = _greeting(letter)
    body = [at for at in listed if at.start >= greeting or (at.kind == kind and at.role != "appeal")]
    mine, above_greeting = [], False
    for pool in (body, listed):
        for role in wanted:
            mine = mine or [at for at in pool if at.kind == kind and at.role == role]
        if mine:
            above_greeting = pool is listed
            break
    regular = any(at.kind in ("fax", "phone") and at.role in wanted for at in body)
    if urgent and kind != "address" and not regular:
        mine = [at for at in listed if at.kind == kind and at.role == "expedited_appeal"] or mine
    elif urgent and kind == "address" and not mine:
        mine = [at for at in listed if at.kind == kind and at.role == "expedited_appeal"]
    outside = False
    if not mine and kind != "phone":  # the state's office that takes the external appeal is named in its own sentence
        mine = [at for at in listed if at.kind == kind and at.under and at.under in wanted]
        outside = bool(mine)
    if not mine:
        return None
    first = mine[0]
    others = {_digits(letter.text[at.start : at.end]) for at in mine} - {_digits(letter.text[first.start : first.end])}
    confidence = 0.97 if not others else 0.8 if kind != "address" else 0.85
    if not first.labelled and not _ASKS_TO_CALL.search(letter.text, max(0, first.start - 90), first.start):
        confidence = 0.55
    if above_greeting or (outside and len({_digits(at.value) or at.start for at in mine}) > 1):
        confidence = 0.55
    value = as_printed(letter, first.start, first.end) if kind == "address" else first.value
    return letter.cite(first.start, first.end, value, confidence)


_ASKS_TO_CALL = lore.regex(r"\b(?:call|phone|telephone|tel|dial|ring)", re.IGNORECASE)


def _greeting(letter: Letter) -> int:
    """Return where the salutation stands, 0 if there is none: what is above it is letterhead."""
    match = re.search(r"\b(?:Dear|Hello|Hi|Estimad[oa])\s+[A-Z]|\bDEAR\s", letter.text)
    return match.start() if match else 0


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)[-10:]


def as_printed(letter: Letter, start: int, end: int) -> str:
    """Return an address on one line: a line break without a comma becomes one."""
    lines: list[str] = []
    last = None
    for place, word in letter.words_in(start, end):
        if place is not last:
            lines.append(word.text)
            last = place
        else:
            lines[-1] += f" {word.text}"
    joined = lines[0]
    for above, below in pairwise(lines):
        if above.endswith("-"):
            joined += below
        else:
            joined += (", " if _starts_part(above, below) else " ") + below
    return re.sub(r"\b[PRF]\.?\s?[O0]\.?(?=\s?Box)", lambda at: "P.O." if "." in at[0] else "PO", joined.strip(" ,;."))


def _starts_part(above: str, below: str) -> bool:
    """Whether a line break in an address parts two of its lines, and is not just the end of a full line."""
    if _STATE_LAST.search(above) and re.match(r"[\dOl]{5}(?!\w)", below):
        return False  # "Chicago, IL" and its ZIP on the next line
    return not _GOES_ON.search(above) and bool(
        re.match(
            r"P\.?\s?O\.?\s?Box|\d|Attn|c/o|[A-Z][a-z]+(?: [A-Z][a-z]+)*, (?!PO\b)[A-Z]{2}\b",
            below,
        )
    )


# a mark of its own; "PO Box" and its number on the next line
_GOES_ON = lore.regex(r"[,.:]\s*$|\b(?:box|drawer|suite|ste|no|number)\W*$|#\s*$", re.IGNORECASE)
_STATE_LAST = lore.regex(r"\b[A-Z]{2}\W*$")
