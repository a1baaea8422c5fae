"""Files made to do harm, generated when they are needed: what strangers' scanners, viruses and fuzzers send."""

import base64
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from tests.papers import encrypted, pdf_of

PATIENT = "Progress note\nPatient: Marisol Ketterman\nDOB: 05/22/1984"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file and what it attacks."""

    name: str
    attack: str
    make: Callable[[], bytes]
    slow: bool = False  # runs into a limit of time or memory, or takes seconds to be refused


def pdf(objects: Iterable[bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    """Write objects 1, 2, 3... with a right cross-reference table."""
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer\n<</Size %d %b>>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, trailer, start))
    return out.getvalue()


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d %b>>\nstream\n%b\nendstream" % (len(data), entries, data)


def page(content: bytes, resources: bytes = b"", extra: Sequence[bytes] = (), entries: bytes = b"") -> bytes:
    """One page: objects 1 to 3 are catalog, pages and page, 4 its content, 5 and on are `extra`."""
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<%b>>>>" % resources
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            leaf,
            stream(content, entries),
            *extra,
        ]
    )


def picture(data: bytes, entries: bytes, more: Sequence[bytes] = ()) -> bytes:
    """One page under one picture."""
    image = stream(data, b"/Type/XObject/Subtype/Image " + entries)
    return page(b"q 612 0 0 792 0 0 cm /I Do Q", b"/XObject<</I 5 0 R>>", [image, *more])


def zip_bomb_docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b" " * 200_000_000)
    return out.getvalue()


def mail(attachments: Iterable[tuple[str, bytes, str]], subject: str = "Records") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@clinic.example", "b@clinic.example", subject
    message.set_content("See attached.")
    for name, data, media_type in attachments:
        main, sub = media_type.split("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def zip_bomb_mail() -> bytes:
    return mail([("notes.docx", zip_bomb_docx(), "application/zip")])


def nested_mail(depth: int) -> bytes:
    inner = mail([("denial.pdf", pdf_of(PATIENT), "application/pdf")])
    for _ in range(depth):
        head = b"From: a@clinic.example\r\nSubject: Fwd\r\nContent-Type: message/rfc822\r\n\r\n"
        inner = head + inner
    return inner


def nested_multipart(depth: int) -> bytes:
    opening = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(depth)
    )
    return b"From: a@clinic.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n" + opening


def raw_name_mail(name: bytes) -> bytes:
    """An attachment whose name stands in the header as it is."""
    return (
        b"From: a@clinic.example\r\nSubject: records\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b'Content-Type: application/pdf; name="x"\r\nContent-Disposition: attachment; filename="'
        + name
        + b'"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(pdf_of(PATIENT))
        + b"\r\n--b--\r\n"
    )


def many_parts_mail() -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n"
    return b"From: a@x.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 20_000


def html_mail() -> bytes:
    message = b"From: a@x.example\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n"
    return message + b"<div>" * 200_000 + b"text" + b"<!" * 100_000


def huge_png(side: int) -> bytes:
    """A picture of side x side pixels, one bit each, in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(1)
    row = b"\x00" + b"\xff" * (side // 8)
    body = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def huge_jpeg(side: int) -> bytes:
    """A grey picture of side x side pixels: eight blocks of it, and a header for the rest."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("L", (64, 64), 255).save(out, "JPEG")
    data = bytearray(out.getvalue())
    at = data.index(b"\xff\xc0") + 5  # start of frame: length, precision, then height and width
    data[at : at + 4] = struct.pack(">HH", side, side)
    return bytes(data)


def huge_tiff(side: int) -> bytes:
    """A fax of side x side pixels, all white, in one strip of side bits."""
    strip = b"\xff" * (side // 8) + b"\x00\x10\x01"
    tags = [(256, side), (257, side), (258, 1), (259, 4), (262, 0), (273, 134), (277, 1), (278, side)]
    tags += [(279, len(strip))]
    body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return (b"II*\x00" + struct.pack("<I", 8) + body + struct.pack("<I", 0)).ljust(134, b"\0") + strip


def text_bomb_png() -> bytes:
    """A small picture with a comment and a colour profile that unpack to 200 MB each."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    bomb = zlib.compress(b" " * 200_000_000, 9)
    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    more = chunk(b"zTXt", b"Comment\x00\x00" + bomb) + chunk(b"iCCP", b"profile\x00\x00" + bomb)
    pixels = zlib.compress((b"\x00" + b"\xff" * 8) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def nested_zip(depth: int) -> bytes:
    """An archive of ten archives of ten archives, paths that lead upwards: a petabyte, were it opened."""
    data, name = b"\0" * 10_000_000, "data"
    for _ in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"../../{name}{number}", data)
        data, name = out.getvalue(), "inner.zip"
    return data


def lying_tiff() -> bytes:
    """A fax header that promises 60,000 x 60,000 pixels and a strip beyond the end of the file."""
    tags = [(256, 60_000), (257, 60_000), (258, 1), (259, 4), (262, 0), (273, 1 << 30), (277, 1), (278, 60_000)]
    tags += [(279, 0xFFFFFF)]
    body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\x00" + struct.pack("<I", 8) + body + struct.pack("<I", 0)


def looping_tiff() -> bytes:
    """Directories that follow each other in a circle."""
    tags = [(256, 8), (257, 8), (258, 1), (259, 1), (262, 0), (273, 200), (277, 1), (278, 8), (279, 8)]
    body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return (b"II*\x00" + struct.pack("<I", 8) + body + struct.pack("<I", 8)).ljust(256, b"\xff")


def many_frames_tiff(count: int) -> bytes:
    out = io.BytesIO()
    out.write(b"II*\x00" + struct.pack("<I", 8))
    for number in range(count):
        start = 8 + number * 126
        tags = [(256, 8), (257, 8), (258, 1), (259, 1), (262, 0), (273, start + 118), (277, 1), (278, 8), (279, 8)]
        out.write(struct.pack("<H", len(tags)))
        out.write(b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags))
        out.write(struct.pack("<I", start + 126 if number + 1 < count else 0) + b"\xff" * 8)
    return out.getvalue()


def empty_pages(count: int) -> bytes:
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    return pdf(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%b]>>" % (count, kids), *[leaf] * count]
    )


def lying_count() -> bytes:
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 2147483647/Kids[3 0 R]>>", leaf])


def cyclic_tree() -> bytes:
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 2/Kids[3 0 R]>>",
            b"<</Type/Pages/Parent 2 0 R/Count 2/Kids[2 0 R 3 0 R]>>",
        ]
    )


def deep_tree(depth: int) -> bytes:
    inner = [
        b"<</Type/Pages/Count 1/Kids[%d 0 R]%b>>" % (n + 1, b"/Parent %d 0 R" % (n - 1) if n > 2 else b"")
        for n in range(2, depth + 2)
    ]
    leaf = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 612 792]>>" % (depth + 1)
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", *inner, leaf])


def cyclic_objects() -> bytes:
    """A length that is the stream's own, resources that hold themselves, a font that is its own encoding."""
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox 3 0 R/Contents 4 0 R/Resources 3 0 R/Font 3 0 R>>",
            b"<</Length 4 0 R/Filter 4 0 R>>\nstream\nBT /F 9 Tf (x) Tj ET\nendstream",
        ]
    )


def deep_array() -> bytes:
    return page(b"q Q", b"/A " + b"[" * 100_000 + b"]" * 100_000)


def deep_content() -> bytes:
    return page(b"q " * 2_000_000 + b"BT ET")


def laughing_forms(levels: int = 12, times: int = 12) -> bytes:
    """Forms that draw forms, each a dozen times: 12 to the 12th drawings."""
    forms = []
    for level in range(levels):
        content = b"/F Do " * times if level + 1 < levels else b"0 0 10 10 re f BT /X 9 Tf (ha) Tj ET "
        nested = b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level)
        forms.append(stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]" + nested))
    return page(b"/F Do", b"/XObject<</F 5 0 R>>", forms)


def self_drawing_form() -> bytes:
    form = stream(b"/F Do /F Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>")
    return page(b"/F Do", b"/XObject<</F 5 0 R>>", [form])


def laughing_patterns() -> bytes:
    """A tiling of a thousandth of a point over a page a mile wide."""
    tile = stream(
        b"0 0 1 1 re f",
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.001/YStep 0.001/Resources<<>>",
    )
    return page(b"/Pattern cs /P scn 0 0 612 792 re f " * 50, b"/Pattern<</P 5 0 R>>", [tile])


def many_paths() -> bytes:
    generator = random.Random(1)
    lines = b"".join(b"%d %d l " % (generator.randrange(612), generator.randrange(792)) for _ in range(400_000))
    return page(
        zlib.compress(b"0 0 m " + lines + b" f* " + b"0 0 m " + lines + b"[1 1] 0 d S"), entries=b"/Filter/FlateDecode"
    )


def loop_function() -> bytes:
    """A shading whose function is a calculator program of a hundred thousand steps for each pixel."""
    program = b"{ " + b"dup mul sqrt " * 30_000 + b"dup dup }"
    function = stream(program, b"/FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]")
    shading = b"<</ShadingType 1/ColorSpace/DeviceRGB/Domain[0 1 0 1]/Matrix[612 0 0 792 0 0]/Function 6 0 R>>"
    return page(b"/S sh", b"/Shading<</S 5 0 R>>", [shading, function])


def text_flood() -> bytes:
    """Two million words on one page."""
    line = b"(aaa bbb ccc ddd eee fff ggg hhh) Tj 0 -0.001 Td "
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    content = zlib.compress(b"BT /X 1 Tf 10 700 Td " + line * 250_000 + b"ET")
    return page(content, b"/Font<</X 5 0 R>>", [font], b"/Filter/FlateDecode")


def flate_bomb() -> bytes:
    """A content stream of two gigabytes, packed twice."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b" " * 10_000_000) for _ in range(200)) + packer.flush()
    return page(zlib.compress(data, 9), entries=b"/Filter[/FlateDecode/FlateDecode]")


def chained_bomb(outer: bytes) -> bytes:
    """A content stream that unpacks by a thousand at every filter of its chain."""
    data = b" " * 100_000_000
    for _ in range(2):
        data = zlib.compress(data, 9)
    if outer == b"/ASCIIHexDecode":
        data = data.hex().encode() + b">"
    else:  # a length byte of 257 - n says: the next one n times
        data = b"".join(bytes((0, byte)) for byte in data) + b"\x80"
    return page(data, entries=b"/Filter[" + outer + b"/FlateDecode/FlateDecode]")


def endless_content() -> bytes:
    """A content stream of 20 GB in a few kilobytes: one packed piece that may be said again as often as one likes."""
    packer = zlib.compressobj(9)
    begin = packer.compress(b" ") + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(b" " * 20_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return page(zlib.compress(begin + piece * 1000, 9), entries=b"/Filter[/FlateDecode/FlateDecode]")


def form_bomb() -> bytes:
    """A form of one gigabyte in a page of one word: what is whole outside is not inside."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"0 0 m " * 1_000_000) for _ in range(170)) + packer.flush()
    form = stream(data, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Filter/FlateDecode")
    return page(b"/F Do", b"/XObject<</F 5 0 R>>", [form])


def object_stream_bomb() -> bytes:
    """An object stream that says it holds two thousand million objects."""
    packed = zlib.compress(b"1 0 " * 100_000 + b" " * 200_000_000)
    holder = stream(packed, b"/Type/ObjStm/N 2147483647/First 400000/Filter/FlateDecode")
    table = zlib.compress(b"".join(struct.pack(">BIB", 2, 5, n % 256) for n in range(5)) + b"\x01\x00\x00\x00\x0f\x00")
    head = b"%PDF-1.7\n"
    body = head + b"5 0 obj\n" + holder + b"\nendobj\n"
    xref = stream(table, b"/Type/XRef/Size 6/W[1 4 1]/Root 1 0 R/Filter/FlateDecode")
    return body + b"6 0 obj\n" + xref + b"\nendobj\nstartxref\n%d\n%%%%EOF" % len(body)


def xref_loop() -> bytes:
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"], b"/Root 1 0 R/Prev 9")


def bad_font() -> bytes:
    """A TrueType program whose tables lie about where they are and how long."""
    generator = random.Random(2)
    tables = [b"cmap", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"fpgm", b"prep", b"cvt "]
    told = b"".join(tag + struct.pack(">III", 0, generator.randrange(4000), 0xFFFFFFF0) for tag in tables)
    program = struct.pack(">IHHHH", 0x10000, len(tables), 16, 1, 16) + told + generator.randbytes(8000)
    font = b"<</Type/Font/Subtype/TrueType/BaseFont/AAA+Bad/FirstChar 0/LastChar 255/Widths[%b]/FontDescriptor 6 0 R>>"
    describes = b"<</Type/FontDescriptor/FontName/AAA+Bad/Flags 4/FontFile2 7 0 R/FontBBox[0 0 0 0]>>"
    content = b"BT /X 12 Tf 72 700 Td (" + bytes(range(65, 91)) * 40 + b") Tj ET"
    return page(content, b"/Font<</X 5 0 R>>", [font % (b"9999999999 " * 256), describes, stream(program)])


def jbig2_garbage() -> bytes:
    entries = b"/Width 30000/Height 30000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode"
    head = b"\x00\x00\x00\x00\x30\x00\x01\x00\x00\x00\x13\x00\x00\x75\x30\x00\x00\x75\x30" + b"\x00" * 11
    return picture(head + random.Random(3).randbytes(60_000), entries)


def ccitt_garbage() -> bytes:
    parameters = b"/DecodeParms<</K -1/Columns 60000/Rows 60000>>"
    entries = b"/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode" + parameters
    return picture(random.Random(4).randbytes(200_000), entries)


def jpx_garbage() -> bytes:
    box = b"\x00\x00\x00\x0cjP  \r\n\x87\n\xff\x4f\xff\x51\x00\x29\x00\x00" + struct.pack(">IIII", 60_000, 60_000, 0, 0)
    return picture(box + random.Random(5).randbytes(20_000), b"/Width 60000/Height 60000/Filter/JPXDecode")


def jbig2_bomb() -> bytes:
    """A picture that says it is small, whose JBIG2 says it has 60,000 x 60,000 pixels."""
    side = struct.pack(">II", 60_000, 60_000)
    page_information = struct.pack(">IBBBI", 0, 48, 0, 1, 19) + side + bytes(11)
    region = side + bytes(9) + b"\x01" + b"\x03\xff\xfd\xff\x02\xfe\xfe\xfe" + bytes(40)
    entries = b"/Width 100/Height 100/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode"
    return picture(page_information + struct.pack(">IBBBI", 1, 38, 0, 1, len(region)) + region, entries)


def jpx_bomb() -> bytes:
    """A picture that says it is small, whose JPEG 2000 says it has 60,000 x 60,000 pixels in one tile."""
    side = struct.pack(">II", 60_000, 60_000)
    size = b"\xff\x51" + struct.pack(">HH", 41, 0) + side + bytes(8) + side + bytes(8) + b"\x00\x01\x07\x01\x01"
    coding = b"\xff\x52" + struct.pack(">H", 12) + b"\x00\x00\x00\x01\x00\x05\x04\x04\x00\x01"
    quantised = b"\xff\x5c" + struct.pack(">H", 19) + b"\x40" + b"\x40" * 16
    tile = b"\xff\x90" + struct.pack(">HHIBB", 10, 0, 0, 0, 1) + b"\xff\x93" + bytes(64) + b"\xff\xd9"
    data = b"\xff\x4f" + size + coding + quantised + tile
    return picture(data, b"/Width 100/Height 100/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/JPXDecode")


def polyglot(head: bytes, tail: bytes = b"") -> bytes:
    """A good chart behind the beginning of another kind of file, and before the end of one."""
    return head + b"\n" + pdf_of(PATIENT) + tail


def giant_picture() -> bytes:
    """50,000 x 50,000 pixels in a kilobyte, on a letter page."""
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(b"\xff" * 6250 * 100) for _ in range(500)) + packer.flush()
    entries = b"/Width 50000/Height 50000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode"
    return picture(data, entries)


def many_pictures() -> bytes:
    """One picture of 16 megapixels drawn ten thousand times."""
    data = zlib.compress(b"\x55" * (4000 * 500))
    look = b"/Width 4000/Height 4000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode"
    image = stream(data, b"/Type/XObject/Subtype/Image" + look)
    return page(b"q 612 0 0 792 0 0 cm /I Do Q " * 10_000, b"/XObject<</I 5 0 R>>", [image])


def giant_page() -> bytes:
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/UserUnit 75000/MediaBox[-1e30 -1e30 1e30 1e30]/Contents 4 0 R>>",
            stream(b"0 0 1e30 1e30 re f"),
        ]
    )


def poisoned_chart() -> bytes:
    """Five pages, the third of which never ends."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(*[f"{PATIENT}\nPage {n} of the chart" for n in range(1, 5)]))) as chart:
        with pikepdf.open(io.BytesIO(laughing_forms())) as poison:
            chart.pages.insert(2, poison.pages[0])
        chart.save(out)
    return out.getvalue()


def active() -> bytes:
    """JavaScript, a program to launch and a file inside: nothing of it is run."""
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R/Names<</EmbeddedFiles<</Names[(x.exe)6 0 R]>>>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/AA<</O 5 0 R>>>>",
            stream(b""),
            b"<</S/JavaScript/JS(app.launchURL\\('http://x.example'\\); while\\(1\\);)/Next<</S/Launch/F(/bin/sh)>>>>",
            b"<</Type/Filespec/F(x.exe)/EF<</F 7 0 R>>>>",
            stream(b"MZ"),
        ]
    )


def fuzzed(seed: int) -> bytes:
    """A good chart with a hundred bytes changed."""
    generator = random.Random(seed)
    data = bytearray(pdf_of(PATIENT, "second page"))
    for _ in range(100):
        data[generator.randrange(len(data))] = generator.randrange(256)
    return bytes(data)


def _pdf_mail(name: str) -> Callable[[], bytes]:
    return lambda: raw_name_mail(name.encode())


FILES = (
    Hostile("zero.pdf", "no bytes", lambda: b""),
    Hostile("words.pdf", "words under the name of a PDF", lambda: b"just words"),
    Hostile("notes.docx", "zip bomb in a Word file", zip_bomb_docx),
    Hostile(
        "bomb.eml", "zip bomb attached to a mail", lambda: mail([("notes.docx", zip_bomb_docx(), "application/zip")])
    ),
    Hostile("nested.eml", "mails in mails, 50 deep", lambda: nested_mail(50)),
    Hostile("nested-2000.eml", "mails in mails, 2,000 deep", lambda: nested_mail(2000)),
    Hostile("multipart.eml", "parts in parts, 5,000 deep", lambda: nested_multipart(5000), slow=True),
    Hostile("parts.eml", "20,000 attachments", many_parts_mail, slow=True),
    Hostile("html.eml", "200,000 nested elements", html_mail, slow=True),
    Hostile("dots.eml", "attachment named ../../etc/passwd", _pdf_mail("../../../../etc/passwd")),
    Hostile("nul.eml", "NUL in an attachment's name", _pdf_mail("chart\x00.exe\x00.pdf")),
    Hostile("turned.eml", "a name that is shown backwards", _pdf_mail("chart\u202efdp.exe")),
    Hostile("longname.eml", "a name of 10 kB", _pdf_mail("a" * 10_240 + ".pdf")),
    Hostile("huge.png", "50,000 x 50,000 pixels", lambda: huge_png(50_000)),
    Hostile("huge.jpg", "50,000 x 50,000 pixels", lambda: huge_jpeg(50_000)),
    Hostile("huge.tif", "50,000 x 50,000 pixels in 6 kB", lambda: huge_tiff(50_000)),
    Hostile("comment.png", "a comment and a profile of 200 MB", text_bomb_png),
    Hostile("archive.zip", "archives in archives, paths that lead upwards", lambda: nested_zip(4)),
    Hostile("archive.eml", "the same attached to a mail", lambda: mail([("a.zip", nested_zip(4), "application/zip")])),
    Hostile("cut.png", "a picture cut short", lambda: huge_png(2000)[:400]),
    Hostile("lying.tif", "a fax header that lies", lying_tiff),
    Hostile("looping.tif", "frames in a circle", looping_tiff),
    Hostile("frames.tif", "20,000 frames", lambda: many_frames_tiff(20_000)),
    Hostile("cut.pdf", "cut in the middle", lambda: (data := pdf_of(PATIENT))[: len(data) // 2]),
    Hostile("head.pdf", "a header and nothing else", lambda: b"%PDF-1.7\n"),
    Hostile("locked.pdf", "a password", lambda: encrypted(pdf_of(PATIENT))),
    Hostile("pages.pdf", "100,000 empty pages", lambda: empty_pages(100_000)),
    Hostile("count.pdf", "says it has 2,147,483,647 pages", lying_count),
    Hostile("cyclic.pdf", "page tree that holds itself", cyclic_tree),
    Hostile("deep.pdf", "page tree 50,000 deep", lambda: deep_tree(50_000)),
    Hostile("objects.pdf", "objects that are their own parts", cyclic_objects),
    Hostile("array.pdf", "array 100,000 deep", deep_array),
    Hostile("stack.pdf", "2,000,000 saved graphics states", deep_content, slow=True),
    Hostile("xref.pdf", "cross-reference table that leads to itself", xref_loop),
    Hostile("objstm.pdf", "object stream of 2,147,483,647 objects", object_stream_bomb, slow=True),
    Hostile("flate.pdf", "2 GB of content, packed twice", flate_bomb, slow=True),
    Hostile("hex.pdf", "100 MB of content in hexadecimal, packed twice", lambda: chained_bomb(b"/ASCIIHexDecode")),
    Hostile("runs.pdf", "the same in run lengths", lambda: chained_bomb(b"/RunLengthDecode")),
    Hostile("endless.pdf", "20 GB of content, packed twice", endless_content, slow=True),
    Hostile("form.pdf", "a form of 1 GB", form_bomb, slow=True),
    Hostile("forms.pdf", "forms that draw forms, 12 to the 12th", laughing_forms, slow=True),
    Hostile("self.pdf", "a form that draws itself", self_drawing_form, slow=True),
    Hostile("tiles.pdf", "a tiling of a thousandth of a point", laughing_patterns, slow=True),
    Hostile("paths.pdf", "800,000 crossing lines", many_paths, slow=True),
    Hostile("function.pdf", "a calculator of 90,000 steps a pixel", loop_function, slow=True),
    Hostile("text.pdf", "2,000,000 words on a page", text_flood, slow=True),
    Hostile("font.pdf", "font whose tables lie", bad_font),
    Hostile("jbig2.pdf", "garbage as JBIG2", jbig2_garbage),
    Hostile("jbig2-bomb.pdf", "JBIG2 of 60,000 x 60,000 that says it is small", jbig2_bomb, slow=True),
    Hostile("jpx-bomb.pdf", "JPEG 2000 of 60,000 x 60,000 that says it is small", jpx_bomb, slow=True),
    Hostile("ccitt.pdf", "garbage as a fax of 60,000 x 60,000", ccitt_garbage),
    Hostile("jpx.pdf", "garbage as JPEG 2000", jpx_garbage),
    Hostile("picture.pdf", "50,000 x 50,000 pixels in a kilobyte", giant_picture),
    Hostile("pictures.pdf", "a picture drawn 10,000 times", many_pictures, slow=True),
    Hostile("giant.pdf", "a page larger than the Earth", giant_page),
    Hostile("poisoned.pdf", "five pages, one without end", poisoned_chart, slow=True),
    Hostile("gif.pdf", "a PDF that is a GIF too", lambda: polyglot(b"GIF89a\x01\x00\x01\x00")),
    Hostile("html.pdf", "a PDF that is a web page too", lambda: polyglot(b"<html><script>alert(1)</script>")),
    Hostile("zip.pdf", "a PDF that is an archive too", lambda: polyglot(b"%", zip_bomb_docx())),
    Hostile("jpeg.pdf", "a picture that is a PDF too", lambda: polyglot(huge_jpeg(64)[:-2])),
    Hostile("mail.pdf", "a mail that is a PDF too", lambda: polyglot(b"From: a@x.example\r\nSubject: x\r\n")),
    Hostile("active.pdf", "JavaScript, launch action, embedded program", active),
    *(Hostile(f"fuzzed-{seed}.pdf", "100 bytes changed", lambda seed=seed: fuzzed(seed)) for seed in range(8)),
)
