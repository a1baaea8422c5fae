"""What a clinic sets for its own letters: letterhead, signers, logo, wording, how packets are sent.

One folder, named by REBUT_CLINIC, everything in it optional:

    clinic.toml        [letterhead] practice, address, phone, fax, logo (a PNG or JPEG file of the folder)
                       [[signers]] name, credentials, specialty, npi, phone
                       [sending] fax_pages, part_mb
                       [[labels]] drug, indication (word for word), revised, checked_on, set_id
    letterhead.docx    Word template with styles, margins and logo
    letters/*.j2       its own wording; a file takes the place of the built-in one of that name
"""

import re
import tomllib
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from extractors.errors import RebutError
from pipeline.letter import Label, Letterhead, check_templates

_LOGO_BYTES = 1_000_000
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class ClinicError(RebutError):
    """The folder with the clinic's own settings cannot be used (file, why)."""

    code = "clinic-settings"
    message = "{0} cannot be used: {1}. Mend it, or unset REBUT_CLINIC to use the built-in letters."
    exit_status = 4


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Head(_Row):
    practice: str | None = None
    address: str | None = None
    phone: str | None = None
    fax: str | None = None
    logo: str | None = None


class _Signer(_Row):
    name: str = Field(min_length=3)
    credentials: str | None = None
    specialty: str | None = None
    npi: str | None = Field(default=None, pattern=r"^\d{10}$")
    phone: str | None = None


class _Sending(_Row):
    fax_pages: int | None = Field(default=None, ge=2)
    part_mb: float = Field(default=20.0, ge=1)


class _Label(_Row):
    """What a drug's FDA label says of its use, as somebody of the clinic read it there."""

    drug: str = Field(min_length=3)  # generic name, as the denial's service is named
    indication: str = Field(min_length=20)
    revised: date  # the label's own revision date
    checked_on: date
    set_id: str | None = Field(default=None, pattern=r"^[0-9a-f-]{36}$")  # of DailyMed

    @model_validator(mode="after")
    def _read_after_it_was_written(self) -> "_Label":
        if self.checked_on < self.revised:
            raise ValueError("checked_on lies before revised")
        return self


class _File(_Row):
    letterhead: _Head = _Head()
    signers: tuple[_Signer, ...] = ()
    sending: _Sending = _Sending()
    labels: tuple[_Label, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """A clinic's own settings; the default prints blanks where they would stand."""

    letterhead: Letterhead = field(default_factory=Letterhead)
    signers: tuple[_Signer, ...] = ()
    labels: tuple[_Label, ...] = ()
    templates: tuple[Path, ...] = ()
    fax_pages: int | None = None  # most pages of one fax, its cover counted
    part_bytes: int = 20_000_000  # most bytes of one file to upload

    def letterhead_for(self, prescriber: str | None, drug: str | None = None) -> Letterhead:
        """Return the letterhead with the signature block of this prescriber and the label of this drug.

        Both stay blank where the clinic has set none that fits.
        """
        labels = [at for at in self.labels if drug and at.drug.casefold() == drug.casefold()]
        newest = max(labels, key=lambda at: at.revised, default=None)
        label = Label(indication=newest.indication, revised=newest.revised.isoformat()) if newest else None
        return replace(self._signed_by(prescriber), label=label)

    def _signed_by(self, prescriber: str | None) -> Letterhead:
        wanted = _first_and_last(prescriber or "")
        fitting = [at for at in self.signers if wanted and _first_and_last(at.name) == wanted]
        if len(fitting) != 1:
            return self.letterhead
        signer = fitting[0]
        return replace(
            self.letterhead,
            signer=signer.name,
            credentials=signer.credentials,
            specialty=signer.specialty,
            npi=signer.npi,
            phone=signer.phone or self.letterhead.phone,
        )


def load_clinic(folder: Path | None) -> Clinic:
    """Read the folder; ClinicError names the file and the fault. None: no clinic has set anything."""
    if folder is None:
        return Clinic()
    if not folder.is_dir():
        raise ClinicError(folder, "there is no such folder")
    told = _told(folder / "clinic.toml")
    word, letters = folder / "letterhead.docx", folder / "letters"
    return Clinic(
        letterhead=Letterhead(
            practice=told.letterhead.practice,
            address=told.letterhead.address,
            phone=told.letterhead.phone,
            fax=told.letterhead.fax,
            logo=_logo(folder, told.letterhead.logo),
            word_template=word if word.is_file() else None,
        ),
        signers=told.signers,
        labels=told.labels,
        templates=(letters,) if letters.is_dir() else (),
        fax_pages=told.sending.fax_pages,
        part_bytes=int(told.sending.part_mb * 1_000_000),
    )


def check_clinic(folder: Path | None) -> Clinic:
    """Load the folder and fill each of its templates once, as every role does when it starts.

    ClinicError or LetterTemplateError rather than a letter that fails at the end of a case.
    """
    clinic = load_clinic(folder)
    if clinic.templates:
        check_templates(*clinic.templates)
    return clinic


def _told(path: Path) -> _File:
    if not path.is_file():
        return _File()
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ClinicError(path, str(error)) from None
    except ValidationError as error:
        first: Any = error.errors()[0]
        raise ClinicError(path, f"`{'.'.join(map(str, first['loc']))}`: {first['msg']}") from None


def _logo(folder: Path, name: str | None) -> bytes | None:
    if name is None:
        return None
    path = folder / name
    if path.resolve().parent != folder.resolve() or not path.is_file():
        raise ClinicError(folder / "clinic.toml", f"`letterhead.logo`: {name!r} is no file of this folder")
    data = path.read_bytes()
    if not data.startswith(_PICTURES) or len(data) > _LOGO_BYTES:
        raise ClinicError(path, "a logo is a PNG or JPEG picture of at most 1 MB")
    return data


def _first_and_last(name: str) -> tuple[str, str] | None:
    """("aurelio", "szabo") of "Aurelio J. Szabo, MD, PhD" and of "Dr. Aurelio Szabo"."""
    words = re.sub(r"^\s*dr\.?\s+", "", name.split(",")[0], flags=re.IGNORECASE).casefold().split()
    words = [word.strip(".") for word in words]
    words = [word for word in words if word not in ("md", "do", "np", "pa", "aprn", "phd")]
    return (words[0], words[-1]) if len(words) > 1 else None
