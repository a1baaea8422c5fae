"""Whether a packed stream of a PDF is whole: asked of pages on which nothing is seen, and of what pages draw."""

import struct
import zlib
from typing import Any

import pikepdf
from pikepdf import Name

_PIECE = 1 << 20
_MOST_PIXELS = 140_000_000  # of a picture that is unpacked to look at it
_WHITE_ROW_BITS = (48, 2)  # of Group 3, with its end-of-line codes, and of Group 4
_MOST_INK = 0.3  # share of black on a page of specks
_NO_LENGTH = 0xFFFFFFFF
_PAGE_INFORMATION = 48


def unpacks(stream: pikepdf.Stream) -> bool:
    """Say whether the stream unpacks to its end."""
    try:
        if stream.get("/Filter") == Name.FlateDecode and "/DecodeParms" not in stream:
            return inflates(stream.read_raw_bytes())
        stream.read_bytes()
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return False
    return True


def inflates(packed: bytes) -> bool:
    """Say whether the last block ends and is what was packed. A checksum that is cut off proves nothing lost."""
    unpacker, check = zlib.decompressobj(-zlib.MAX_WBITS), 1
    left = packed[2:]
    try:
        while left and not unpacker.eof:
            check = zlib.adler32(unpacker.decompress(left, _PIECE), check)
            left = unpacker.unconsumed_tail
    except zlib.error:
        return False
    told = unpacker.unused_data[:4]
    return not packed or (unpacker.eof and (len(told) < 4 or int.from_bytes(told) == check))


def is_whole_picture(picture: pikepdf.Stream) -> bool:
    """Say whether the picture holds the pixels it promises. JPEG and JPEG 2000 are left to PDFium, which tells."""
    last = _filters(picture)[-1:]
    width, height = int(picture.get("/Width", 0)), int(picture.get("/Height", 0))
    if width * height > _MOST_PIXELS or last in (["/DCTDecode"], ["/JPXDecode"]):
        return True
    try:
        if last == ["/JBIG2Decode"]:
            return _are_segments(picture.read_raw_bytes())
        if last == ["/CCITTFaxDecode"]:
            return _is_whole_fax(picture, height)
        return len(picture.read_bytes()) >= (width * int(picture.get("/BitsPerComponent", 1)) + 7) // 8 * height
    except (pikepdf.PdfError, pikepdf.UnsupportedImageTypeError, NotImplementedError):
        return last not in ([], ["/FlateDecode"], ["/LZWDecode"])  # some kind that nobody here can look into
    except (OSError, ValueError, RuntimeError):
        return False


def _is_whole_fax(picture: pikepdf.Stream, height: int) -> bool:
    """Say whether the fax, on which nothing was read, is what it looks like.

    Decoders make something up for rows they cannot read and do not complain. So white is taken for white where
    the stream is no longer than white rows are; beyond that, specks are believed and neither none nor a black page.
    """
    parameters: Any = picture.get("/DecodeParms")
    parameters = parameters[-1] if isinstance(parameters, pikepdf.Array) else parameters
    scheme = int(parameters.get("/K", 0)) if isinstance(parameters, pikepdf.Dictionary) else 0
    if len(picture.read_raw_bytes()) <= _WHITE_ROW_BITS[scheme < 0] * height // 8 + 64:
        return True
    counts = pikepdf.PdfImage(picture).as_pil_image().convert("L").histogram()
    return 0 < counts[0] < _MOST_INK * sum(counts)


def _filters(stream: pikepdf.Stream) -> list[str]:
    told: Any = stream.get("/Filter")
    if told is None:
        return []
    return [str(name) for name in told] if isinstance(told, pikepdf.Array) else [str(told)]


def _are_segments(data: bytes) -> bool:
    """Say whether JBIG2 segments follow one another to the end (ISO 14492, 7.2)."""
    at, kinds = 0, []
    try:
        while at < len(data):
            number, flags, referred = struct.unpack_from(">IBB", data, at)
            at += 5
            count = referred >> 5
            if count == 7:  # the long form: how many, then a bit for each
                count = struct.unpack_from(">I", data, at)[0] & 0x1FFFFFFF
                at += 4 + (count + 8) // 8
            else:
                at += 1
            at += count * (1 if number <= 256 else 2 if number <= 65_536 else 4)
            at += 4 if flags & 0x40 else 1
            (length,) = struct.unpack_from(">I", data, at)
            at += 4
            kinds.append(flags & 0x3F)
            if length == _NO_LENGTH:
                break
            at += length
    except struct.error:
        return False
    return at <= len(data) and _PAGE_INFORMATION in kinds
