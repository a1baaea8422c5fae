"""Two kinds of plots as SVG, for GitHub: lines over a logarithmic axis, and points with names."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from math import log10

WIDE, HIGH = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 40, 50
COLOURS = ("#1f6feb", "#8250df", "#bf8700", "#cf222e", "#57606a", "#1a7f37")

Point = tuple[float, float]


def lines(title: str, across: str, up: str, series: Mapping[str, Sequence[Point]]) -> str:
    """Return lines through points; x is logarithmic, y starts at 0."""
    xs = sorted({x for points in series.values() for x, _ in points})
    top = _above(max(y for points in series.values() for _, y in points))
    low, high = log10(min(xs)), max(log10(max(xs)), log10(min(xs)) + 0.1)

    def place(point: Point) -> Point:
        return _x((log10(point[0]) - low) / (high - low)), _y(point[1] / top)

    body = [_axes(title, across, up, [(place((x, 0))[0], f"{x:g}") for x in xs], _steps(0, top))]
    ends = _apart([place(points[-1])[1] for points in series.values()])
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        placed = [place(point) for point in points]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        body.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        body += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in placed]
        body.append(_name(placed[-1][0] + 10, ends[number] + 4, name, colour))
    return _picture(body)


def points(title: str, across: str, up: str, series: Mapping[str, Sequence[Point]], floor: float) -> str:
    """Return points of several series, each with its name; x starts at 0, y runs from `floor` to 100."""
    widest = _above(max(x for placed in series.values() for x, _ in placed))
    body = [_axes(title, across, up, [(_x(x / widest), f"{x:g}") for x in _values(0, widest)], _steps(floor, 100.0))]
    for number, (name, placed) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        for x, y in placed:
            spot = _x(x / widest), _y((max(y, floor) - floor) / (100.0 - floor))
            body.append(f'<circle cx="{spot[0]:.1f}" cy="{spot[1]:.1f}" r="5" fill="{colour}"/>')
        body.append(_name(WIDE - RIGHT + 12, TOP + 16 + 20 * number, name, colour))
    return _picture(body)


def _x(share: float) -> float:
    return LEFT + share * (WIDE - LEFT - RIGHT)


def _y(share: float) -> float:
    return HIGH - BOTTOM - share * (HIGH - TOP - BOTTOM)


def _above(value: float) -> float:
    step = 10 ** int(log10(max(value, 1e-9)) - (value < 1))
    return next(step * n for n in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20) if step * n >= value)


def _values(low: float, high: float) -> list[float]:
    return [low + (high - low) * n / 5 for n in range(6)]


def _steps(low: float, high: float) -> list[tuple[float, str]]:
    return [(_y(n / 5), f"{value:.4g}") for n, value in enumerate(_values(low, high))]


def _apart(heights: Sequence[float]) -> list[float]:
    """Return the heights of names moved so that none covers another."""
    placed = list(heights)
    order = sorted(range(len(placed)), key=placed.__getitem__)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + 16)
    return placed


def _axes(
    title: str, across: str, up: str, below: Sequence[tuple[float, str]], beside: Sequence[tuple[float, str]]
) -> str:
    foot, middle = HIGH - BOTTOM, (TOP + HIGH - BOTTOM) / 2
    parts = [f'<text x="{LEFT}" y="22" font-size="15" font-weight="600" fill="#24292f">{escape(title)}</text>']
    for y, shown in beside:
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDE - RIGHT}" y2="{y:.1f}" stroke="#d0d7de"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#57606a">{shown}</text>')
    for x, shown in below:
        parts.append(f'<text x="{x:.1f}" y="{foot + 18}" text-anchor="middle" fill="#57606a">{shown}</text>')
    centre = (LEFT + WIDE - RIGHT) / 2
    parts.append(f'<text x="{centre}" y="{HIGH - 10}" text-anchor="middle" fill="#24292f">{escape(across)}</text>')
    parts.append(
        f'<text transform="translate(18,{middle}) rotate(-90)" text-anchor="middle" fill="#24292f">{escape(up)}</text>'
    )
    return "".join(parts)


def _name(x: float, y: float, name: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}">{escape(name)}</text>'


def _picture(body: Sequence[str]) -> str:
    inside = "\n".join(body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" '
        f'font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDE}" height="{HIGH}" fill="#ffffff"/>\n{inside}\n</svg>\n'
    )
