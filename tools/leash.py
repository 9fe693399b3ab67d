"""Becomes another program that is told when its parent dies, and that is not root where it must not be.

Run as a script, before anything else of the project can be imported:
`python -I -S leash.py PARENT SIGNAL USER PROGRAM ARGUMENT…`, where PARENT is the process that started it,
SIGNAL the number to be sent at the parent's death and USER one of `same`, `mapped` (root becomes nobody in a user
namespace, so that root's files stay root's and need no change of owner) or a numeric user id.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

NOBODY = 65534
PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000


def die_with_parent(number: int, parent: int) -> None:
    """Ask for signal `number` when the thread that started this process ends; leave if it has ended."""
    _call("prctl", PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def map_root_to_nobody() -> None:
    """Enter a user namespace in which this process's user and group are called nobody.

    Raises:
        OSError: where the machine refuses user namespaces.
    """
    uid, gid = os.geteuid(), os.getegid()
    _call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1", encoding="ascii")


def main(arguments: list[str]) -> None:
    """Put on the leash and become the program."""
    parent, number, user, *command = arguments
    if user == "mapped":
        map_root_to_nobody()
    elif user != "same":
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    die_with_parent(int(number), int(parent))  # last: a change of user clears it
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and the program would inherit that
    os.execv(command[0], command)


def _call(name: str, *arguments: int) -> None:
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    if function(*(ctypes.c_ulong(argument) for argument in arguments)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main(sys.argv[1:])
