"""The figures that Prometheus has of the bot, and whether an expression asks only for such."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final

import promql_parser
from prometheus_client.metrics import MetricWrapperBase

OF_PROMETHEUS: Final = {"up": ("job", "instance"), "ALERTS": ("alertname", "alertstate", "severity")}
OF_THE_PROCESS: Final = (
    "process_cpu_seconds_total", "process_max_fds", "process_open_fds", "process_resident_memory_bytes",
    "process_start_time_seconds",
)  # fmt: skip
"""Those that prometheus_client reads from Linux (its process_collector.py) and that we ask for."""
OF_THE_TARGET: Final = ("job", "instance")
GRAFANA: Final = {"$__rate_interval": "1m"}
"""What Grafana puts into an expression before it asks."""
SAMPLES: Final = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
"""What Prometheus puts behind the name of a figure, by its type."""


@dataclass(frozen=True, slots=True)
class Figure:
    """`samples` are the names under which Prometheus has it; all carry `labels`."""

    name: str
    labels: tuple[str, ...]
    samples: tuple[str, ...]

    @property
    def label_names(self) -> str:
        """As the handbook writes it: `name{label,label}`, a counter with its suffix."""
        name = self.samples[0] if len(self.samples) == 1 else self.name
        return name + (f"{{{','.join(self.labels)}}}" if self.labels else "")


def known_figures(module: str) -> dict[str, Figure]:
    """What the module registers, Prometheus makes itself and the process has, by the names of the samples."""
    figures = [_figure(value) for value in vars(import_module(module)).values() if isinstance(value, MetricWrapperBase)]
    figures += [Figure(name, labels, (name,)) for name, labels in OF_PROMETHEUS.items()]
    figures += [Figure(name, (), (name,)) for name in OF_THE_PROCESS]
    return {sample: figure for figure in figures for sample in figure.samples}


def _figure(metric: MetricWrapperBase) -> Figure:
    (family,) = metric.describe()
    samples = tuple(family.name + suffix for suffix in SAMPLES[family.type])
    return Figure(family.name, tuple(metric._labelnames), samples)


def figures_of(handbook: str) -> set[str]:
    """What the handbook's table of figures names."""
    return set(re.findall(r"^\| `(embassy_[^`]+)` \|", handbook, re.MULTILINE))


def expression_faults(expression: str, known: Mapping[str, Figure]) -> Iterator[str]:
    for variable, value in GRAFANA.items():
        expression = expression.replace(variable, value)
    selectors: list[promql_parser.VectorSelector] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            selectors.append(node)
        return True

    try:
        promql_parser.walk(promql_parser.parse(expression), visit)
    except ValueError as error:
        yield f"cannot be read: {error}"
        return
    if not selectors:
        yield "asks for nothing"
    for selector in selectors:
        figure = known.get(selector.name or "")
        if figure is None:
            yield f"nobody has the figure {selector.name}"
            continue
        labels = {*figure.labels, *OF_THE_TARGET, *(("le",) if selector.name == f"{figure.name}_bucket" else ())}
        asked = {matcher.name for matcher in selector.matchers.matchers}
        yield from (f"{figure.name} has no label {label}" for label in sorted(asked - labels))
