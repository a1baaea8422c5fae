"""Who wrote, saw or signed: name, credential and specialty beside it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from extractors import lore
from extractors.vocabulary.specialties import find_specialties, specialty_named

_PHYSICIAN = r"M\.?D\.?|D\.?O\.?|MBBS|MB\s?BCh"
_OTHER = (
    r"N\.?P\.?|FNP(?:-B?C)?|DNP|ARNP|APRN|CNP|AGNP|P\.?A\.?(?:-C)?|R\.?N\.?|LPN|L\.?V\.?N\.?|MA|CMA|CPhT|"
    r"PharmD|RPh|PT,\s*DPT|OTR/L|LCSW|PsyD|RD|CDCES|DPM|DPT|PhD|CNS"
)
_TOKEN = r"[A-Z][A-Za-z'’\-]*\.?"  # noqa: S105
# "Aurelio Szabo, MD (Rheumatology)", "P. LINDGREN, MD, DERMATOLOGY", "Signed D. Fairweather MD 05/10/2024"
_AUTHOR = lore.regex(
    rf"(?P<name>(?:{_TOKEN}\s+){{0,3}}{_TOKEN})(?:\s*,\s*|\s+)(?P<credential>{_PHYSICIAN}|{_OTHER})(?![A-Za-z])"
    rf"(?:,?\s+(?:PhD|MPH|MSc?|FACR|FACP|FAAD|FACG|{_OTHER})(?![A-Za-z]))*"
)
_CREDENTIAL = lore.regex(rf"(?:{_PHYSICIAN}|{_OTHER})(?![A-Za-z])")
_DOCTOR = lore.regex(_PHYSICIAN + r"$")
# "Provider: Okafor, Ines, MD", "OKAFOR MD, INES": the last name first, at the head of a line or behind a label
_LAST_FIRST = lore.regex(
    rf"(?:^|[:|]|\b[Bb]y)\s*(?P<last>{_TOKEN}(?:-{_TOKEN})?)(?:,\s*(?P<first>{_TOKEN}(?:\s+[A-Z]\.?)?)(?:\s*,\s*|\s+)"
    rf"(?P<credential>{_PHYSICIAN}|{_OTHER})(?![A-Za-z])"
    rf"|\s+(?P<early>{_PHYSICIAN}|{_OTHER}),\s*(?P<given>[A-Z]{{2,}}(?:\s+[A-Z]\.?)?)(?![A-Za-z]))"
)
# a whole line: "Dr. Ines Okafor (Rheumatology)"; the specialty beside it says that the title is a physician's
_TITLED = lore.regex(
    rf"^\W*(?:(?:provider|physician|attending|consultant|clinician|author|seen\s+by|signed(?:\s+by)?|electronically\s+signed(?:\s+by)?)\s*:?\s*)?"
    rf"(?-i:Dr\.?\s+(?P<name>{_TOKEN}(?:\s+{_TOKEN}){{1,3}}))(?=\s*[,(/–—-])",
    re.IGNORECASE,
)
# lead words that are no part of a name
_LEAD = lore.regex(
    r"^(?:(?:Electronically|Digitally)?\s*[Ss]igned|E-signed|Dictated|Provider|Endoscopist|Nurse|Taken|Scored|Counted|By|Attending|"
    r"Performer|Consultant|Surgeon|Radiologist|Pathologist|Rendering|Treating|Dictating|Cosigned|Scribed|Interpreted|Telehealth|Telephone|Office|Urgent|Video|Phone|Note|Follow-?up|Consultation|Encounter|In-person|Virtual|Clinic|Visit|Author|Physician|Clinician|Seen|Performed|Plan|Return|Signed|Dr\.?|From|To|Assessment|MD)\b[\s:,.]*"
)
# what a last name alone may follow: "Signed by Szabo, MD", "Dr. Greer, MD", "Ordered by Daneshvar, MD"
_CALLED = lore.regex(r"(?:\bby|\bdr\.?|\bsigned|[:;(])\W*$", re.IGNORECASE)
# not the author of the page
_NOT_AUTHOR = lore.regex(
    r"(?:ordered\s+by|ordering(?:\s+\w+)?|laboratory\s+director|lab\s+director|reviewed\s+with\s+the\s+patient\s+by|referred\s+by|"
    r"referring(?:\s+\w+)?|\bpcp|\bto|\bcc|dear|medical\s+director|requested\s+by|refer\s+to|copy\s+to|(?:submitting|requesting|collaborating)(?:\s+\w+)?|primary\s+care(?:\s+\w+)?|family\s+(?:doctor|physician)|(?:reviewed|per|see|cites?|quotes?)\s+(?:\w+\s+){0,3}(?:notes?|letters?|reports?|records?|consults?)\s+(?:of|from|by)|via|per|told\s+by|prescribed\s+by)"
    r"\s*[:.]?\s*(?:dr\.?\s*)?$",
    re.IGNORECASE,
)


# the same in capitals, where it reads like a part of the name: "ORDERED BY OKEREKE A, MD"
_NOT_AUTHOR_WITHIN = lore.regex(r"^(?:ORDERED|REQUESTED|REFERRED|PRESCRIBED) BY\s+")


_RULE = lore.regex(r"I\s+(?=[A-Z][a-z'’-]+\s+[A-Z])")  # the rule between two cells, as a scan has it


@dataclass(frozen=True, slots=True)
class Author:
    """A clinician named in a text."""

    start: int
    end: int  # after the specialty where one follows
    name: str
    credential: str
    physician: bool
    specialty: str | None
    writes: bool  # False: ordered, was addressed or directs the laboratory


def find_authors(text: str) -> list[Author]:
    """Return clinicians with a credential, in reading order, each with the specialty printed right after."""
    return list(_authors_in(text))


@lru_cache(maxsize=1024)  # the rows of a page are asked for their clinician at several steps
def _authors_in(text: str) -> tuple[Author, ...]:
    if not _CREDENTIAL.search(text):
        return tuple(_titled(text))
    found = [*_turned(text), *_titled(text)]
    taken = [(author.start, author.end) for author in found]
    for match in _AUTHOR.finditer(text):
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        name, start = match["name"], match.start()
        while lead := _LEAD.match(name):
            name, start = name[lead.end() :], start + lead.end()
            if not lead.end():
                break
        ordered = _NOT_AUTHOR_WITHIN.match(name)
        if ordered:
            name, start = name[ordered.end() :], start + ordered.end()
        if rule := _RULE.match(name):
            name, start = name[rule.end() :], start + rule.end()
        if not name or len(name.split()) < 1 or not re.search(r"[A-Za-z]{3,}", name):
            continue
        physician = bool(_DOCTOR.match(match["credential"]))
        if physician and len(name.split()) == 1 and start == match.start() and not _CALLED.search(text[:start]):
            continue  # "Leonard MD": the last words of two cells that wrapped, of the patient and of the physician
        specialty, end = _specialty_after(text, match.end())
        before = text[max(0, start - 60) : start]
        found.append(
            Author(
                start=start,
                end=end,
                name=" ".join(name.split()),
                credential=match["credential"],
                physician=physician,
                specialty=specialty if physician else None,
                writes=not ordered and not _NOT_AUTHOR.search(before),
            )
        )
    return tuple(sorted(found, key=lambda author: author.start))


def _turned(text: str) -> list[Author]:
    """Return clinicians whose last name is printed first."""
    found = []
    for match in _LAST_FIRST.finditer(text):
        first, credential = match["first"] or match["given"], match["credential"] or match["early"]
        early = match["given"] is not None
        if (
            len(match["last"]) < 3
            or find_specialties(first)
            or re.fullmatch(f"{_PHYSICIAN}|{_OTHER}|FAC[A-Z]|FAAD", first)
        ):
            continue
        if early and not match["last"].isupper():
            continue  # "Okafor MD, INTERNAL MEDICINE"
        physician = bool(_DOCTOR.match(credential))
        specialty, end = _specialty_after(text, match.end())
        before = text[max(0, match.start("last") - 60) : match.start("last")]
        found.append(
            Author(
                start=match.start("last"),
                end=end,
                name=f"{first} {match['last']}",
                credential=credential,
                physician=physician,
                specialty=specialty if physician else None,
                writes=not _NOT_AUTHOR.search(before),
            )
        )
    return found


def _titled(text: str) -> list[Author]:
    """Return the physician whom a line names by title and specialty, without a credential."""
    match = _TITLED.match(text)
    if not match or _AUTHOR.match(text, match.start("name")):
        return []
    specialty, end = _specialty_after(text, match.end("name"))
    if specialty is None or (text[end:].strip(" ).,") and not re.match(r"[\s).,]*\d", text[end:])):
        return []
    return [
        Author(
            start=match.start("name"),
            end=end,
            name=match["name"],
            credential="Dr.",
            physician=True,
            specialty=specialty,
            writes=True,
        )
    ]


# "(Rheumatology)", ", Dermatology", ", board certified in rheumatology", " - Rheumatology"
_AFTER = lore.regex(
    r"\s*(?:[,(/–—-]|\bof\b)?\s*(?P<words>(?:board[ -]certified(?:\s+in)?|certified\s+in|division\s+of|"
    r"department\s+of|diplomate.{0,30}?of|"
    r"specialist\s+in|consultant)?\s*[A-Za-z][A-Za-z&/ ]{3,60})",
    re.IGNORECASE,
)


def _specialty_after(text: str, at: int) -> tuple[str | None, int]:
    match = _AFTER.match(text, at)
    if not match:
        return None, at
    words = match["words"]
    found = find_specialties(words)
    if not found:
        return None, at
    first = specialty_named(words) or found[0]
    # the specialty must follow at once: "Aurelio Szabo, MD saw the dermatologist" names no specialty of his
    lead = re.match(
        r"(?:board[ -]certified(?:\s+in)?|certified\s+in|division\s+of|department\s+of|diplomate.{0,30}?of|"
        r"specialist\s+in|"
        r"consultant|consulting|pediatric|adult|clinical|medical|attending|staff|the)?\s*",
        words,
        re.IGNORECASE,
    )
    rest = words[lead.end() :] if lead else words
    if find_specialties(" ".join(rest.split()[:4])) and _leads(rest):
        return first, match.end()
    return None, at


def _leads(words: str) -> bool:
    head = words.lower().split()
    return any(find_specialties(" ".join(head[:n])) for n in (1, 2, 3, 4)) and bool(
        find_specialties(head[0]) or find_specialties(" ".join(head[:2])) or find_specialties(" ".join(head[:3]))
    )
