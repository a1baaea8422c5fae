"""What a process may still do once it opens a stranger's file: compute, within limits.

Limits of the system (setrlimit) hold everywhere. Where the kernel has Landlock (Linux 5.13 and
later) it can besides write nowhere but in one folder, read nothing but the file and programs, reach no
network and look into no other process.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from pipeline.sandbox.limits import Limits

_SET_PDEATHSIG, _SET_NO_NEW_PRIVS = 1, 38  # prctl(2)
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same on every architecture
_ABI_FLAG, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_CHANGES = sum(1 << bit for bit in range(4, 13))  # remove and make, of every kind
_REFER, _TRUNCATE = 1 << 13, 1 << 14  # since version 2 and 3 of the interface
_TCP = 3  # bind and connect, since version 4
_SCOPES = 3  # abstract sockets of and signals to processes outside, since version 6
_PROGRAMS = ("/usr", "/lib", "/lib64", "/bin", "/opt", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/fonts")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def confine(limits: Limits, folder: Path, scratch: Path) -> bool:
    """Give up everything that reading a file in `folder` does not need, writing but to `scratch` included.

    Returns whether the kernel's Landlock holds.
    """
    os.chdir(scratch)
    os.umask(0o077)
    _limit(resource.RLIMIT_AS, limits.memory_mb << 20)
    _limit(resource.RLIMIT_FSIZE, limits.output_mb << 20)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_CORE, 0)  # a core file would be the patient's page on the disk
    if sys.platform != "linux":
        return False
    end_with_parent()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return _lock(libc, folder, scratch)


def end_with_parent() -> None:
    """Have this process killed when the one that forked it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def allow_seconds(seconds: float) -> None:
    """Give this process so much more CPU time; the kernel ends it when that is spent."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, hard))


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def _lock(libc: ctypes.CDLL, folder: Path, scratch: Path) -> bool:
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), _ABI_FLAG)
    if version < 1:  # an older kernel, or one built without
        return False
    change = _CHANGES | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    everything = _EXECUTE | _WRITE | _READ | _LIST | change
    fields = [everything, _TCP, _SCOPES]
    told = struct.pack(f"={(count := 1 if version < 4 else 2 if version < 6 else 3)}Q", *fields[:count])
    rules = libc.syscall(_CREATE, told, ctypes.c_size_t(len(told)), 0)
    if rules < 0:
        return False
    try:
        _allow(libc, rules, [str(folder)], _READ | _LIST)
        _allow(libc, rules, [str(scratch)], everything & ~_EXECUTE)
        _allow(libc, rules, [*_PROGRAMS, *_our_own()], _EXECUTE | _READ | _LIST)
        _allow(libc, rules, _DEVICES, _READ | _WRITE)
        return libc.syscall(_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


def _our_own() -> set[str]:
    """Folders of Python and of our packages: some modules are loaded only when a file needs them."""
    packages = {str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "extractors")}
    installed = {path for path in sys.path if "site-packages" in path or path.startswith((sys.prefix, sys.base_prefix))}
    return packages | installed | {sys.prefix, sys.base_prefix}


def _allow(libc: ctypes.CDLL, rules: int, paths: Iterable[str], rights: int) -> None:
    for path in paths:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:  # not on this machine
            continue
        granted = rights if os.path.isdir(path) else rights & (_EXECUTE | _WRITE | _READ)
        libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", granted, place), 0)
        os.close(place)
