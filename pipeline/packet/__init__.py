"""The packet a physician signs: letter, contents, checklist, stamped exhibits, and the manifest of it all.

What makes a packet of a case is loaded by the first name that needs it: the process that opens strangers' files
binds their pages together and needs none of it.
"""

from typing import TYPE_CHECKING, Any

from pipeline.packet.errors import MissingSourceError, PacketRefusedError

if TYPE_CHECKING:
    from pipeline.packet.build import Approval, build_packet, pages_used
    from pipeline.packet.verify import NotAPacketError, Verified, verify_packet

__all__ = [
    "Approval",
    "MissingSourceError",
    "NotAPacketError",
    "PacketRefusedError",
    "Verified",
    "build_packet",
    "pages_used",
    "verify_packet",
]
_OF_BUILD = ("Approval", "build_packet", "pages_used")


def __getattr__(name: str) -> Any:
    if name in _OF_BUILD:
        from pipeline.packet import build

        return getattr(build, name)
    if name in __all__:
        from pipeline.packet import verify

        return getattr(verify, name)
    raise AttributeError(name)
