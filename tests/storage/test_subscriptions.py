from datetime import datetime

import pytest

from bot.domain.delivery import Ended
from bot.domain.quiet import Quiet
from bot.storage import subscriptions
from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.subscriptions import Subscription


async def test_nobody_is_subscribed_who_did_not_ask(database: Database, now: datetime) -> None:
    assert await subscriptions.get(database, 1) is None
    assert not await subscriptions.end(database, 1, Ended.BLOCKED, now)
    assert await subscriptions.change(database, 1, silent=True) is None


async def test_subscribing_once_is_enough(database: Database, now: datetime) -> None:
    assert await subscriptions.start(database, 1, "private", "en", now)
    assert not await subscriptions.start(database, 1, "private", "de", now)
    assert await subscriptions.get(database, 1) == Subscription(1, "private", "en")


@pytest.mark.parametrize("reason", Ended)
async def test_it_ends_once_with_its_reason_and_can_be_taken_up_again(
    database: Database, now: datetime, reason: Ended
) -> None:
    await subscriptions.start(database, 1, "private", "en", now)
    await subscriptions.change(database, 1, silent=True)
    assert await subscriptions.end(database, 1, reason, now)
    assert not await subscriptions.end(database, 1, Ended.BLOCKED, now)
    ended = await subscriptions.get(database, 1)
    assert ended == Subscription(1, "private", "en", silent=True, ended=reason)
    assert not ended.active
    assert await subscriptions.start(database, 1, "private", "de", now)
    assert await subscriptions.get(database, 1) == Subscription(1, "private", "de", silent=True)


async def test_choices_are_kept(database: Database, now: datetime) -> None:
    await subscriptions.start(database, 1, "private", "en", now)
    await subscriptions.change(database, 1, quiet=Quiet(1320, 420), timezone="Asia/Vladivostok")
    changed = await subscriptions.change(database, 1, only_country=True, language="ru")
    expected = Subscription(1, "private", "ru", only_country=True, quiet=Quiet(1320, 420), timezone="Asia/Vladivostok")
    assert changed == expected == await subscriptions.get(database, 1)
    without = await subscriptions.change(database, 1, quiet=None)
    assert without is not None
    assert without.quiet is None


async def test_quiet_hours_from_midnight_are_quiet_hours(database: Database, now: datetime) -> None:
    await subscriptions.start(database, 1, "private", "en", now)
    changed = await subscriptions.change(database, 1, quiet=Quiet(0, 420))
    assert changed is not None
    assert changed.quiet == Quiet(0, 420)


async def test_a_group_that_moves_takes_everything_with_it(database: Database, now: datetime) -> None:
    await subscriptions.start(database, -1, "group", "en", now)
    await subscriptions.change(database, -1, silent=True)
    await Chats(database).choose_country(-1, "ke", now)
    for _ in range(2):
        await subscriptions.move(database, -1, -1001, now)
    assert await subscriptions.get(database, -1) is None
    assert await subscriptions.get(database, -1001) == Subscription(-1001, "group", "en", silent=True)
    assert (await Chats(database).get(-1001)).country == "ke"


async def test_what_the_new_group_chose_stays(database: Database, now: datetime) -> None:
    await subscriptions.start(database, -1, "group", "en", now)
    await subscriptions.start(database, -1001, "supergroup", "ru", now)
    await subscriptions.move(database, -1, -1001, now)
    assert await subscriptions.get(database, -1) == Subscription(-1, "group", "en", ended=Ended.NOT_FOUND)
    assert await subscriptions.get(database, -1001) == Subscription(-1001, "supergroup", "ru")


async def test_the_choices_of_the_old_group_do_not_stay_where_the_new_one_has_its_own(
    database: Database, now: datetime
) -> None:
    for chat_id, country in ((-1, "ke"), (-1001, "jp")):
        await Chats(database).choose_country(chat_id, country, now)
    await subscriptions.move(database, -1, -1001, now)
    assert (await Chats(database).get(-1)).country is None
    assert (await Chats(database).get(-1001)).country == "jp"
