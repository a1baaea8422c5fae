"""Matrices between the frames of a page: user space, as shown, as read, pixels."""

import math

import pypdfium2 as pdfium

from extractors.evidence import IDENTITY, Affine, Matrix


def shown_of_user(page: pdfium.PdfPage) -> Affine:
    """Return the matrix from PDF user space to the page as shown (after /Rotate, inside the crop box)."""
    left, bottom, right, top = page.get_bbox()
    return {
        0: (1.0, 0.0, 0.0, -1.0, -left, top),
        90: (0.0, 1.0, 1.0, 0.0, -bottom, -left),
        180: (-1.0, 0.0, 0.0, 1.0, right, -bottom),
        270: (0.0, -1.0, -1.0, 0.0, top, right),
    }[page.get_rotation()]


def turned(turn: int, width: float, height: float) -> Affine:
    """Return the matrix of a page of this size turned clockwise by quarter turns, back inside the first quadrant."""
    return {
        0: IDENTITY,
        90: (0.0, 1.0, -1.0, 0.0, height, 0.0),
        180: (-1.0, 0.0, 0.0, -1.0, width, height),
        270: (0.0, -1.0, 1.0, 0.0, 0.0, width),
    }[turn]


def rotated(degrees: float, x: float, y: float) -> Affine:
    """Return the matrix of a rotation about a point, clockwise on the page (y downward)."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)


def scaled(factor: float) -> Affine:
    return (factor, 0.0, 0.0, factor, 0.0, 0.0)


def then(first: Matrix, second: Matrix) -> Matrix:
    """Return the matrix that applies `first`, then `second`; projective only where one of them is."""
    a, b, c, d, e, f, g, h = _whole(first)
    p, q, r, s, t, u, v, w = _whole(second)
    if not (g or h or v or w):
        return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)
    one = v * e + w * f + 1.0
    return (
        (p * a + r * b + t * g) / one,
        (q * a + s * b + u * g) / one,
        (p * c + r * d + t * h) / one,
        (q * c + s * d + u * h) / one,
        (p * e + r * f + t) / one,
        (q * e + s * f + u) / one,
        (v * a + w * b + g) / one,
        (v * c + w * d + h) / one,
    )


def _whole(matrix: Matrix) -> tuple[float, ...]:
    return matrix if len(matrix) == 8 else (*matrix, 0.0, 0.0)


def inverse(matrix: Affine) -> Affine:
    a, b, c, d, e, f = matrix
    size = a * d - b * c
    return (d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size)


def rounded(matrix: Matrix) -> Matrix:
    """Return the matrix without the noise of floating point, exact for quarter turns."""
    a, b, c, d, e, f = (round(value, 7) + 0.0 for value in matrix[:6])
    return (a, b, c, d, round(e, 3) + 0.0, round(f, 3) + 0.0, *(round(value, 10) for value in matrix[6:]))
