"""Questions and their buttons, from the outside."""

import pytest

from bot.receiving import Bot
from tests.fake_telegram import FakeTelegram, Person
from tests.flows.conftest import tap

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_misspelt_country_gets_its_card(ada: Person) -> None:
    card = await ada.ask("germny")
    assert card.text.startswith("🇩🇪 Germany\nEmbassy · Moscow")
    assert "+7 495 933-43-11" in card.text
    assert "Мосфильмовская улица, 56, Москва" in card.text
    assert "As of 14 July 2020" in card.text
    assert "call before you go" in card.text


async def test_the_interface_keeps_its_language_whatever_the_question_is_in(ada: Person, ivan: Person) -> None:
    assert (await ada.ask("посольство Узбекистана")).text.startswith("🇺🇿 Uzbekistan")
    card = await ivan.ask("uzbekistan")
    assert card.text.startswith("🇺🇿 Узбекистан")
    assert "Погорельский переулок" in card.text


async def test_a_question_between_two_countries_is_asked_back_and_answered_by_a_button(ada: Person) -> None:
    question = await ada.ask("congo")
    assert len(question.buttons) == 2
    assert (await tap(ada, "🇨🇩 DR Congo (Kinshasa)")).text.startswith("🇨🇩 DR Congo")


async def test_a_named_city_narrows_to_its_post(ada: Person) -> None:
    card = await ada.ask("Chinese consulate in St Petersburg")
    assert "Consulate general · Saint Petersburg" in card.text


async def test_a_closed_post_in_the_named_city_is_told_before_the_one_that_helps(ada: Person) -> None:
    card = await ada.ask("Where's the Dutch consulate in St Petersburg?")
    assert card.text.startswith("🔴 Netherlands · Saint Petersburg: closed.")
    assert "Embassy · Moscow" in card.text


async def test_a_closed_embassy_says_so_first(ivan: Person) -> None:
    assert (await ivan.ask("Украина")).text.startswith("🔴 Закрыто")


async def test_a_country_without_a_post_gets_who_covers_it_and_112(ada: Person) -> None:
    card = await ada.ask("jamaica")
    assert "No mission in Russia is known" in card.text
    assert "Embassy of Jamaica, Berlin (Germany)" in card.text
    assert "112" in card.text


async def test_the_swiss_interests_section_rule_and_the_no_relations_rule_are_told(ada: Person) -> None:
    assert "Swiss embassy in Moscow" in (await ada.ask("Georgia")).text
    assert "No diplomatic relations" in (await ada.ask("Bhutan")).text


async def test_a_fact_without_a_nameable_source_says_so(ada: Person) -> None:
    card = await ada.ask("kenya")
    phones = next(line for line in card.text.splitlines() if "+7 499 230-02-32" in line)
    assert phones.endswith("(the source could not be named)")


async def test_the_map_and_the_contact_come_as_venue_and_vcard(ada: Person, telegram: FakeTelegram) -> None:
    await ada.ask("uzbekistan")
    await tap(ada, "📍 Map")
    venue = telegram.calls_of("sendVenue")[-1].params
    assert (float(venue["latitude"]), float(venue["longitude"])) == pytest.approx((55.73266667, 37.62105556))
    await tap(ada, "👤 Save contact")
    contact = telegram.calls_of("sendContact")[-1].params
    assert contact["phone_number"] == "+998712394635"
    assert "TEL;TYPE=work:+74992383620" in str(contact["vcard"])


async def test_other_posts_are_listed_and_opened(ada: Person) -> None:
    await ada.ask("poland")
    assert "🔴 Consulate general · Saint Petersburg" in (await tap(ada, "🏛 Other posts (4)")).buttons
    assert (await tap(ada, "🔴 Consulate general · Saint Petersburg")).text.startswith("🔴 Closed")


async def test_no_country_still_helps(ada: Person) -> None:
    answer = await ada.ask("xyzzy plugh")
    assert "112" in answer.text
    await tap(ada, "🔤 List of countries")
    assert "🇰🇪 Kenya" in (await tap(ada, "K")).buttons
    assert (await tap(ada, "🇰🇪 Kenya")).text.startswith("🇰🇪 Kenya")


async def test_the_host_country_is_answered_sensibly(ada: Person) -> None:
    assert "embassies of other countries" in (await ada.ask("Russia")).text


async def test_a_city_alone_is_asked_for_its_country(ivan: Person) -> None:
    assert "Казань" in (await ivan.ask("Казань")).text


async def test_deep_links_open_a_card(ada: Person) -> None:
    for payload, country in (("de", "Germany"), ("x-abkhazia", "Abkhazia"), ("KE", "Kenya")):
        await ada.start(payload)
        assert country in (await ada.reply()).text
    await ada.start("ru")
    assert "embassies of other countries" in (await ada.reply()).text


async def test_a_forged_button_changes_nothing_and_says_why(ada: Person) -> None:
    await ada.ask("kenya")
    for data in ("card:zz", "post:nowhere", "map:", "posts:zz", "mine:zz", "language:zz"):
        answer = await (await ada.press_data(data)).answer()
        assert answer["show_alert"], data
    assert ada.last.text.startswith("🇰🇪 Kenya")


async def test_in_a_group_it_speaks_only_when_spoken_to(ada: Person, telegram: FakeTelegram, bot: Bot) -> None:
    group = telegram.group(None, ada)
    await group.say(ada, "does anybody know Germany?")
    await group.say(ada, f"@{bot.bot.username} germany")
    answer = await group.reply()
    assert answer.text.startswith("🇩🇪 Germany")
    await group.say(ada, "and kenya", reply_to=answer)
    assert (await group.reply()).text.startswith("🇰🇪 Kenya")
    await group.say(ada, f"/find@{bot.bot.username} japan")
    assert (await group.reply()).text.startswith("🇯🇵 Japan")
    assert len([message for message in group.messages if message.by_bot]) == 3


async def test_in_a_group_only_its_very_name_speaks_to_it(ada: Person, telegram: FakeTelegram, bot: Bot) -> None:
    group, name = telegram.group(None, ada), bot.bot.username
    for text in (f"ask @{name}2 kenya", f"write to me@{name}.ru about kenya", f"/kenya@{name}2"):
        await group.say(ada, text)
    for text in (f"😀 @{name.upper()}, kenya?", f"kenya, @{name}2 or @{name}", f"/kenya@{name}"):
        await group.say(ada, text)
        assert (await group.reply()).text.startswith("🇰🇪 Kenya"), text
    await group.say(ada, f"@{name} germany")
    assert (await group.reply()).text.startswith("🇩🇪 Germany")
    assert group.received == 4


async def test_documents_in_a_group_are_none_of_its_business(ada: Person, telegram: FakeTelegram) -> None:
    group = telegram.group(None, ada)
    for name in ("homework.txt", "missions.csv", "photo.png"):
        await ada.send_document(name, b"Homework", mime_type="text/plain", chat=group)
    await group.say(ada, "@embassy_test_bot kenya")
    assert (await group.reply()).text.startswith("🇰🇪 Kenya")
    assert group.received == 1


async def test_inline_results_while_typing(ada: Person) -> None:
    answer = await ada.inline("ger")
    assert "🇩🇪 Germany · Embassy" in answer.titles
    assert answer.is_personal
    assert answer.cache_time <= 60
    assert (await ada.inline("посольство кении")).titles[0] == "🇰🇪 Kenya · Embassy"
    assert (await ada.inline("")).titles == []


async def test_a_sticker_is_answered_politely(ada: Person) -> None:
    await ada.send_document("passport.pdf", b"%PDF")
    assert "Write the name of your country" in (await ada.reply()).text
