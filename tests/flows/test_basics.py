"""What a chat chooses for itself, and that it lasts."""

from datetime import datetime

import pytest

from bot.config import Settings
from bot.receiving import Bot
from tests.fake_telegram import FakeTelegram, Person
from tests.flows.conftest import at_work, tap


@pytest.mark.usefixtures("bot")
async def test_the_greeting_says_what_to_do_in_the_language_of_telegram(ada: Person, ivan: Person) -> None:
    await ada.start()
    assert "Write the name of your country" in (await ada.reply()).text
    await ivan.start()
    assert "Напишите название страны" in (await ivan.reply()).text


@pytest.mark.usefixtures("bot")
async def test_a_language_without_texts_falls_back_to_one_its_readers_know(telegram: FakeTelegram) -> None:
    uzbek = telegram.user(language_code="uz")
    assert "Узбекистан" in (await uzbek.ask("Oʻzbekiston")).text
    swahili = telegram.user(language_code="sw")
    assert "Kenya" in (await swahili.ask("Kenya")).text
    nobody = telegram.user(language_code=None)
    assert "Germany" in (await nobody.ask("Deutschland")).text


@pytest.mark.usefixtures("bot")
async def test_help_privacy_and_commands_stay_within_telegram(ada: Person, ivan: Person) -> None:
    for person in (ada, ivan):
        for command in ("/help", "/privacy", "/emergency", "/mycountry", "/nearest", "/find", "/language"):
            assert (await person.ask(command)).text


async def test_language_and_country_survive_a_restart(settings: Settings, now: datetime, ada: Person) -> None:
    async with at_work(settings, lambda: now):
        await ada.ask("/language")
        await tap(ada, "Русский")
        assert "Запомнил" in (await ada.ask("/mycountry кения")).text
    async with at_work(settings, lambda: now):
        assert "Кения" in (await ada.ask("/mycountry")).text
        assert "+7 499 230-02-32" in (await ada.ask("/emergency")).text


@pytest.mark.usefixtures("bot")
async def test_the_language_can_be_written_behind_its_command(ada: Person) -> None:
    assert "русски" in (await ada.ask("/language RU")).text.lower()
    assert "Что умеет" in (await ada.ask("/help")).text
    assert (await ada.ask("/language klingon")).buttons[:2] == ["English", "✓ Русский"]


@pytest.mark.usefixtures("bot")
async def test_an_ambiguous_country_is_asked_back_before_it_is_remembered(ada: Person) -> None:
    await ada.ask("/mycountry korea")
    assert "South Korea" in (await tap(ada, "🇰🇷 South Korea")).text
    assert "South Korea" in (await ada.ask("/mycountry")).text
    await tap(ada, "✖️ Forget my country")
    assert "not set" in (await ada.ask("/mycountry")).text


@pytest.mark.usefixtures("bot")
async def test_forgetting_erases_everything(ada: Person, bot: Bot) -> None:
    await ada.ask("/mycountry kenya")
    await ada.ask("/forgetme")
    await tap(ada, "Cancel")
    assert "Kenya" in (await ada.ask("/mycountry")).text
    await ada.ask("/forgetme")
    await tap(ada, "🗑 Yes, erase it")
    assert "not set" in (await ada.ask("/mycountry")).text


@pytest.mark.usefixtures("bot")
async def test_nearest_posts_of_my_country_then_of_any(ada: Person) -> None:
    await ada.share_location(59.94, 30.31)
    anybody = await ada.reply()
    assert "any country" in anybody.text
    await ada.ask("/mycountry uzbekistan")
    await ada.share_location(55.79, 49.11)
    own = await ada.reply()
    assert own.text.splitlines()[0] == "Uzbekistan: nearest posts"
    assert "km in a straight line" in own.text


@pytest.mark.usefixtures("bot")
async def test_nearest_to_a_city_in_words(ada: Person) -> None:
    answer = await ada.ask("/nearest Kazan")
    assert "Kazan" in answer.text.splitlines()[3]
    assert "Tomsk" not in (await ada.ask("/nearest Kenya Tomsk")).text
    assert "do not know that city" in (await ada.ask("/nearest Atlantis")).text
    for question in ("/nearest Kenya", "/nearest Congo"):
        assert "city is missing" in (await ada.ask(question)).text


@pytest.mark.usefixtures("bot")
async def test_a_post_of_which_only_the_city_is_known_is_listed_without_a_distance(ada: Person, ivan: Person) -> None:
    lines = (await ada.ask("/nearest Greece Moscow")).text.splitlines()
    place = next(number for number, line in enumerate(lines) if "Consulate general · Moscow" in line)
    assert lines[place + 1] == "no exact place on the map, so no distance"
    assert "точного места на карте нет" in (await ivan.ask("/nearest Греция Москва")).text


@pytest.mark.usefixtures("bot")
async def test_in_a_group_only_its_admins_choose(telegram: FakeTelegram, ada: Person, ivan: Person) -> None:
    group = telegram.group(None, ivan)
    group.admit(ada, status="administrator")
    await group.say(ivan, "/mycountry kenya")
    assert "только её администраторы" in (await group.reply()).text
    await group.say(ada, "/mycountry kenya")
    assert "Remembered" in (await group.reply()).text


async def test_menus_and_descriptions_are_set_in_every_language(telegram: FakeTelegram, bot: Bot, ada: Person) -> None:
    await ada.ask("/help")
    languages = {call.params.get("language_code", "") for call in telegram.calls_of("setMyCommands")}
    assert {"", "en", "ru"} <= languages
    assert telegram.calls_of("setMyShortDescription")
    assert bot.running
