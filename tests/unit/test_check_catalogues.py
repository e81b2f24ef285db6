"""The check of the catalogues finds what nobody would see: texts that are never shown, and texts that are missing."""

import re
import shutil
from pathlib import Path

import pytest

from bot.config import bundled
from scripts.check_catalogues import faults


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundled("locales"), tmp_path / "locales"))


def add(folder: Path, key: str) -> None:
    for path in folder.glob("*/LC_MESSAGES/bot.po"):
        with path.open("a", encoding="utf-8") as file:
            file.write(f'\nmsgid "{key}"\nmsgstr "Text"\n')


def remove(folder: Path, key: str) -> None:
    for path in folder.glob("*/LC_MESSAGES/bot.po"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(rf'msgid "{re.escape(key)}"\nmsgstr .*\n(".*\n)*', "", text), encoding="utf-8")


def test_the_catalogues_are_whole(folder: Path) -> None:
    assert faults(folder) == []


def test_texts_that_are_never_shown_are_found(folder: Path) -> None:
    dead = ["audit.dead", "button.dead", "card.dead", "desk.dead", "status.mark.dead"]
    for key in dead:
        add(folder, key)
    found = faults(folder)
    assert sorted(fault.split(": ")[1] for fault in found) == dead
    assert all(re.fullmatch(r"locales/en/LC_MESSAGES/bot.po:\d+: [\w.]+: used nowhere", fault) for fault in found)


def test_texts_that_are_missing_are_found(folder: Path) -> None:
    missing = ["button.map", "button.pause", "desk.stage.paused", "detail.mission"]
    for key in missing:
        remove(folder, key)
    found = faults(folder)
    assert [key for key in missing if not any(f"no catalogue has the key {key}" in fault for fault in found)] == []
