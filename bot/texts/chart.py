"""Pictures of figures, as PNG. Drawing takes a second of CPU: it belongs in a thread."""

import threading
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS: Final = ("#0072B2", "#E69F00", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#999999")
"""Told apart by people who see colours differently (Okabe and Ito)."""
TICKS: Final = 8

_one_at_a_time: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the pictures in a picture: `series` are named rows of numbers, one a label."""

    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Line(Panel):
    """One row over time."""


@dataclass(frozen=True, slots=True)
class Bars(Panel):
    """Rows stacked upon each other."""


def draw(title: str, panels: tuple[Panel, ...]) -> bytes:
    """The panels, two a row."""
    # The library is large and only this needs it; it does not promise to draw in two threads at once.
    with _one_at_a_time:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(12.8, 4.6 * ((len(panels) + 1) // 2)), dpi=100, layout="constrained")
        figure.suptitle(title, parse_math=False)
        for place, panel in enumerate(panels, start=1):
            axes = figure.add_subplot((len(panels) + 1) // 2, 2, place)
            _fill(axes, panel)
        image = BytesIO()
        FigureCanvasAgg(figure)
        figure.savefig(image, format="png")
        return image.getvalue()


def drawable(text: str) -> bool:
    """Whether the font that comes with the library has these letters and they are written from left to right."""
    return all(sign < "\u0590" or "\u1e00" <= sign < "\u2070" or sign in "№–—…" for sign in text)


def _fill(axes: "Axes", panel: Panel) -> None:
    from matplotlib.ticker import MaxNLocator

    places = range(len(panel.labels))
    below = [0] * len(panel.labels)
    for colour, (name, values) in zip(COLOURS, panel.series, strict=False):
        if isinstance(panel, Line):
            axes.plot(places, values, color=colour, linewidth=2, label=name)
            axes.fill_between(places, values, color=colour, alpha=0.15)
        else:
            axes.bar(places, values, bottom=below, color=colour, label=name)
            below = [low + value for low, value in zip(below, values, strict=True)]
    axes.set_title(panel.title, parse_math=False)
    axes.set_ylim(bottom=0, top=None if any(any(values) for _, values in panel.series) else 1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    step = max(1, len(panel.labels) // TICKS)
    shown = [place for place in places if (len(panel.labels) - 1 - place) % step == 0]
    axes.set_xticks(shown, [panel.labels[place] for place in shown])
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    if len(panel.series) > 1:
        axes.legend(fontsize="small", frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.07), ncols=4)
