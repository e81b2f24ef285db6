"""Settings from the environment and `.env`, read once, typed; the table of them is in .env.example."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

HERE: Final = Path(__file__).resolve().parent
SECRETS: Final = ("token", "webhook_secret", "database_password")
"""Settings that can also come from a file, named by the variable of the same name with `_FILE` behind it."""
WEBHOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What Telegram takes as a secret token (https://core.telegram.org/bots/api#setwebhook)."""


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
    token_file: Path | None = None
    api_url: str = "https://api.telegram.org"
    admin_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    database_url: str = ""
    database_password: SecretStr | None = None
    database_password_file: Path | None = None
    state_dir: Path = Path("state")
    data_dir: Path = bundled("data")
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    webhook_secret_file: Path | None = None
    listen: str = "127.0.0.1:8080"
    send_rate: float = 30.0
    timezone: str = "Europe/Moscow"
    allow_private_fetch: bool = False
    log_format: Literal["console", "json"] = "console"

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Puts what the files hold where the variables would. Raises SettingsError."""
        for name in SECRETS:
            if file := given.get(f"{name}_file"):
                variable = f"BOT_{name.upper()}"
                if given.get(name):
                    raise SettingsError(f"{variable}_FILE: {variable} is set too, keep one of them")
                given = {**given, name: _secret_in(Path(file), f"{variable}_FILE")}
        return given

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
        if value is not None and not _is_http(value):
            raise ValueError("must be an http or https address")
        return value.rstrip("/") if value else value

    @field_validator("webhook_secret")
    @classmethod
    def _acceptable_to_telegram(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("must be 1 to 256 of the characters A-Z, a-z, 0-9, _ and -")
        return value

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

    @model_validator(mode="after")
    def _password_has_its_place(self) -> Self:
        if self.database_password is not None:
            try:
                parts = urlsplit(self.database_url)
            except ValueError:
                raise SettingsError("BOT_DATABASE_URL: must be SCHEME://USER@HOST/NAME") from None
            if not parts.username or parts.password is not None or not parts.hostname:
                raise SettingsError("BOT_DATABASE_PASSWORD: BOT_DATABASE_URL must be SCHEME://USER@HOST/NAME for it")
        return self

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
        """The SQLAlchemy URL of the database: the one given, else a file in the state directory.

        A password that was given apart from the URL is put into it.
        """
        if not self.database_url:
            return f"sqlite+aiosqlite:///{(self.state_dir / 'embassy.db').resolve()}"
        if self.database_password is None:
            return self.database_url
        parts = urlsplit(self.database_url)
        user, at, host = parts.netloc.rpartition("@")
        password = quote(self.database_password.get_secret_value(), safe="")
        return parts._replace(netloc=f"{user}:{password}{at}{host}").geturl()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be logged."""
        given = (self.token, self.webhook_secret, self.database_password)
        return tuple(secret.get_secret_value() for secret in given if secret)

    @property
    def listen_address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def _is_http(address: str) -> bool:
    """Without what urllib says of a wrong one, in which a secret that was put there would stand."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _secret_in(file: Path, variable: str) -> str:
    """The one line of a secret's file. Raises SettingsError, without what the file says."""
    try:
        secret = file.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise SettingsError(f"{variable}: cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{variable}: {file} is not UTF-8") from None
    if not secret or len(secret.splitlines()) > 1:
        raise SettingsError(f"{variable}: {file} must hold one line, the secret")
    return secret
