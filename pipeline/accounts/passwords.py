"""Passwords: argon2id, and no more rules than help (NIST SP 800-63B: length and no known ones)."""

import threading
import unicodedata
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from extractors.errors import RebutError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST, MOST = 12, 256  # characters
# OWASP Password Storage Cheat Sheet: 46 MiB, one pass, one lane at least; ours does two passes (about 60 ms).
_MEMORY_KIB, _PASSES = 47104, 2
_AT_ONCE = threading.BoundedSemaphore(2)  # a flood of sign-ins must not take the memory of the uploads


class WeakPasswordError(RebutError):
    """A new password that could be guessed (why)."""

    code = "password-weak"
    message = (
        "This password cannot be used: {0}. "
        "Take {1} characters or more, such as four words that do not belong together."
    )
    exit_status = 2


def hash_password(password: str) -> str:
    """Return the argon2id hash with its salt and parameters."""
    with _AT_ONCE:
        return _hasher().hash(_normal(password))


def is_right(password: str, stored: str | None) -> bool:
    """Whether the password is right; takes as long where there is none (unknown login) as where it is wrong."""
    from argon2.exceptions import InvalidHashError, VerificationError

    nobody = _nobody()
    with _AT_ONCE:
        try:
            return _hasher().verify(stored or nobody, _normal(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def check_password(password: str, login: str) -> None:
    """Raise WeakPasswordError for a password that could be guessed."""
    plain = "".join(letter for letter in password.casefold() if letter.isalnum())
    if len(password) < LEAST:
        why = f"it has {len(password)} characters"
    elif len(password) > MOST:
        why = f"it has more than {MOST} characters"
    elif len(set(password)) < 5:
        why = "it repeats a few characters"
    elif login and login.casefold() in password.casefold():
        why = "it contains the sign-in name"
    elif plain in refused()["passwords"]:
        why = "everybody tries it first"
    else:
        return
    raise WeakPasswordError(why, LEAST)


@cache
def refused() -> dict[str, frozenset[str]]:
    """Return the words of refused.yaml."""
    import yaml

    told = yaml.safe_load(resources.files(__package__).joinpath("refused.yaml").read_text("utf-8"))
    return {name: frozenset(str(word) for word in words) for name, words in told.items()}


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")


def _normal(password: str) -> str:
    """The same characters whichever keyboard composed them."""
    return unicodedata.normalize("NFKC", password[: MOST * 4])
