"""Checks what an operator installs: the Compose files, Prometheus' alerts, Grafana's board.

And that they, the handbook and the bot speak of the same settings, figures and alerts. Exit status 1 and a line a
fault; run by `make check`. The schema of the Compose files is checked by `check-jsonschema` beside it; where a Compose
client is installed, it reads them too.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.config import SECRETS, Settings  # noqa: E402
from bot.domain.asked import Result  # noqa: E402
from scripts.deploying.figures import Figure, expression_faults, figures_of, known_figures  # noqa: E402

METRICS: Final = "bot.metrics"
"""The module that registers every figure."""
COMPOSE: Final = ("docker-compose.yml", "docker-compose.small.yml")
HANDBOOK: Final = "docs/operating.md"
ALERTS: Final = "deploy/prometheus/alerts.yml"
ALERT_TESTS: Final = "deploy/prometheus/alerts.test.yml"
BOARD: Final = "deploy/grafana/boards/embassy.json"
DATA_SOURCES: Final = "deploy/grafana/provisioning/datasources/prometheus.yml"
SEVERITIES: Final = ("critical", "warning", "info")
PUBLIC: Final = "caddy"
"""The only service that may be reached from outside the machine."""


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def read(path: str) -> Any:
    return yaml.safe_load(text(path))


def anchors() -> set[str]:
    """The targets of links into the handbook, as the usual renderers of Markdown make them of its headings."""
    headings = re.findall(r"^#+ (.+)$", text(HANDBOOK), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def setting_faults() -> Iterator[str]:
    """Variables that no setting reads."""
    known = {f"BOT_{name.upper()}" for name in Settings.model_fields}
    paths = [*ROOT.glob("docker-compose*.yml"), *(ROOT / "deploy").rglob("*.*"), ROOT / "Dockerfile", ROOT / HANDBOOK]
    for path in paths:
        if path.is_file():
            named = set(re.findall(r"\bBOT_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")))
            yield from (f"{path.relative_to(ROOT)}: there is no setting {name}" for name in sorted(named - known))


def compose_faults(path: str) -> Iterator[str]:
    stack = read(path)
    for name, secret in stack.get("secrets", {}).items():
        if secret != {"file": f"./deploy/secrets/{name}"}:
            yield f"{path}: the secret {name} does not come from its file in deploy/secrets"
    for name, service in stack["services"].items():
        yield from (f"{path}: {name}: {fault}" for fault in service_faults(name, service, stack))


def service_faults(name: str, service: Mapping[str, Any], stack: Mapping[str, Any]) -> Iterator[str]:
    image, tag = service["image"].rpartition(":")[::2]
    if not image or tag == "latest":
        yield "the image has no version"
    if service.get("read_only") is not True or service.get("cap_drop") != ["ALL"]:
        yield "can write to its root, or has capabilities it was not given"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "can gain privileges"
    if name != PUBLIC and any(not port.startswith("127.0.0.1:") for port in service.get("ports", [])):
        yield "can be reached from outside the machine"
    for volume in service.get("volumes", []):
        source = volume.partition(":")[0]
        there = (ROOT / source).exists() if source.startswith(".") else source in stack["volumes"]
        if not there:
            yield f"there is no {source}"
    given = service.get("secrets", [])
    yield from (f"there is no secret {secret}" for secret in given if secret not in stack["secrets"])
    for variable, value in service.get("environment", {}).items():
        if variable in {f"BOT_{secret.upper()}" for secret in SECRETS}:
            yield f"{variable} stands in the environment: give its file"
        if variable.endswith("_FILE") and str(value).removeprefix("/run/secrets/") not in given:
            yield f"{variable} names no secret of this service"


def client_faults(path: str) -> Iterator[str]:
    """What the Compose client says, where there is one."""
    client = _client()
    if client:
        command = [*client, "--file", path, "--profile", "*", "config", "--quiet"]
        given = {**os.environ, "DOMAIN": "bot.example.org"}
        checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=given)
        if checked.returncode or "variable is not set" in checked.stderr:
            yield f"{path}: {' '.join(checked.stderr.split())}"


def _client() -> list[str]:
    if alone := shutil.which("docker-compose"):
        return [alone]
    docker = shutil.which("docker")
    tried = docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    return [docker, "compose"] if docker and tried else []


def route_faults() -> Iterator[str]:
    """That Telegram is told the path that is public, and the image is made of files that are sent to be built from."""
    url = read(COMPOSE[0])["services"]["bot"]["environment"]["BOT_WEBHOOK_URL"]
    if f"path /{url.rpartition('/')[2]}\n" not in text("deploy/Caddyfile"):
        yield "deploy/Caddyfile: does not route the path of BOT_WEBHOOK_URL in docker-compose.yml"
    sent = set(re.findall(r"^!(\S+)$", text(".dockerignore"), re.MULTILINE))
    copied = {
        name for line in re.findall(r"^COPY (?!--)(.+) \S+$", text("Dockerfile"), re.MULTILINE) for name in line.split()
    }
    for name in sorted(sent ^ copied):
        yield f".dockerignore: {name} is let in and not copied by the Dockerfile, or copied and not let in"
    yield from (f".dockerignore: there is no {name}" for name in sorted(sent) if not (ROOT / name).exists())


def alert_faults(known: Mapping[str, Figure]) -> Iterator[str]:
    rules = [rule for group in read(ALERTS)["groups"] for rule in group["rules"]]
    listed = dict(re.findall(r"^\| \[(\w+)\]\(#\w+\) \| (\w+) \|", text(HANDBOOK), re.MULTILINE))
    if {rule["alert"]: rule["labels"]["severity"] for rule in rules} != listed or len(rules) != len(listed):
        yield f"{HANDBOOK}: the table of alerts is not that of {ALERTS}, or not as bad"
    tried = {
        test["alertname"]
        for case in read(ALERT_TESTS)["tests"]
        for test in case["alert_rule_test"]
        if test.get("exp_alerts")
    }
    for rule in rules:
        name, notes = rule["alert"], rule["annotations"]
        if rule["labels"]["severity"] not in SEVERITIES or not notes.get("summary"):
            yield f"{ALERTS}: {name}: says not what it is or how bad"
        if notes.get("runbook_url") != f"{HANDBOOK}#{name.lower()}" or name.lower() not in anchors():
            yield f"{ALERTS}: {name}: has no paragraph in {HANDBOOK}"
        if name not in tried:
            yield f"{ALERT_TESTS}: {name} is never made to fire"
        yield from (f"{ALERTS}: {name}: {fault}" for fault in expression_faults(rule["expr"], known))


def board_faults(known: Mapping[str, Figure]) -> Iterator[str]:
    board = json.loads(text(BOARD))
    sources = {source["uid"] for source in read(DATA_SOURCES)["datasources"]}
    panels = board["panels"]
    if len({panel["id"] for panel in panels}) != len(panels):
        yield f"{BOARD}: two panels have one id"
    for one, other in combinations(panels, 2):
        if _overlap(one["gridPos"], other["gridPos"]):
            yield f"{BOARD}: {one['title']} lies upon {other['title']}"
    for panel in panels:
        where = f"{BOARD}: {panel['title']}"
        if panel["type"] != "row" and not (panel.get("description") and panel.get("targets")):
            yield f"{where}: shows nothing, or does not say what"
        for target in panel.get("targets", []):
            if {panel["datasource"]["uid"], target["datasource"]["uid"]} - sources:
                yield f"{where}: asks a source that is not there"
            yield from (f"{where}: {fault}" for fault in expression_faults(target["expr"], known))


def _overlap(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
    return across and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]


def handbook_faults(known: Mapping[str, Figure]) -> Iterator[str]:
    listed = figures_of(text(HANDBOOK))
    ours = {figure.label_names for figure in known.values() if figure.name.startswith("embassy_")}
    for figure in sorted(ours - listed):
        yield f"{HANDBOOK}: the table of figures lacks {figure}"
    for figure in sorted(listed - ours):
        yield f"{HANDBOOK}: {figure} is no figure of {METRICS}"
    for path in (HANDBOOK, BOARD):
        line = next((line for line in text(path).splitlines() if "found" in line and "host" in line), "")
        missing = [result for result in Result if not re.search(rf"\b{result}\b", line)]
        yield from (f"{path}: what became of questions lacks {result}" for result in missing)
    links = re.findall(r"\]\(#([\w-]+)\)", text(HANDBOOK))
    yield from (f"{HANDBOOK}: nothing is called #{link}" for link in sorted(set(links) - anchors()))


def main() -> int:
    known = known_figures(METRICS)
    faults = [
        *setting_faults(),
        *(fault for path in COMPOSE for fault in (*compose_faults(path), *client_faults(path))),
        *route_faults(),
        *alert_faults(known),
        *board_faults(known),
        *handbook_faults(known),
    ]
    print(*faults, sep="\n", end="\n" if faults else "")
    client = "read by a Compose client" if _client() else "no Compose client here"
    print(f"deploy: {len(COMPOSE)} Compose files ({client}), {len(known)} figures, ", end="")
    print(f"{len(faults)} faults" if faults else "no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
