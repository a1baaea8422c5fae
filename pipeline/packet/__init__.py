"""The packet a physician signs: letter, contents, checklist, stamped exhibits, and the manifest of it all."""

from pipeline.packet.build import build_packet
from pipeline.packet.errors import MissingSourceError, PacketRefusedError
from pipeline.packet.verify import NotAPacketError, Verified, verify_packet

__all__ = ["MissingSourceError", "NotAPacketError", "PacketRefusedError", "Verified", "build_packet", "verify_packet"]
