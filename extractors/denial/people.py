"""Whose letter it is and who asked for the service."""

import datetime as dt
import re
from collections import Counter

from extractors import lore
from extractors.dates import find_dates
from extractors.denial.labels import Labelled, values_of
from extractors.denial.names import CAPITALS, CREDENTIALLED, LETTERS, credentialled, name_key, name_words, read_name
from extractors.denial.reading import Letter, Span
from extractors.evidence import Finding
from extractors.vocabulary.drugs import find_drugs
from extractors.vocabulary.payers import find_payers

_SALUTATION = lore.regex(
    r"\b(?:Dear|Hello|Hi|Estimad[oa])\s+(?:(?:the )?[Pp]arents?(?: or [Gg]uardians?)?(?:/[Gg]uardian)? "
    r"of\s+)?(?P<name>[^:,\n!]{3,60}?)(?=\s*[:,!\n]|\s+(?:We|Thank|You|This|Your|I)\b)"
)
_FOR_PERSON = lore.regex(
    r"(?:claim (?:received )?for|(?:claim|request|appeal) (?:of|from)|(?:your|the) patient|on behalf of"
    r"|regarding|statement for|prepared for|services? (?:for|provided "
    r"to))\s+(?=[A-Z])"
)


def find_patient(letter: Letter, labels: list[Labelled]) -> Finding[str] | None:
    """Return the patient's name as printed: after its label, else from the salutation and the address block."""
    found = [
        (label, span, str(value))
        for label, span, value in values_of(labels, letter, "patient_name", read_name)
        if label.firm and not find_payers(str(value))
    ]
    if any(not _has_credentials(letter, span) for _, span, _ in found):
        found = [one for one in found if not _has_credentials(letter, one[1])]  # the other "Name:" is the doctor's
    # "Member" may be the parent where "Patient" or "Dependent" stands too
    closest = [(span, value) for label, span, value in found if _THE_PATIENT.match(label.label)]
    labelled = closest or [(span, value) for _, span, value in found]
    greeted = list(_greeted(letter))
    greeted_name = greeted[0][1] if greeted else labelled[0][1] if labelled else None
    if not closest and (dependent := _dependent(letter, greeted_name)):
        return dependent
    if labelled:
        return _most_common(letter, labelled, 0.97)
    told = _told_of(letter)
    if told and not (greeted and name_key(told.value) == name_key(greeted[0][1])):
        return told
    if not greeted and (titled := _titled(letter)):
        return titled
    if greeted:
        span, name = greeted[0]
        top = letter.text[: span.start]
        again = sum(word in top.lower() for word in name_key(name)) == len(name_key(name))
        return letter.cite(span.start, span.end, name, 0.96 if again else 0.88, prose=True)
    for field, sure in (("subscriber_name", 0.7), ("patient_name", 0.6)):
        found = [(span, str(value)) for _, span, value in values_of(labels, letter, field, read_name)]
        if found:
            return _most_common(letter, found, sure)
    for match in _FOR_PERSON.finditer(letter.text):
        if got := read_name(letter.text[match.end() : match.end() + 60], firm=False):
            return letter.cite(match.end() + got[0], match.end() + got[1], got[2], 0.7, prose=True)
    return _sent_to(letter, labels, prescribing=False) or _in_address_block(letter)


# "To: Parent or guardian of Ana Bell", "Ana Bell, born 2/19/2018", "Ana Bell (DOB 3/4/61)"
_PARENT_OF = lore.regex(
    r"\b(?:[Pp]arents?|[Gg]uardians?|[Ff]amily|PARENTS?|GUARDIANS?)(?:\(s\))? (?:of|OF)\s+(?=[A-Z])"
)
_BORN = lore.regex(
    rf"(?<![\w-])(?P<name>[{CAPITALS}][{LETTERS}'.-]*(?: [{CAPITALS}][{LETTERS}'.-]*){{1,4}})(?:[,.]| \()? ?"
    r"(?:who was |was |is )?(?:born(?: on)?|DOB|[Dd]ate of birth|birth date|birthdate)\b[:,]? (?=[A-Z\d])"
)
_OTHER_PERSON = lore.regex(
    r"subscriber|policy ?holder|employee|sponsor|parent|guardian|father|mother|spouse", re.IGNORECASE
)


def _told_of(letter: Letter) -> Finding[str] | None:
    """Return the person that the letter tells of with a date of birth, or whose parent it is sent to."""
    found: list[tuple[Span, str]] = []
    for match in _PARENT_OF.finditer(letter.text):
        if got := read_name(letter.text[match.end() : letter.place_at(match.end()).end], firm=False):
            found.append((Span(start=match.end() + got[0], end=match.end() + got[1]), got[2]))
    for match in _BORN.finditer(letter.text):
        before = letter.text[max(0, match.start() - 30) : match.start()]
        if (got := read_name(match["name"])) and not _OTHER_PERSON.search(before):
            found.append((Span(start=match.start() + got[0], end=match.start() + got[1]), got[2]))
    return _most_common(letter, found, 0.93) if found else None


def _has_credentials(letter: Letter, name: Span) -> bool:
    after = re.match(r",? +(?=[A-Z])", letter.text[name.end : name.end + 4])
    return bool(after and name_words().credentials.match(letter.text, name.end + after.end()))


def _as_printed(letter: Letter, span: Span, name: str) -> str:
    """Return the name without what was mended in it: "Bello" is no misread "Hello"."""
    printed = " ".join(letter.printed[span.start : span.end].replace("\u2019", "'").split())
    return printed if len(printed) == len(name) and read_name(printed) else name


_THE_PATIENT = lore.regex(
    r"(?:name of )?(?:the )?(?:patient|(?:covered )?dependent|(?:your )?child|services? (?:provided )?(?:to|for))\b",
    re.IGNORECASE,
)
_YOUR_CHILD = lore.regex(
    r"\b(?:your|the (?:member|subscriber|employee|sponsor)'s) (?:minor |adult |covered |newborn |infant |older "
    r"|younger |step)?(?:son|daughter|child|dependent|spouse|husband|wife|baby|twin|grandson|granddaughter|partner"
    r"|ward),? "
    rf"(?P<name>[{CAPITALS}][{LETTERS}'-]+(?: [{CAPITALS}][{LETTERS}'.-]*){{0,3}})"
)


def _dependent(letter: Letter, addressed: str | None) -> Finding[str] | None:
    """Return "your son Ephraim", with the surname printed elsewhere; the letter itself goes to the parent."""
    for match in _YOUR_CHILD.finditer(letter.text):
        first = match["name"].split()[0]
        if addressed and first.lower() in name_key(addressed):
            continue
        for whole in re.finditer(
            rf"\b{re.escape(first)}(?: [{CAPITALS}]\.?)?(?: [{CAPITALS}][{LETTERS}'-]+)+", letter.text
        ):
            if (got := read_name(whole[0])) and not find_drugs(got[2]):
                start = whole.start() + got[0]
                return letter.cite(start, start + len(got[2]), got[2], 0.93, prose=True)
        if addressed and (surname := addressed.replace(",", "").split()[-1]):
            # the surname is the parent's, not printed with the child's: a person has to say so
            return letter.cite(match.start("name"), match.end("name"), f"{first} {surname}", 0.55, prose=True)
    return None


def _in_address_block(letter: Letter) -> Finding[str] | None:
    """Return a name that fills a line of its own in the upper third of the first page, surer with a street beneath."""
    for place in letter.places:
        line = letter.text[place.start : place.end]
        if place.page is not letter.pages[0] or place.line.box.top > 0.36 * place.page.height or len(line.split()) > 4:
            continue
        got = read_name(line)
        if got and got[2] == line.strip(" -|.,") and not find_payers(line) and not find_drugs(line):
            housed = any(
                other.page is place.page
                and abs(other.line.box.x0 - place.line.box.x0) < place.line.box.height
                and 0 < other.line.box.top - place.line.box.top < 2.2 * place.line.box.height
                and _STREET.match(other.line.text)
                for other in letter.places
            )
            start = place.start + got[0]
            return letter.cite(start, start + len(got[2]), got[2], 0.8 if housed else 0.55, prose=True)
    return None


_STREET = lore.regex(r"\W*(?:\d{1,6}[A-Z]? [A-Z\d]|(?:P\.? ?O\.? ?)?Box \d|(?:RR|HC) \d|Apt\b)", re.IGNORECASE)


_SURNAME = lore.regex(r"\b(?:Dear|Hello|Estimad[oa])\s+(?:Mr|Mrs|Ms|Miss|Mx|Sr|Sra)\.?\s+(?P<name>[^\s:,]{2,40})")
_RE_LINE = lore.regex(r"(?:^|\n|\s)(?:RE|Re|SUBJECT|Subject|Regarding)\s*:\s*(?=[A-Z])")


def _titled(letter: Letter) -> Finding[str] | None:
    """Return the name on the RE line or in the address block; "Dear Mr. Rookwood" says which."""
    greeted = _SURNAME.search(letter.text)
    surname = name_key(greeted["name"]) if greeted else frozenset()
    above = greeted.start() if greeted else len(letter.text)
    starts = [match.end() for match in _RE_LINE.finditer(letter.text)]
    lines = starts + ([place.start for place in letter.places if place.end <= above] if surname else [])
    for start in lines:
        got = read_name(letter.text[start : letter.place_at(start).end], firm=True)
        if got and (surname <= name_key(got[2]) if surname else not _drugs_in(got[2])):
            return letter.cite(start + got[0], start + got[1], got[2], 0.95 if surname else 0.85, prose=True)
    return None


def _drugs_in(name: str) -> bool:
    return bool(find_drugs(name))


def _greeted(letter: Letter) -> list[tuple[Span, str]]:
    found = []
    for match in _SALUTATION.finditer(letter.text):
        printed = match["name"]
        if re.match(r"(?:Dr|Doctor)\b|.*\b(?:MD|DO|NP|PA-C)\b", printed):
            continue
        if got := read_name(printed):
            found.append((Span(start=match.start("name") + got[0], end=match.start("name") + got[1]), got[2]))
    return found


def _most_common(letter: Letter, found: list[tuple[Span, str]], sure: float) -> Finding[str]:
    tally = Counter(name_key(name) for _, name in found)
    (best, count), *rest = tally.most_common()
    span, name = next(one for one in found if name_key(one[1]) == best)
    name = _as_printed(letter, span, name)
    others = [key for key, _ in rest if not (key <= best or best <= key)]
    return letter.cite(span.start, span.end, name, sure if not others else 0.7 if count > 1 else 0.5, prose=True)


def find_birth_date(letter: Letter, labels: list[Labelled], notice: dt.date | None) -> Finding[dt.date] | None:
    """Return the date of birth: a labelled date, never later than the notice."""

    def read(text: str, firm: bool) -> tuple[int, int, dt.date] | None:
        for mention in find_dates(text[:90], not_after=notice):
            if notice is None or mention.day <= notice:
                return mention.start, mention.end, mention.day
        return None

    found = list(values_of(labels, letter, "patient_dob", read))
    if not found:
        return _date_beside_name(letter, labels, notice)
    tally = Counter(value for _, _, value in found)
    (best, count), *rest = tally.most_common()
    _, span, value = next(one for one in found if one[2] == best)
    repaired = any(at.repaired for at in find_dates(letter.text[span.start : span.end], not_after=notice))
    sure = (0.85 if repaired else 0.98) if not rest else 0.8 if count > rest[0][1] else 0.5
    return letter.cite(span.start, span.end, value, sure)  # type: ignore[arg-type]


_GROWN = 300  # days: a date nearer to the notice may be a visit


def _date_beside_name(letter: Letter, labels: list[Labelled], notice: dt.date | None) -> Finding[dt.date] | None:
    """Return the unlabelled date that follows the patient's name: "Patient: Ana Bell (self), 06/30/1961"."""
    for label in labels:
        if label.field != "patient_name" or not label.firm:
            continue
        for span in label.values[:1]:
            text = letter.text[span.start : span.end]
            name = read_name(text)
            for mention in find_dates(text, not_after=notice) if name else ():
                between = text[name[1] : mention.start] if name else ""
                if len(between) > 24 or re.search(r"service|visit|seen|admit|received", between, re.IGNORECASE):
                    continue
                if notice and (notice - mention.day).days > _GROWN:
                    return letter.cite(span.start + mention.start, span.start + mention.end, mention.day, 0.8)
    return None


_ASKED = lore.regex(
    r"(?:(?:[Oo]rder|[Rr]equest|[Pp]rescription|[Rr]eferral|[Ll]etter of need|[Ff]orm|[Ff]ax|[Pp]aperwork)"
    r"(?: for (?:it|this|them))?(?: that| which)?(?: we| the plan)?"
    r" (?:is|was|came|comes|arrived|reached us|got|received|had|have|hold)"
    r"(?: to us)?(?: in)? (?:from|by|signed by|written by)"
    r"|[Yy]our (?:doctor|prescriber|provider|physician|practitioner|specialist|surgeon|nurse practitioner)|[Dd]octor"
    r"|[Pp]hysician|[Pp]rescriber|"
    r"(?:request(?:ed)?|prescribed|ordered|submitted|asked|sent|received)[^.]{0,110} (?:by|from)"
    r"|\bDr\.?)[,:]?\s+(?=[A-Z])"
)
# "may talk with our psychologist, Lorcan Applewhite, PhD": the plan's own
_OURS = lore.regex(r"\bour (?:[\w-]+ ){0,3}[\w-]+,? *$|medical director|reviewer", re.IGNORECASE)
_TALKS = lore.regex(r"\b(?:may|can|could|talk|speak|call|discuss|with|reach)\b", re.IGNORECASE)
_NOT_THE_PRESCRIBER = lore.regex(
    r"\bour (?:[\w-]+ ){0,2}[\w-]+,? *$|medical director"
    r"|reviewed by|reviewer|decision (?:was )?made by|sincerely|director,? |this decision|board "
    r"certified|signed|consultant",
    re.IGNORECASE,
)


def find_prescriber(letter: Letter, labels: list[Labelled], claim: bool = False) -> Finding[str] | None:
    """Return who prescribed or ordered it, never the plan's own doctor.

    From its label; else a provider who may prescribe; else "your doctor, Winifred Osei, MD, asked"; else the
    addressee of a letter to the prescriber. `claim`: the letter settles a claim, whose provider rendered the service.
    """

    def read(text: str, firm: bool) -> tuple[int, int, str] | None:
        if got := credentialled(text) or (read_name(text) if firm or re.match(r"D[Rr]\b", text) else None):
            ours = _OURS.search(text[: got[0]]) or (not firm and _TALKS.search(text[: got[0]]))
            return None if ours or find_payers(got[2]) else got
        return None

    labelled = [(span, str(value)) for _, span, value in values_of(labels, letter, "prescriber", read)]
    if labelled:
        return _most_common(letter, labelled, 0.97)
    provider = [
        (span, str(value))
        for _, span, value in values_of(
            labels, letter, "provider", lambda text, firm: credentialled(text, prescribing=True)
        )
    ]
    if provider and not claim:
        return _most_common(letter, provider, 0.93)
    named = [(span, str(value)) for _, span, value in values_of(labels, letter, "patient_name", read_name)]
    doctors = [(span, value) for span, value in named if _has_credentials(letter, span)]
    if doctors and len(doctors) < len(named) and not claim:
        return _most_common(letter, doctors, 0.85)
    for match in _ASKED.finditer(letter.text):
        if _NOT_THE_PRESCRIBER.search(letter.text[max(0, match.start() - 60) : match.start()]):
            continue
        place = letter.place_at(match.start())
        own_line = match.start() == place.start and len(letter.text[match.end() : place.end].split()) > 1
        stop = place.end if own_line else min((at for at in letter.stops if at > match.end()), default=len(letter.text))
        window = letter.text[match.end() : min(stop, match.end() + 70)]
        got = read_name(window, firm=False)
        if got and (
            (
                window[got[1] :].lstrip(" ,")[:5].strip()
                and name_words().credentials.match(window[got[1] :].lstrip(" ,"))
            )
            or match[0].startswith(("Dr", "your", "Your"))
            or re.match(r"D[Rr]\.? ", window)
        ):
            return letter.cite(match.end() + got[0], match.end() + got[1], got[2], 0.93, prose=True)
    return (
        _asking_doctor(letter)
        or _addressed_doctor(letter)
        or _sent_to(letter, labels, prescribing=True)
        or (None if claim else _other_provider(letter, labels))
    )


def _other_provider(letter: Letter, labels: list[Labelled]) -> Finding[str] | None:
    """Return the labelled provider who may not prescribe, a therapist say: offered only."""
    found = [
        (span, str(value))
        for _, span, value in values_of(labels, letter, "provider", lambda text, firm: credentialled(text))
    ]
    return _most_common(letter, found, 0.55) if found else None


def _sent_to(letter: Letter, labels: list[Labelled], prescribing: bool) -> Finding[str] | None:
    """Return the addressee of a fax: "To: Sabine Thorn, NP" prescribes, "To: Mireille Dufresne" is the member."""
    for label in labels:
        if label.field != "not_ours" or label.label.lower() != "to" or not label.firm:
            continue
        for span in label.values[:1]:
            text = letter.text[span.start : span.end]
            doctor = credentialled(text, prescribing=True)
            got = doctor if prescribing else None if doctor or credentialled(text) else read_name(text)
            if got and not find_payers(got[2]):
                return letter.cite(span.start + got[0], span.start + got[1], got[2], 0.85, prose=True)
    return None


_ASKS = lore.regex(
    r"(?:,?\s*(?:of|from|at|with|in|and) [A-Z][^.;:()]{2,70}?"
    r"(?=,|\s+(?:has |have )?(?:asked|requested|ordered|wrote|wants)\b))?"
    r"(?:,\s*(?:your|the|a|an)(?: \w+){1,3})?,?\s*(?:has |have )?"
    r"(?:asked|requested|ordered|prescribed|referred|sent|submitted|wants|wanted|wrote|would like"
    r"|recommended|scheduled|planned|faxed|applied|sought)\b"
)


def _asking_doctor(letter: Letter) -> Finding[str] | None:
    """Return who "Sunita Valkenburg, MD, asked us to approve" names."""
    for match in CREDENTIALLED.finditer(letter.text):
        credential = name_words().credentials.match(letter.text, match.end())
        if credential and _ASKS.match(letter.text, credential.end()) and (got := read_name(match["name"])):
            start, name = match.start("name") + got[0], got[2]
            if below := _on_its_line(letter, start, start + len(name)):
                start, name = below
            return letter.cite(start, start + len(name), name, 0.93, prose=True)
    return None


def _on_its_line(letter: Letter, start: int, end: int) -> tuple[int, str] | None:
    """Return the name without the end of the line above: "... Ear Institute of Pasadena" over "Ana Bell, MD"."""
    line = letter.place_at(end - 1).start
    if line <= start:
        return None
    ends = re.search(r"\b(?:of|at|in|for|from|to|near) $", letter.text[:start]) or any(
        start < at <= line for at in letter.stops
    )
    got = read_name(letter.text[line:end]) if ends else None
    return (line + got[0], got[2]) if got else None


def _addressed_doctor(letter: Letter) -> Finding[str] | None:
    greeted = re.search(r"\b(?:Dear|Hello|DEAR)\s+(?:D[Rr]\.?|Doctor|DOCTOR)\s+(?P<name>[^:,\n]{2,40})", letter.text)
    if not greeted:
        # "Dear Halvard Osei, MD:"
        match = re.search(r"\b(?:Dear|Hello|DEAR)\s+(?P<who>[^:\n]{5,60})", letter.text)
        got = credentialled(match["who"], prescribing=True) if match else None
        if not match or not got:
            return None
        start = match.start("who") + got[0]
        return letter.cite(start, match.start("who") + got[1], got[2], 0.93, prose=True)
    wanted = name_key(greeted["name"])
    top = letter.text[: greeted.start()]
    for match in CREDENTIALLED.finditer(top):
        if not name_words().credentials.match(top, match.end()):
            continue
        got = read_name(match["name"])
        if got and wanted <= name_key(got[2]):
            start = match.start("name") + got[0]
            return letter.cite(start, start + len(got[2]), got[2], 0.93, prose=True)
    if got := read_name(greeted["name"]):
        return letter.cite(greeted.start("name") + got[0], greeted.start("name") + got[1], got[2], 0.85, prose=True)
    return None
