"""Files that were sent, to be described by getFile and fetched by path."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from tests.fake_telegram.refusals import JSON, bad_request

FILES_KEPT = 500
DOWNLOAD_MOST = 20 * 1024 * 1024


@dataclass(slots=True)
class Files:
    _by_id: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def keep(self, content: bytes, name: str) -> JSON:
        """Stores a file; the fields that every kind of file has."""
        file_id = f"BQAC{next(self._numbers):06d}"
        self._by_id[file_id] = (content, name)
        if len(self._by_id) > FILES_KEPT:
            del self._by_id[next(iter(self._by_id))]
        return _fields(file_id, content)

    def find(self, file_id: str) -> tuple[bytes, str]:
        if file_id not in self._by_id:
            bad_request("wrong file_id or the file is temporarily unavailable")
        return self._by_id[file_id]

    def describe(self, file_id: str) -> JSON:
        """The File object."""
        content, _ = self.find(file_id)
        if len(content) > DOWNLOAD_MOST:
            bad_request("file is too big")
        return {**_fields(file_id, content), "file_path": f"documents/{file_id}"}

    def at(self, path: str) -> bytes | None:
        found = self._by_id.get(path.removeprefix("documents/"))
        return found[0] if found else None


def _fields(file_id: str, content: bytes) -> JSON:
    return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content)}
