"""From a Jinja2 template to the structure of a letter.

The wording is plain text; a line says what it is by how it begins:

    # Title            ## Heading          - bullet          > quotation
    @fact Label | value                    @address line     @signature line
    @table 3 2 1 | Drug | Dose | Page      @row a | b | c
    @criterion number | text               @status word | sentence     @finding sentence

Other lines are paragraphs, parted by empty lines. Values come in through `clean`, so a
value that holds a bar, a newline or begins like a marker is printed, never obeyed.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from extractors.errors import RebutError
from pipeline.letter.blocks import Block, Criterion, Facts, Heading, Letter, Paragraph, Run, Runs, Table
from pipeline.letter.dates import day_in_words
from pipeline.letter.exhibits import Reference

# Private-use characters carry marks through Jinja; `clean` takes them out of every value first.
_PLAIN, _BAR = "\ue000", "\ue001"
_OPEN = {"reference": "\ue010", "blank": "\ue011", "strong": "\ue012"}
_CLOSE = "\ue01f"
_KIND = {mark: kind for kind, mark in _OPEN.items()}
_MARKERS = ("#", "-", ">", "@")


class LetterTemplateError(RebutError):
    """A letter template cannot be used (template, what is wrong with it)."""

    code = "letter-template"
    message = (
        "The letter template {0} cannot be used: {1}. Mend the template, or remove it so that the built-in one is used."
    )
    exit_status = 4


class _Marked(str):
    """Text that carries marks of ours and is let through as it is."""

    __slots__ = ()


def clean(value: Any) -> Any:
    """Return the value with every string in it made harmless to the line grammar."""
    if isinstance(value, _Marked):
        return value
    if isinstance(value, str):
        # Control, private-use and unassigned characters mean nothing on paper, and ours are among them.
        text = " ".join("".join(c for c in value if c.isprintable() or c.isspace()).split()).replace("|", _BAR)
        return _PLAIN + text if text.startswith(_MARKERS) else text
    if isinstance(value, Mapping):
        return {key: clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def refer(reference: Reference) -> _Marked:
    """Return a citation of an exhibit page, for use in a template."""
    return _Marked(f"{_OPEN['reference']}{reference.exhibit}:{reference.page}{_CLOSE}")


def blank(text: str, who: str = "staff", read: str | None = None) -> _Marked:
    """Return a visible placeholder: "[staff: the date of the first dose]".

    `read` is what the letter seems to say, too unsure to be stated: "[staff: member ID; read as ..., confirm]".
    """
    text = f"{text}; read as {read}: confirm or correct" if read else text
    return _Marked(f"{_OPEN['blank']}[{who}: {text}]{_CLOSE}")


def strong(text: str) -> _Marked:
    return _Marked(f"{_OPEN['strong']}{text}{_CLOSE}")


def _finalize(value: Any) -> Any:
    """Refuse what would print as a hole or as Python."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return value
    raise jinja2.TemplateRuntimeError(f"a value is {type(value).__name__} where text is needed")


def _environment(folders: tuple[Path, ...]) -> jinja2.Environment:
    built_in = Path(str(resources.files("templates").joinpath("letter")))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, built_in]),
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        autoescape=False,  # noqa: S701 - no HTML: the output is parsed into blocks, values are cleaned  # nosec
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": day_in_words, "strong": strong, "listed": listed}
    environment.globals |= {"blank": blank, "refer": refer}
    return environment


@cache
def environment(*folders: Path) -> jinja2.Environment:
    """Return the environment; a clinic's own folder is searched before the built-in one."""
    return _environment(folders)


def listed(items: list[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    items = [str(item) for item in items]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}" if items else ""


def write_letter(kind: str, view: Mapping[str, Any], *folders: Path) -> Letter:
    """Fill the template of this kind; LetterTemplateError names the template and the fault."""
    name = f"{kind}.j2"
    try:
        text = environment(*folders).get_template(name).render(clean(dict(view)))
        blocks = tuple(_blocks(text))
    except (jinja2.TemplateError, ValueError, TypeError) as error:
        raise LetterTemplateError(name, str(error)) from error
    title = "".join(run.text for run in blocks[0].runs) if blocks and isinstance(blocks[0], Heading) else ""
    if not title:
        raise LetterTemplateError(name, "its first line is not a title (a line that begins with '# ')")
    return Letter(kind=kind, title=title, date=view["date"], running=view["running"], blocks=blocks)


def _blocks(text: str) -> Iterator[Block]:
    """Parse the filled template; ValueError on a marker that does not exist or stands alone."""
    lines = [line.strip() for line in text.splitlines()]
    at = 0
    while at < len(lines):
        end = at + 1
        word, _, rest = lines[at].partition(" ")
        if not lines[at]:
            pass
        elif word.startswith("@") or word in ("#", "##", "###", "-", ">"):
            follow = {"@fact": "@fact", "@table": "@row", "@criterion": ("@status", "@finding")}.get(word)
            while follow and end < len(lines) and (not lines[end] or lines[end].startswith(follow)):
                end += 1
            yield _marked_block(word, rest, [line for line in lines[at + 1 : end] if line])
        else:
            while end < len(lines) and lines[end] and not lines[end].startswith(_MARKERS):
                end += 1
            yield Paragraph(runs=_runs(" ".join(lines[at:end])))
        at = end


def _marked_block(word: str, rest: str, following: list[str]) -> Block:
    parts = [part.strip() for part in rest.split("|")]
    match word:
        case "#" | "##" | "###":
            return Heading(level=len(word), runs=_runs(rest))
        case "-":
            return Paragraph(runs=_runs(rest), style="bullet")
        case ">":
            return Paragraph(runs=_runs(rest), style="quote")
        case "@address":
            return Paragraph(runs=_runs(rest), style="address")
        case "@signature":
            return Paragraph(runs=_runs(rest), style="signature")
        case "@fact":
            rows = [parts, *([p.strip() for p in line.partition(" ")[2].split("|")] for line in following)]
            return Facts(rows=tuple((_plain(label), _runs(value)) for label, value in rows))
        case "@table":
            widths = tuple(int(part) for part in parts[0].split())
            cells = [[_runs(c.strip()) for c in line.partition(" ")[2].split("|")] for line in following]
            if any(len(row) != len(parts) - 1 for row in cells) or len(widths) != len(parts) - 1:
                raise ValueError(f"the table {rest!r} has a row with another number of columns")
            return Table(widths=widths, headers=tuple(map(_plain, parts[1:])), rows=tuple(tuple(row) for row in cells))
        case "@criterion":
            number, text = parts
            return _criterion(number, text, following)
    raise ValueError(f"the marker {word!r} is unknown or stands alone")


def _criterion(number: str, text: str, following: list[str]) -> Criterion:
    status, answer, findings = "", (), []
    for line in following:
        word, _, rest = line.partition(" ")
        if word == "@status":
            status, _, sentence = rest.partition("|")
            answer = _runs(sentence.strip())
        else:
            findings.append(_runs(rest))
    if not status:
        raise ValueError(f"the criterion {number} has no @status line")
    return Criterion(
        number=_plain(number),
        text=_runs(text),
        status=_plain(status.strip()),
        answer=answer,
        findings=tuple(findings),
    )


def _plain(text: str) -> str:
    return text.replace(_PLAIN, "").replace(_BAR, "|")


def _runs(text: str) -> Runs:
    runs: list[Run] = []
    kind, start = "text", 0
    for at, character in enumerate(text + _CLOSE):
        if character not in _KIND and character != _CLOSE:
            continue
        if piece := _plain(text[start:at]):
            runs.append(_run(kind, piece))
        kind, start = _KIND.get(character, "text"), at + 1
    return tuple(runs)


def _run(kind: str, text: str) -> Run:
    if kind == "reference":
        exhibit, _, page = text.partition(":")
        reference = Reference(exhibit=exhibit, page=int(page))
        return Run(text=str(reference), kind="reference", reference=reference)
    return Run(text=text, kind=kind)  # type: ignore[arg-type]
