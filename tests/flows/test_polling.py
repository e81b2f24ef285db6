"""Updates that are fetched: whatever ends the program, each question is answered, and few of them twice."""

from collections import Counter
from itertools import dropwhile, pairwise

from bot.config import Settings
from bot.gateway.limits import TELEGRAM
from bot.serving import serving
from tests import zygote
from tests.databases import ON_SQLITE
from tests.fake_telegram import FakeTelegram, Person
from tests.flows.conftest import GENEROUS
from tests.flows.test_crash import start, until

PEOPLE = 200
ASKED = ("germany", "france", "poland")
HEARD = ("Germany", "France", "Poland")
RATE = 10.0


def heard(telegram: FakeTelegram, person: Person) -> list[int]:
    """Which of the questions were answered, in the order of the answers."""
    texts = [message.text for message in telegram.sent if message.room is person]
    return [next(number for number, name in enumerate(HEARD) if name in text) for text in texts]


async def all_ask(telegram: FakeTelegram, people: int, asked: tuple[str, ...] = ASKED[:1]) -> list[Person]:
    all_of_them = [telegram.user(language_code="en") for _ in range(people)]
    for text in asked:
        for person in all_of_them:
            await person.say(text)
    return all_of_them


@ON_SQLITE
async def test_a_restart_in_the_middle_answers_every_question_and_none_twice_but_those_that_overtook_another(
    settings: Settings, telegram: FakeTelegram
) -> None:
    people = await all_ask(telegram, PEOPLE)
    async with serving(settings.model_copy(update={"send_rate": RATE}), allowance=TELEGRAM):
        await until(lambda: len(telegram.sent) >= 10)
    before = {message.room.id for message in telegram.sent}
    behind_the_first_gap = dropwhile(lambda person: person.id in before, people)
    overtook = {person.id for person in behind_the_first_gap} & before
    assert len(before) < PEOPLE
    async with serving(settings, allowance=GENEROUS):
        await telegram.updates.drained()
    answered = Counter(message.room.id for message in telegram.sent)
    assert answered == Counter(person.id for person in people) + Counter(overtook)


@ON_SQLITE
async def test_killed_it_answers_each_question_at_least_once_and_in_order(
    settings: Settings, telegram: FakeTelegram
) -> None:
    people = await all_ask(telegram, 30, ASKED)
    for count in (15, 45):
        process = await start(settings, telegram)
        await until(lambda: len(telegram.sent) >= count)  # noqa: B023 - awaited in its own round
        await zygote.kill(process)
    process = await start(settings, telegram)
    await telegram.updates.drained()
    process.terminate()
    assert await process.wait() == 0
    for person in people:
        numbers = heard(telegram, person)
        assert list(dict.fromkeys(numbers)) == [0, 1, 2]
        assert all(after <= before + 1 for before, after in pairwise(numbers))
    assert len(telegram.sent) < 2 * len(people) * len(ASKED)


async def test_what_was_answered_is_confirmed_when_it_stops(
    settings: Settings, telegram: FakeTelegram, ada: Person
) -> None:
    async with serving(settings):
        await ada.ask("germany")
    assert not telegram.updates.pending
    async with serving(settings):
        await ada.say("france")
        assert "France" in (await ada.reply()).text
    assert heard(telegram, ada) == [0, 1]


async def test_an_update_that_cannot_be_read_holds_up_nobody(
    telegram: FakeTelegram, settings: Settings, ada: Person
) -> None:
    telegram.updates.push("message", {"message_id": "?", "date": 10**18, "chat": 3}, 3)
    await ada.say("germany")
    async with serving(settings):
        assert "Germany" in (await ada.reply()).text
        await telegram.updates.drained()
