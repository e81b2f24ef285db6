"""What is wrong with a file from outside, said so that its author finds the place in an editor."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`line` is the physical line where the record begins, from 1; `column` is a column's name, or what the fault
    is about where it is no single column: `row`, `header`, `file`, `folder`."""

    file: str
    line: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.what}"


@dataclass(frozen=True, slots=True)
class Faults:
    """Every fault of every file, in the order of files and lines; never empty."""

    found: tuple[Fault, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.found))

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def shown(value: str, most: int = 60) -> str:
    """The value as a message can carry it: one line, nothing that a terminal or a chat would obey, not too long."""
    text = "".join(map(_visible, value[:most]))
    return f"{text}…" if len(value) > most else text


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    if "\udc80" <= char <= "\udcff":  # a byte that is not UTF-8, kept by surrogateescape
        return f"\\x{ord(char) - 0xDC00:02x}"
    return ascii(char)[1:-1]
