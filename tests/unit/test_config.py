"""Settings as an operator gives them: in the environment, in `.env`, and wrongly."""

import re
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.config import SECRETS, Settings, SettingsError, bundled

EXAMPLE = Path(__file__).parents[2] / ".env.example"
SECRET = "987654321:AAH-secret_token_that_must_not_leak_00"
POSTGRES = "postgresql+asyncpg://embassy@database:5432/embassy?ssl=disable"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of the machine, and a folder without `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"BOT_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def given(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings.read()


def test_every_setting_is_explained_in_the_example_and_nothing_else_is() -> None:
    explained = re.findall(r"^#?(BOT_\w+)=", EXAMPLE.read_text(), re.MULTILINE)
    assert sorted(explained) == sorted(f"BOT_{name.upper()}" for name in Settings.model_fields)


def test_the_values_of_the_example_are_the_defaults(tmp_path: Path) -> None:
    defaults = Settings.read()
    values = re.findall(r"^#(BOT_\w+=.*)$", EXAMPLE.read_text(), re.MULTILINE)
    (tmp_path / ".env").write_text("\n".join(values))
    assert Settings.read() == defaults


def test_the_defaults_are_those_of_a_fresh_machine(tmp_path: Path) -> None:
    settings = Settings.read()
    assert settings.token is None
    assert settings.api_url == "https://api.telegram.org"
    assert settings.database == f"sqlite+aiosqlite:///{tmp_path / 'state' / 'embassy.db'}"
    assert settings.data_dir == bundled("data")
    assert settings.listen_address == ("127.0.0.1", 8080)
    assert not settings.allow_private_fetch


def test_a_file_is_read_and_the_environment_goes_before_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"BOT_TOKEN={SECRET}\nBOT_SEND_RATE=7\nBOT_TIMEZONE=Asia/Omsk\nOTHER=1\n")
    settings = given(monkeypatch, BOT_SEND_RATE="9")
    assert settings.token is not None
    assert settings.token.get_secret_value() == SECRET
    assert (settings.send_rate, settings.timezone) == (9, "Asia/Omsk")
    assert SECRET not in repr(settings)


def test_a_file_with_a_byte_order_mark_is_read_from_its_first_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BOT_SEND_RATE=7\r\nBOT_TIMEZONE=Asia/Omsk\r\n", encoding="utf-8-sig")
    settings = Settings.read()
    assert (settings.send_rate, settings.timezone) == (7, "Asia/Omsk")


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(f"BOT_TOKEN={SECRET}\n# время\n".encode("cp1251"))
    with pytest.raises(SettingsError, match=r"^\.env: is not UTF-8$"):
        Settings.read()


def test_an_empty_value_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = {f"BOT_{name.upper()}": "" for name in Settings.model_fields}
    assert Settings.read() == given(monkeypatch, **empty)


@pytest.mark.parametrize(
    ("value", "ids"),
    [("4711", {4711}), ("1,2", {1, 2}), (" 1 , 2 ,", {1, 2}), (",", set()), ("9007199254740993", {9007199254740993})],
)
def test_admins_are_ids_with_commas_between(monkeypatch: pytest.MonkeyPatch, value: str, ids: set[int]) -> None:
    assert given(monkeypatch, BOT_ADMIN_IDS=value).admin_ids == ids


@pytest.mark.parametrize(
    ("value", "address"),
    [("0.0.0.0:80", ("0.0.0.0", 80)), ("[::1]:8080", ("::1", 8080)), ("localhost:0", ("localhost", 0))],
)
def test_the_address_to_listen_at_is_host_and_port(
    monkeypatch: pytest.MonkeyPatch, value: str, address: tuple[str, int]
) -> None:
    assert given(monkeypatch, BOT_LISTEN=value).listen_address == address


def test_a_database_that_is_named_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, BOT_DATABASE_URL="sqlite+aiosqlite:////x.db").database == "sqlite+aiosqlite:////x.db"


def test_the_address_of_the_server_has_no_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, BOT_API_URL="http://localhost:8081/").api_url == "http://localhost:8081"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_ADMIN_IDS", "me"),
        ("BOT_ADMIN_IDS", "1;2"),
        ("BOT_ADMIN_IDS", "-1"),
        ("BOT_API_URL", "api.telegram.org"),
        ("BOT_API_URL", "ftp://a.example"),
        ("BOT_API_URL", "http://["),
        ("BOT_API_URL", f"file:///{SECRET}"),
        ("BOT_API_URL", "http://a.example:abc"),
        ("BOT_API_URL", "http://a.example:65536"),
        ("BOT_API_URL", f"http://{SECRET}"),
        ("BOT_WEBHOOK_URL", "https://a.example:abc/x"),
        ("BOT_WEBHOOK_URL", "a.example"),
        ("BOT_WEBHOOK_SECRET", "no spaces"),
        ("BOT_WEBHOOK_SECRET", "a" * 257),
        ("BOT_WEBHOOK_SECRET", SECRET),
        ("BOT_LISTEN", "8080"),
        ("BOT_LISTEN", "localhost:"),
        ("BOT_LISTEN", ":8080"),
        ("BOT_LISTEN", "localhost:65536"),
        ("BOT_LISTEN", "localhost:²"),
        ("BOT_SEND_RATE", "0"),
        ("BOT_SEND_RATE", "-1"),
        ("BOT_SEND_RATE", "nan"),
        ("BOT_SEND_RATE", "inf"),
        ("BOT_SEND_RATE", "fast"),
        ("BOT_TIMEZONE", "Moscow"),
        ("BOT_TIMEZONE", "Europe"),
        ("BOT_TIMEZONE", "../Europe/Moscow"),
        ("BOT_TIMEZONE", "/etc/localtime"),
        ("BOT_ALLOW_PRIVATE_FETCH", "perhaps"),
        ("BOT_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        given(monkeypatch, **{"BOT_TOKEN": SECRET, name: value})
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert len(message.splitlines()) == 1
    assert SECRET not in message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("form", ["{}", "{}\n", "\ufeff{}\r\n", " {} \n\n"])
def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, form: str) -> None:
    file = tmp_path / "secret"
    file.write_bytes(form.format("s3cret_-").encode())
    settings = given(monkeypatch, **{f"BOT_{name.upper()}_FILE": str(file), "BOT_DATABASE_URL": POSTGRES})
    assert getattr(settings, name).get_secret_value() == "s3cret_-"
    assert settings.secrets == ("s3cret_-",)
    assert "s3cret_-" not in repr(settings)


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (None, "cannot read {}: No such file or directory"),
        (b"", "{} must hold one line, the secret"),
        (b" \n", "{} must hold one line, the secret"),
        (SECRET.encode() + b"\nmore\n", "{} must hold one line, the secret"),
        (SECRET.encode() + b"\xff", "{} is not UTF-8"),
    ],
)
def test_a_file_without_a_secret_is_told_without_what_it_holds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, held: bytes | None, why: str
) -> None:
    file = tmp_path / "secret"
    if held is not None:
        file.write_bytes(held)
    with pytest.raises(SettingsError) as caught:
        given(monkeypatch, BOT_TOKEN_FILE=str(file))
    assert str(caught.value) == f"BOT_TOKEN_FILE: {why.format(file)}"


def test_a_folder_where_a_file_should_be_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A container engine makes one when the file it is to bring in is missing."""
    with pytest.raises(SettingsError, match=r"^BOT_TOKEN_FILE: cannot read .*: Is a directory$"):
        given(monkeypatch, BOT_TOKEN_FILE=str(tmp_path))


def test_a_secret_that_is_given_twice_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"BOT_TOKEN={SECRET}\n")
    with pytest.raises(SettingsError, match=r"^BOT_TOKEN_FILE: BOT_TOKEN is set too, keep one of them$"):
        given(monkeypatch, BOT_TOKEN_FILE=str(tmp_path / "secret"))


def test_the_password_of_the_database_is_put_into_its_url(monkeypatch: pytest.MonkeyPatch) -> None:
    url = given(monkeypatch, BOT_DATABASE_URL=POSTGRES, BOT_DATABASE_PASSWORD="p@ss/w:rd %").database
    assert url == POSTGRES.replace("embassy@", "embassy:p%40ss%2Fw%3Ard%20%25@")
    assert make_url(url).password == "p@ss/w:rd %"


@pytest.mark.parametrize("rest", ["", "&options=a@b", "&a=b:c@d#e@f"])
def test_the_password_stands_before_the_host_whatever_comes_behind_it(
    monkeypatch: pytest.MonkeyPatch, rest: str
) -> None:
    url = given(monkeypatch, BOT_DATABASE_URL=POSTGRES + rest, BOT_DATABASE_PASSWORD="word").database
    assert url == POSTGRES.replace("embassy@", "embassy:word@") + rest


def test_a_database_url_that_is_none_is_told_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"^BOT_DATABASE_URL: ") as caught:
        given(monkeypatch, BOT_DATABASE_URL=f"postgresql+asyncpg://u@[{SECRET}/x", BOT_DATABASE_PASSWORD="word")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["", "sqlite+aiosqlite:////x.db", "postgresql+asyncpg://database/embassy", POSTGRES.replace("@", f":{SECRET}@")],
)
def test_a_password_that_has_no_place_in_the_url_is_told(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(SettingsError, match=r"^BOT_DATABASE_PASSWORD: BOT_DATABASE_URL must be ") as caught:
        given(monkeypatch, BOT_DATABASE_URL=url, BOT_DATABASE_PASSWORD=SECRET)
    assert SECRET not in str(caught.value)
