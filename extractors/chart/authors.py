"""Who wrote, saw or signed: name, credential and specialty beside it."""

import re
from dataclasses import dataclass

from extractors.vocabulary.specialties import find_specialties, specialty_named

_PHYSICIAN = r"M\.?D\.?|D\.?O\.?|MBBS|MB\s?BCh"
_OTHER = (
    r"N\.?P\.?|FNP(?:-B?C)?|DNP|ARNP|APRN|CNP|AGNP|P\.?A\.?(?:-C)?|R\.?N\.?|LPN|L\.?V\.?N\.?|MA|CMA|CPhT|"
    r"PharmD|RPh|RD|CDCES|DPM|DPT|PhD|CNS"
)
_TOKEN = r"[A-Z][A-Za-z'’\-]*\.?"  # noqa: S105
# "Aurelio Szabo, MD (Rheumatology)", "P. LINDGREN, MD, DERMATOLOGY", "Signed D. Fairweather MD 05/10/2024"
_AUTHOR = re.compile(
    rf"(?P<name>(?:{_TOKEN}\s+){{0,3}}{_TOKEN}),?\s+(?P<credential>{_PHYSICIAN}|{_OTHER})(?![A-Za-z])"
    rf"(?:,?\s+(?:PhD|MPH|MSc?|FACR|FACP|FAAD|FACG|{_OTHER})(?![A-Za-z]))*"
)
_DOCTOR = re.compile(_PHYSICIAN + r"$")
# lead words that are no part of a name
_LEAD = re.compile(
    r"^(?:(?:Electronically|Digitally)?\s*[Ss]igned|E-signed|Dictated|Provider|Endoscopist|Nurse|Taken|Scored|Counted|By|Attending|"
    r"Telehealth|Telephone|Office|Urgent|Video|Phone|Note|Follow-?up|Consultation|Encounter|In-person|Virtual|Clinic|Visit|Author|Physician|Clinician|Seen|Performed|Plan|Return|Signed|Dr\.?|From|To|Assessment|MD)\b[\s:,.]*"
)
# what a last name alone may follow: "Signed by Szabo, MD", "Dr. Greer, MD", "Ordered by Daneshvar, MD"
_CALLED = re.compile(r"(?:\bby|\bdr\.?|\bsigned|[:;(])\W*$", re.IGNORECASE)
# not the author of the page
_NOT_AUTHOR = re.compile(
    r"(?:ordered\s+by|ordering(?:\s+\w+)?|laboratory\s+director|lab\s+director|reviewed\s+with\s+the\s+patient\s+by|referred\s+by|"
    r"referring(?:\s+\w+)?|\bpcp|\bto|\bcc|dear|medical\s+director|requested\s+by|refer\s+to|copy\s+to|via|per|told\s+by|prescribed\s+by)"
    r"\s*[:.]?\s*(?:dr\.?\s*)?$",
    re.IGNORECASE,
)


# the same in capitals, where it reads like a part of the name: "ORDERED BY OKEREKE A, MD"
_NOT_AUTHOR_WITHIN = re.compile(r"^(?:ORDERED|REQUESTED|REFERRED|PRESCRIBED) BY\s+")


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
    found = []
    for match in _AUTHOR.finditer(text):
        name, start = match["name"], match.start()
        while lead := _LEAD.match(name):
            name, start = name[lead.end() :], start + lead.end()
            if not lead.end():
                break
        ordered = _NOT_AUTHOR_WITHIN.match(name)
        if ordered:
            name, start = name[ordered.end() :], start + ordered.end()
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
    return found


# "(Rheumatology)", ", Dermatology", ", board certified in rheumatology", " - Rheumatology"
_AFTER = re.compile(
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
