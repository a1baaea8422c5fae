"""The packet a physician signs: letter, contents, checklist, stamped exhibits, and the manifest of it all."""

from pipeline.packet.build import build_packet
from pipeline.packet.errors import MissingSourceError, PacketRefusedError

__all__ = ["MissingSourceError", "PacketRefusedError", "build_packet"]
