"""The parameters of a call, however they came: query, form, multipart or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from aiohttp.web_request import FileField

from tests.fake_telegram.refusals import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parameters:
    values: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        if not (value := self.text(name)):
            bad_request(f'parameter "{name}" is required')
        return value

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.text(name, str(default)))
        except ValueError:
            return default

    def number(self, name: str) -> float:
        value = self.text(name).strip()
        if not value:
            bad_request(f"{name} is empty")
        try:
            return float(value)
        except ValueError:
            return 0.0

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "1", "yes")

    def decoded(self, name: str, what: str) -> Any:
        """A parameter that is JSON; None where it is missing."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            bad_request(f"can't parse {what} JSON object")

    def upload(self, name: str) -> Upload | None:
        """The uploaded file of this parameter, sent under its name or as attach://."""
        return self.uploads.get(self.text(name).removeprefix("attach://") or name)


async def parameters_of(request: web.Request) -> Parameters:
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        if body := await request.read():
            try:
                sent = orjson.loads(body)
            except orjson.JSONDecodeError:
                bad_request("can't parse JSON encoded request")
            values |= sent if isinstance(sent, dict) else {}
        return Parameters(values)
    uploads = {}
    for name, value in (await request.post()).items():
        if isinstance(value, FileField):
            uploads[name] = Upload(value.filename, value.file.read())
        else:
            values[name] = value.decode() if isinstance(value, bytes | bytearray) else value
    return Parameters(values, uploads)
