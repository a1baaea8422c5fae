"""Why a packet is not made."""

from extractors.errors import RebutError


class PacketRefusedError(RebutError):
    """A page that must not leave the practice would have been an exhibit (file, page, why)."""

    code = "packet-refused"
    message = (
        "Page {1} of {0} is set aside ({2}) and yet cited in the appeal, so no packet was made. "
        "Take the citation out, or clear the page if it was set aside by mistake, and start again."
    )


class MissingSourceError(RebutError):
    """A cited file was not handed over (file)."""

    code = "packet-source-missing"
    message = (
        "{0} is cited in the appeal and was not among the files given for the packet. Add the file and start again."
    )


class SourceBreaksPacketError(RebutError):
    """A file cannot be bound into the packet (file, what the program does: "ends", "runs out of memory")."""

    code = "packet-source-fails"
    message = (
        "The program that puts the pages of {0} into the packet {1}: the file is damaged, or made to do harm. "
        "If it opens on your screen, print it to a new PDF, and start again with that copy."
    )
