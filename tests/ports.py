"""A port of 127.0.0.1 that nobody else gets while a test needs it."""

import platform
import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_port() -> Iterator[int]:
    """Nobody listens there, so connections are refused."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


@contextmanager
def port_to_listen_at() -> Iterator[int]:
    """One for a server that is told its port; held for it, but where a held one cannot be listened at."""
    with held_port() as port:
        if platform.system() == "Linux":
            yield port
            return
    yield port
