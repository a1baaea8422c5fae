"""One POST to an address that was judged: the connection goes there and nowhere else, and no redirect is followed."""

import http.client
import socket
import ssl

from pipeline.hooks.address import Target

_SECONDS = 5.0


def post(target: Target, body: bytes, headers: dict[str, str]) -> int:
    """Return the status of the answer; raises OSError where there is none."""
    connection = _Pinned(target)
    try:
        connection.request("POST", target.path, body, headers)
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise OSError(type(error).__name__) from None
    finally:
        connection.close()


class _Pinned(http.client.HTTPSConnection):
    """Connects to the judged address; the certificate must be that of the name."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=_SECONDS, context=ssl.create_default_context())
        self._target = target

    def connect(self) -> None:
        plain = socket.create_connection((self._target.ip, self._target.port), _SECONDS)
        self.sock = self._context.wrap_socket(plain, server_hostname=self._target.host)  # type: ignore[attr-defined]
