"""Runs a command on a terminal of its own, types Ctrl-C once it is at work, and checks how it ends.

terminal.py EXIT_CODE COMMAND...   fails where the command ends with another exit code, or not within 20 seconds of Ctrl-C
"""

import os
import pty
import select
import sys
import time

START_SECONDS = 60
WORK_SECONDS = 3
END_SECONDS = 20


def main(expected, command):
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    said = b""
    started = time.monotonic()
    working = typed = None
    while True:
        now = time.monotonic()
        if working is None and (b"\n" in said or now - started > START_SECONDS):
            working = now
        if working is not None and typed is None and now - working > WORK_SECONDS:
            os.write(terminal, b"\x03")
            typed = now
        if typed is not None and now - typed > END_SECONDS:
            sys.exit(f"still there {END_SECONDS} s after Ctrl-C; it said {said[-400:]!r}")
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                read = os.read(terminal, 65536)
            except OSError:
                break
            if not read:
                break
            said += read
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(f"ended with {code}; it said {said[-400:]!r}")
    if typed is None:
        sys.exit("it ended by itself")
    if code != expected:
        sys.exit(f"exit code {expected} was expected")


main(int(sys.argv[1]), sys.argv[2:])
