"""What the server says no with.

Codes and wordings are those of the public server (tdlib/telegram-bot-api: Client.cpp, and tdlib/td below it). A few
limits are enforced behind that code by a part that is not public; there the code is documented and the wording ours.
"""

from typing import Any, NoReturn

JSON = dict[str, Any]


class Refusal(Exception):
    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def payload(self) -> JSON:
        body: JSON = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str) -> NoReturn:
    raise Refusal(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> NoReturn:
    raise Refusal(403, f"Forbidden: {reason}")


def too_many_requests(seconds: int) -> NoReturn:
    raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


NOT_FOUND = Refusal(404, "Not Found")
UNAUTHORIZED = Refusal(401, "Unauthorized")
