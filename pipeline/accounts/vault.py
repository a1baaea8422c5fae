"""What must be kept readable is sealed: AES-256-GCM under a key that is never in the database.

The key is derived from REBUT_SECRET, or from a file of the home folder that only its owner can read. A copy of the
database alone opens nothing; who loses the key lets everybody enrol a second factor again.
"""

import base64
import os
import secrets

from extractors.errors import RebutError
from pipeline.accounts.passwords import refused
from pipeline.settings import Settings, private_folder

KEY_FILE = "secret.key"
LEAST_SECRET, LEAST_TOKEN = 32, 16  # characters
_NONCE = 12


class SealedWithAnotherKeyError(RebutError):
    """What is in the database was sealed with another key."""

    code = "secret-changed"
    message = (
        "A second factor was sealed with another key than the present one. Bring back REBUT_SECRET or the file "
        "secret.key of before, or let the person enrol again: `rebut account reset LOGIN`."
    )
    exit_status = 1


class WeakSecretError(RebutError):
    """A secret of the installation could be guessed (variable, why)."""

    code = "secret-weak"
    message = (
        "{0} protects nothing: {1}. Set a random one and start again: "
        "`python -c 'import secrets; print(secrets.token_urlsafe(32))'` prints one."
    )
    exit_status = 2


class Vault:
    """Seals short texts, each bound to what it is about."""

    def __init__(self, secret: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rebut vault 1").derive(secret.encode())
        self._cipher = AESGCM(key)

    def seal(self, text: str, about: str) -> str:
        """Return the text sealed; only `unseal` about the same thing opens it."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, text.encode(), about.encode())
        return "1." + base64.urlsafe_b64encode(sealed).decode()

    def unseal(self, sealed: str, about: str) -> str:
        """Return the text; raises SealedWithAnotherKeyError."""
        from cryptography.exceptions import InvalidTag

        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix("1."))
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise SealedWithAnotherKeyError from None


def open_vault(settings: Settings) -> Vault:
    """Return the vault of this installation."""
    return Vault(installation_secret(settings))


def installation_secret(settings: Settings) -> str:
    """Return REBUT_SECRET, or what the key file of the home folder holds, which is made where it is not there."""
    if settings.secret:
        return settings.secret
    path = private_folder(settings.home) / KEY_FILE
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    return path.read_text("ascii").strip()


def check_secrets(settings: Settings) -> None:
    """Raise WeakSecretError for a secret that is short or was copied from an example."""
    told: tuple[tuple[str, str | None, int], ...] = (
        ("REBUT_TOKEN", settings.token, LEAST_TOKEN),
        ("REBUT_FLOWER_PASSWORD", settings.flower_password, LEAST_TOKEN),
        ("REBUT_SECRET", settings.secret, LEAST_SECRET),
    )
    for name, secret, least in told:
        if secret and (why := _weakness(secret, least)):
            raise WeakSecretError(name, why)


def _weakness(secret: str, least: int) -> str | None:
    plain = "".join(letter for letter in secret.casefold() if letter.isalnum())
    if len(secret) < least:
        return f"it has {len(secret)} characters where {least} are needed"
    if len(set(secret)) < 8:
        return "it repeats a few characters"
    # "changeme-changeme-1": what is left without the words everybody takes is too short to be random
    for word in sorted(refused()["secrets"], key=len, reverse=True):
        plain = plain.replace(word, "")
    return "it is made of words that everybody tries" if len(plain) < least // 2 else None
