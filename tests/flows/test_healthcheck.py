"""The health check of the containers, as the container engine runs it."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.ports import held_port

SCRIPT = Path(__file__).parents[2] / "deploy" / "healthcheck.py"


async def check(address: object) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(sys.executable, SCRIPT, str(address), stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    assert b"Traceback" not in err
    return process.returncode, (out + err).decode()


@pytest.mark.parametrize(("answer", "status"), [(200, 0), (503, 1)])
async def test_it_says_what_is_answered_and_whether_that_is_well(answer: int, status: int) -> None:
    async def ready(_: web.Request) -> web.Response:
        return web.json_response({"checks": {"database": "does not answer"}}, status=answer)

    application = web.Application()
    application.router.add_get("/readyz", ready)
    async with TestServer(application) as server:
        ended = await check(server.make_url("/readyz"))
    assert ended == (status, f'{answer} {{"checks": {{"database": "does not answer"}}}}\n')


async def test_nobody_there_is_not_well() -> None:
    with held_port() as port:
        status, said = await check(f"http://127.0.0.1:{port}/readyz")
    assert status == 1
    assert said.startswith(f"127.0.0.1:{port} does not answer: ")
