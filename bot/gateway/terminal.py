"""The two ends of a terminal: what is shown in it and what is typed, also when both are pipes."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Final, TextIO, TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bot.gateway.console_markup import printable

_PROMPT: Final = "› "
_CLEAR_LINE: Final = "\r\x1b[K"
_CHUNK: Final = 1 << 16
_LONGEST_LINE: Final = 1 << 16  # bytes; more than 4096 UTF-16 units of any script
_Read = TypeVar("_Read", bytes, str | None)


def is_terminal() -> bool:
    """Whether a person types and reads here, rather than a pipe."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty())


class Screen:
    """Writes whole messages, so that what comes unasked never breaks into an answer.

    `interactive`: a person types at a prompt; otherwise questions are shown too, for a transcript that reads well.
    `color`: styles as ANSI sequences (NO_COLOR is respected); otherwise plain text.
    """

    def __init__(self, out: TextIO, *, interactive: bool, color: bool) -> None:
        self.interactive = interactive
        self.lost: OSError | None = None
        """Why nothing more can be shown."""
        self._out = out
        self._encoding = out.encoding or "utf-8"
        self._console = Console(file=out, force_terminal=True, highlight=False) if color else None
        self._typed: Callable[[], str] | None = None

    @property
    def prompt(self) -> str:
        return self._encodable(_PROMPT)

    def show(self, text: Text) -> None:
        """A message, with an empty line after it."""
        self._write(self._rendered(text) + "\n\n")

    def note(self, words: str) -> None:
        self._write(self._rendered(Text(words, style="dim")) + "\n")

    def show_question(self, line: str) -> None:
        if not self.interactive:
            self._write(f"{_PROMPT}{printable(line)}\n")

    @contextmanager
    def prompting(self, typed: Callable[[], str]) -> Iterator[None]:
        """While the prompt stands, a message goes above it; `typed` tells what is in the line so far."""
        self._typed = typed
        try:
            yield
        finally:
            self._typed = None

    def _rendered(self, text: Text) -> str:
        safe = Text(printable(text.plain), style=text.style, spans=text.spans)
        if not self._console:
            return safe.plain
        with self._console.capture() as captured:
            for line in safe.split("\n", allow_blank=True):
                # Words wrap; an address longer than a line stays whole, so that it can be clicked and copied.
                too_long = any(cell_len(word) > self._console.width for word in line.plain.split())
                self._console.print(line, soft_wrap=too_long)
        return captured.get().removesuffix("\n")

    def _write(self, words: str) -> None:
        if self.lost:
            return
        if self._typed:
            words = f"{_CLEAR_LINE}{words}{_PROMPT}{self._typed()}"
        try:
            self._out.write(self._encodable(words))
            self._out.flush()
        except OSError as error:
            self.lost = error
            # What is left in the buffer goes nowhere, or Python would complain when it exits.
            with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), self._out.fileno())

    def _encodable(self, words: str) -> str:
        return words.encode(self._encoding, "replace").decode(self._encoding)


def standard_input(screen: Screen) -> AsyncGenerator[str, None]:
    """The lines of a person at the prompt, or of a pipe or file to its end."""
    if screen.interactive:
        return typed_lines(screen)
    # A closed standard input is None, and its number may by now be another file's.
    return piped_lines(sys.stdin.fileno() if sys.stdin else os.open(os.devnull, os.O_RDONLY))


async def piped_lines(descriptor: int) -> AsyncGenerator[str, None]:
    """The lines of a file; bytes that are no UTF-8 are replaced, and an endless line is cut short."""
    rest = b""
    while chunk := await _read_aside(partial(os.read, descriptor, _CHUNK)):
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[:_LONGEST_LINE]
        for line in lines:
            yield _decoded(line)
    if rest:
        yield _decoded(rest)


async def typed_lines(screen: Screen) -> AsyncGenerator[str, None]:
    """The lines typed at the prompt, until Ctrl-D or Ctrl-C; SIGINT is taken meanwhile and given back after."""
    import termios

    loop = asyncio.get_running_loop()
    reading: asyncio.Future[str | None] = loop.create_future()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        loop.remove_signal_handler(signal.SIGINT)  # a second Ctrl-C ends whatever hangs
        if not reading.done():
            reading.set_result(None)

    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    settings = termios.tcgetattr(sys.stdin)
    with suppress(RuntimeError, ValueError):  # only the main thread can take signals
        loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        while not interrupted:
            with screen.prompting(_line_editor()):
                reading = _read_aside(partial(_ask, screen.prompt))
                line = await reading
            if line is None:
                break
            yield line
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        with suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)


def _line_editor() -> Callable[[], str]:
    """Turns on line editing where Python has it; returns what tells the line so far."""
    try:
        import readline
    except ImportError:
        return str
    return readline.get_line_buffer


def _ask(prompt: str) -> str | None:
    try:
        return input(prompt)
    except EOFError:
        return None


def _decoded(line: bytes) -> str:
    return line[:_LONGEST_LINE].decode("utf-8", "replace").removesuffix("\r")


def _read_aside(read: Callable[[], _Read]) -> "asyncio.Future[_Read]":
    """Reads in a thread of its own, which the program may leave behind when it ends: a read cannot be called off."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Read] = loop.create_future()

    def settle(outcome: _Read | Exception) -> None:
        if future.done():
            return
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)

    def run() -> None:
        try:
            outcome: _Read | Exception = read()
        except (OSError, ValueError) as error:
            outcome = error
        with suppress(RuntimeError):  # the loop has closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(settle, outcome)

    Thread(target=run, name="standard-input", daemon=True).start()
    return future
