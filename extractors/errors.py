"""Problems with a document that the person who sent it can fix.

The text says what happened to which file, why, and what to do next; terminal and case
page show it as it is. `code` stays the same for good and is what logs carry, since a
file name may hold a patient's name. Facts stay in `args`, so an error travels between
processes whole.
"""

from typing import ClassVar


class RebutError(Exception):
    """Base of every expected failure; anything else is a bug and keeps its trace."""

    code: ClassVar[str] = "error"
    message: ClassVar[str] = "{0}"  # formatted with the positional arguments of the error
    exit_status: ClassVar[int] = 3  # 3: the input cannot be used

    def __str__(self) -> str:
        return self.message.format(*self.args)


class UnknownFileTypeError(RebutError):
    """The bytes are none of the accepted kinds, whatever the name says."""

    code = "file-type-unknown"
    message = (
        "{0} is not a PDF, TIFF, JPEG, PNG or e-mail file, so it cannot be read. "
        "Save or print it as a PDF and send that copy."
    )


class EmptyFileError(RebutError):
    """The file has no bytes."""

    code = "file-empty"
    message = "{0} is empty (0 bytes). The scan or download did not finish: save it again and send that copy."


class EncryptedPdfError(RebutError):
    """The PDF opens only with a password."""

    code = "pdf-encrypted"
    message = (
        "{0} is password-protected, so its pages cannot be read. "
        "Open it with the password, print it to a new PDF, and upload that copy."
    )


class DamagedFileError(RebutError):
    """Truncated or broken beyond repair."""

    code = "file-damaged"
    message = (
        "{0} is damaged or cut short, so its pages cannot be opened. "
        "Send the original again; if it opens on your screen, print it to a new PDF and send that."
    )


class NoPagesError(RebutError):
    """The file opens and holds no page."""

    code = "file-no-pages"
    message = "{0} opens but has no pages. Export or scan it again and send that copy."


class ImageTooLargeError(RebutError):
    """The picture has more pixels than a page can need (name, megapixels, limit in megapixels)."""

    code = "image-too-large"
    message = (
        "{0} is a picture of {1} megapixels; the limit is {2}. "
        "Scan the page at 300 dpi, or save the picture smaller, and send that copy."
    )


class TooManyPagesError(RebutError):
    """More pages than a case may have (name, pages, limit)."""

    code = "file-too-many-pages"
    message = "{0} has {1} pages; the limit is {2}. Send only the records that this case needs, or split the file."


class NoDenialLetterError(RebutError):
    """None of the files of the case denies anything (file names, what they were taken for)."""

    code = "case-no-denial"
    message = (
        "No denial letter was found among the files: {0}. An appeal needs the letter (or the explanation of benefits) "
        "that denies the service. Add it, every page of it, and start again."
    )


class TwoPatientsError(RebutError):
    """Denial letters of two people in one case (file and page of the first, of the second)."""

    code = "case-two-patients"
    message = (
        "{0} and {1} are denial letters of two different patients. "
        "One case is one patient: start a case for each, with that patient's files only."
    )


class SameNameTwiceError(RebutError):
    """Two files of one case share a name, so a citation could mean either."""

    code = "case-same-name"
    message = "Two of the files are named {0}. Rename one of them, so that each citation names one file."


class MissingProgramError(RebutError):
    """Something the program needs is not on this machine (what, command that installs it)."""

    code = "program-missing"
    message = "{0} is missing on this machine. Install it with: {1}"
    exit_status = 4
