"""`rebut verify`: hold a packet to its manifest."""

import argparse
import json
import sys
from dataclasses import asdict

from rebut.files import open_files


def verify(arguments: argparse.Namespace) -> int:
    """Print what was checked; exit status 3 where something is wrong."""
    from pipeline.packet import verify_packet

    found = verify_packet(arguments.packet, open_files(arguments.sources))
    if arguments.json:
        json.dump(asdict(found) | {"sound": not found.faults}, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        for fault in found.faults:
            print(fault)
        if not found.faults:
            print(f"Sound: {found.files} files, {found.pages} pages, {found.links} links.")
    return 3 if found.faults else 0
