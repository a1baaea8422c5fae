"""Random words and what is kept of them: a digest, so that whoever reads the table cannot use them."""

import hashlib
import hmac
import secrets


def new_secret() -> str:
    """Return 256 random bits as 43 characters that fit into a cookie, a header and an address."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str, about: str = "") -> str:
    """Return what is kept of a secret of 128 random bits or more; passwords go through `passwords`."""
    return hashlib.sha256(f"{about}:{secret}".encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare without telling by the time how much was right."""
    return hmac.compare_digest(one.encode(), other.encode())
