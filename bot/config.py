"""Settings from the environment and `.env`, read once, typed; the table of them is in .env.example."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

HERE: Final = Path(__file__).resolve().parent


class SettingsError(Exception):
    """A variable has a value that cannot be used; the text names it and is fit for a person."""


def bundled(name: str) -> Path:
    """A folder that ships with the program: inside the package when installed, beside it in a checkout."""
    inside = HERE / "bundled" / name
    return inside if inside.is_dir() else HERE.parent / name


class Settings(BaseSettings):
    """Every setting, named as its variable without the prefix `BOT_`."""

    model_config = SettingsConfigDict(
        env_prefix="BOT_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    token: SecretStr | None = None
    api_url: str = "https://api.telegram.org"
    admin_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    database_url: str = ""
    state_dir: Path = Path("state")
    data_dir: Path = bundled("data")
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    listen: str = "127.0.0.1:8080"
    send_rate: float = 30.0
    timezone: str = "Europe/Moscow"
    allow_private_fetch: bool = False
    log_format: Literal["console", "json"] = "console"

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _split_ids(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if not all(part.isdecimal() for part in parts):
            raise ValueError("must be Telegram user ids, comma separated")
        return frozenset(map(int, parts))

    @field_validator("api_url", "webhook_url")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("must be an http or https address")
        return value.rstrip("/") if value else value

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, colon, port = value.rpartition(":")
        if not (colon and host and port.isdecimal() and int(port) < 65536):
            raise ValueError("must be HOST:PORT")
        return value

    @field_validator("send_rate")
    @classmethod
    def _positive_rate(cls, value: float) -> float:
        if not 0 < value <= 1000:
            raise ValueError("must be above 0 and at most 1000")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of zones, such as Europe
            raise ValueError("is no time zone of the IANA database") from error
        return value

    @classmethod
    def read(cls) -> Self:
        """The settings of this process. Raises SettingsError with one line for the first variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = "BOT_" + "_".join(str(part) for part in first["loc"]).upper()
            raise SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None
        except UnicodeDecodeError:
            raise SettingsError(f"{cls.model_config['env_file']}: is not UTF-8") from None

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database: the one given, else a file in the state directory."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.state_dir / 'embassy.db').resolve()}"

    @property
    def listen_address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)
