"""Stands for a program that a zygote runs: `python -I -S tests/stand_in.py ADDRESS REQUEST`.

Hands over its input and outputs, passes signals on (SIGUSR1 as SIGKILL) and ends with the program's status. It imports
only what is quick to import.
"""

import os
import signal
import socket
import sys

with socket.socket(socket.AF_UNIX) as line:
    line.connect(sys.argv[1])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda given, _: line.sendall(bytes([given])))
    signal.signal(signal.SIGUSR1, lambda _, __: line.sendall(bytes([signal.SIGKILL])))
    socket.send_fds(line, [sys.argv[2].encode() + b"\n"], [0, 1, 2])
    for descriptor in range(3):
        os.close(descriptor)  # the program's alone, so that a pipe ends when it does
    told = line.makefile().readline()
status = int(told or -signal.SIGKILL)
if status < 0:
    if status != -signal.SIGKILL:
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
os._exit(status)
