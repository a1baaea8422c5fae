"""The second factor: six digits that change every 30 seconds (RFC 6238), and codes for the day the phone is lost."""

import base64
import secrets

from pipeline.accounts.secrets import digest_of, same

STEP_SECONDS = 30
RECOVERY_CODES = 10
_DRIFT = 1  # steps by which a clock may differ (RFC 6238, 5.2)


def new_seed() -> str:
    """Return 160 random bits in base 32, as authenticator apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def address_of(seed: str, login: str) -> str:
    """Return the otpauth address that the square code shows."""
    import pyotp

    return pyotp.TOTP(seed).provisioning_uri(name=login, issuer_name="rebut")


def step_of(seed: str, code: str, now: float, last: int | None) -> int | None:
    """Return the time step whose code this is, or None. `last`: the step accepted before, which is spent."""
    import pyotp

    digits = "".join(code.split())
    right = None
    for step in range(int(now // STEP_SECONDS) - _DRIFT, int(now // STEP_SECONDS) + _DRIFT + 1):
        if same(pyotp.TOTP(seed).at(step * STEP_SECONDS), digits) and (last is None or step > last):
            right = step
    return right


def new_recovery_codes() -> list[str]:
    """Return codes of 80 random bits each: `abcd-efgh-jkmn-pqrs`."""
    made = (base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES))
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in made]


def digest_recovery(person_id: str, code: str) -> str:
    """Return what is kept of a recovery code, however it was typed."""
    return digest_of("".join(letter for letter in code.lower() if letter.isalnum()), f"recovery {person_id}")
