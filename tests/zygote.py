"""Starts the program from an interpreter that has imported it already: the same process, in a tenth of the time.

Most of what a short command costs is the import of its libraries, and the tests run dozens of commands. So one process
imports them once and forks for each. What `start` gives is a process that stands for the program (`stand_in.py`): its
arguments, variables, folder, input and outputs are the program's, and so is the status it ends with.
"""

import asyncio
import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
COMMANDS: Final = ("bot.serving", "bot.terminal_chat", "bot.publishing", "bot.loading", "bot.moving", "bot.datafiles")
LATER: Final = ("bot.logs", "uvloop", "aiosqlite", "asyncpg", "alembic.command")
"""What commands import only when they come to need it."""
REQUEST_MOST: Final = 1 << 16


async def start(folder: Path, *arguments: str, **variables: str) -> Process:
    """The program with these arguments and no other variables, in this folder."""
    request = json.dumps({"arguments": arguments, "variables": variables, "folder": str(folder)})
    stand_in = (sys.executable, "-I", "-S", str(HERE / "stand_in.py"))
    return await asyncio.create_subprocess_exec(*stand_in, _zygote(), request, stdin=PIPE, stdout=PIPE, stderr=PIPE)


async def kill(process: Process) -> None:
    """Ends the program by SIGKILL; when this returns it has ended. (`process.kill()` would do so a moment later.)"""
    process.send_signal(signal.SIGUSR1)
    await process.wait()


@cache
def _zygote() -> str:
    """The address of this process's zygote, which is started when it is first needed and ends with this process."""
    folder = tempfile.TemporaryDirectory(prefix="embassy-zygote-")
    address = str(Path(folder.name) / "socket")
    command = [sys.executable, "-m", "tests.zygote", address]
    process = subprocess.Popen(command, cwd=HERE.parent, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    if process.stdout.readline() != b"ready\n":
        raise RuntimeError("the zygote does not start")

    def end() -> None:
        process.communicate()
        folder.cleanup()

    atexit.register(end)
    return address


def serve(address: str) -> None:
    """Forks for each that connects, until the input ends."""
    for module in (*COMMANDS, *LATER):
        importlib.import_module(module)
    gc.freeze()  # pages that nobody looks through stay shared
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the minders
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        os.write(1, b"ready\n")
        while not _readable(0, listener.fileno()):
            client, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _mind(client)
            client.close()


def _mind(client: socket.socket) -> None:
    """Runs the program as a child of its own, passes it signals and says how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    request, descriptors, _, _ = socket.recv_fds(client, REQUEST_MOST, 3)
    ends, held = os.pipe()
    program = os.fork()
    if program == 0:
        client.close()
        os.close(ends)  # the other end is held open until the program has ended
        _become(json.loads(request), descriptors)
    for descriptor in (*descriptors, held):
        os.close(descriptor)
    while not _readable(ends, client.fileno()):
        os.kill(program, (client.recv(1) or bytes([signal.SIGKILL]))[0])
    status = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
    client.sendall(f"{status}\n".encode())
    os._exit(0)


def _readable(first: int, second: int) -> bool:
    """Waits until there is something to read from one of the two, or its end: whether from the first."""
    return first in select.select([first, second], [], [])[0]


def _become(request: Mapping[str, Any], descriptors: list[int]) -> None:
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["variables"])
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    sys.argv = ["embassy-bot", *request["arguments"]]
    status = 0
    try:
        runpy.run_module("bot", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    os._exit(status)  # taking everything down that was imported takes longer than most commands


if __name__ == "__main__":
    serve(sys.argv[1])
