"""The tables from the chat: read again, applied, rolled back, exported."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from telegram import CallbackQuery, Update
from telegram.constants import ParseMode
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot.domain.differences import Difference, differences
from bot.domain.editions import Candidate, Edition, Losses, Refused, Scope, losses
from bot.handlers.confirming import tell, to_apply, without_buttons
from bot.handlers.find import Handler
from bot.handlers.house import Context, House, Live
from bot.handlers.permission import DESK, Right, needs
from bot.handlers.render import acknowledge, pressed_query, reply, show
from bot.storage import editions, plans, proposals
from bot.storage.plans import Done, NotOpen, Outcome, Overtaken, Plan
from bot.storage.proposals import Proposal, State
from bot.texts import tables as texts
from bot.texts.catalog import Words
from bot.texts.confirming import confirm
from bot.texts.markup import Html
from bot.texts.messages import Message
from bot.texts.tables import Document, Proposed, Report

KIND: Final = "tables"
SURE: Final = "tables.sure"
"""The second question, where much would be lost."""
SUBJECT: Final = "tables"


def handlers(house: House) -> list[Handler]:
    new = filters.UpdateType.MESSAGE
    return [
        CommandHandler("reload", partial(reload, house), new),
        CommandHandler("rollback", partial(rollback, house), new),
        CommandHandler("export", partial(export, house), new),
        CallbackQueryHandler(partial(button, house), r"^tables:"),
    ]


@needs(DESK["reload"])
async def reload(house: House, update: Update, context: Context) -> None:
    """Reads the data directory again, or one table of it, and asks whether it may become live."""
    words = await house.words(update)
    scope = _scope(context.args or [])
    if scope is None:
        await reply(update, Message(words("desk.tables.usage")))
        return
    live = await current(house)
    read = await house.files.read_again(scope, live, house.clock())
    if isinstance(read, Refused):
        await answer(update, texts.faults(read.faults, words))
        return
    await offer(house, update, live, read, "reloaded", {"scope": scope.value})


@needs(DESK["rollback"])
async def rollback(house: House, update: Update, context: Context) -> None:
    """Asks whether the edition that was live before may be live again, or the one with the given number."""
    words, live = await house.words(update), await current(house)
    kept = await editions.listing(house.database)
    others = [edition for edition in kept if not edition.live]
    numbers = ", ".join(str(edition.number) for edition in others)
    wanted = " ".join(context.args or [])
    chosen = next((each for each in others if wanted in ("", str(each.number))), None)
    if chosen is None:
        await reply(update, Message(words("desk.rollback.none", editions=numbers or "—")))
        return
    before = await editions.get(house.database, chosen.number)
    if before is None:
        await reply(update, Message(words("desk.rollback.none", editions=numbers)))
        return
    house.keep_ready(before)
    difference = await asyncio.to_thread(differences, live.directory, before.directory)
    plan = Plan("rolled_back", live.directory.edition, chosen.number, detail=_counted(difference))
    loaded = words.date(chosen.loaded_at.date())
    title = words("desk.rollback.title", edition=live.directory.edition, back=chosen.number, date=loaded)
    note = words("desk.rollback.kept", editions=numbers)
    await _propose(house, update, plan, Proposed(title, difference, live.provenance != before.provenance, notes=[note]))


@needs(DESK["export"])
async def export(house: House, update: Update, _: Context) -> None:
    """The live tables, each as a document that /reload and the bot itself accept."""
    words, live = await house.words(update), await current(house)
    caption = words("desk.export.caption", edition=live.directory.edition)
    for name, content in (await house.files.export(live)).items():
        await send_document(update, Document(name, content, caption))


@needs(Right.TABLES)
async def button(house: House, update: Update, _: Context) -> None:
    """Apply or Cancel below what was shown."""
    query, words = pressed_query(update), await house.words(update)
    proposal = await to_apply(house, query, (KIND, SURE), words)
    if proposal is None:
        return
    plan = await asyncio.to_thread(plans.unpack, proposal.payload)
    if plan.losses is not None and proposal.kind == KIND:
        await _ask_again(house, update, proposal, plan.losses, words)
        return
    await conclude(query, await carry_out(house, proposal, plan), plan, words)


async def offer(
    house: House, update: Update, live: Edition, candidate: Candidate, action: str, detail: Mapping[str, Any]
) -> None:
    """Shows what a candidate would change, with Apply and Cancel; or says that it changes nothing."""
    words = await house.words(update)
    new = candidate.edition or live
    difference = await asyncio.to_thread(differences, live.directory, new.directory)
    pages = await plans.not_known(house.database, candidate.pages)
    provenance_changes = new.provenance != live.provenance
    notes = _notes(candidate, words)
    if difference.nothing and not provenance_changes and not pages:
        said = words("desk.tables.nothing", edition=live.directory.edition)
        await reply(update, Message(Html("\n\n".join((said, *notes)))))
        return
    lost = losses(live.directory, new.directory, difference)
    changed = not difference.nothing or provenance_changes
    plan = Plan(
        action=action,
        base=live.directory.edition,
        edition=await _staged(house, new, candidate.digest) if changed else None,
        keep=candidate.keep,
        drop=candidate.drop,
        pages=pages,
        losses=lost if lost.grave else None,
        detail={**detail, **_counted(difference)},
    )
    title = words("desk.tables.title", edition=live.directory.edition)
    await _propose(house, update, plan, Proposed(title, difference, provenance_changes, pages, notes))


async def _propose(house: House, update: Update, plan: Plan, proposed: Proposed) -> None:
    words = await house.words(update)
    assert update.effective_user is not None  # noqa: S101 - only somebody with the right comes here
    payload = await asyncio.to_thread(plans.pack, plan)
    number = await proposals.make(house.database, KIND, update.effective_user.id, SUBJECT, payload, house.clock())
    report = await asyncio.to_thread(texts.proposal, proposed, confirm("tables", number, words), words)
    await answer(update, report)


async def _ask_again(house: House, update: Update, proposal: Proposal, lost: Losses, words: Words) -> None:
    """The first question is closed and a second one asked, so that one press never answers both."""
    query, now = pressed_query(update), house.clock()
    async with house.database.write() as connection:
        if not await proposals.settle(connection, proposal.id, proposal.actor, State.STALE, now):
            await tell(query, words.plain("desk.already"))
            return
    number = await proposals.make(house.database, SURE, proposal.actor, SUBJECT, proposal.payload, now)
    await acknowledge(query)
    await without_buttons(query)
    await reply(update, texts.doubts(lost, words, confirm("tables", number, words)))


async def carry_out(house: House, proposal: Proposal, plan: Plan) -> Outcome:
    """Does what a proposal shows, once, and answers questions from it from then on."""
    async with house.replacing:
        edition = None
        if plan.edition is not None:
            edition = house.ready.get(plan.edition) or await editions.get(house.database, plan.edition)
        index = house.live.index
        if edition is not None:
            index = await asyncio.to_thread(index.with_aliases, edition.directory.aliases)
        outcome = await plans.carry_out(house.database, proposal.id, proposal.actor, plan, house.clock())
        if isinstance(outcome, Done) and edition is not None:
            house.live = Live(edition.directory, index)
        return outcome


async def _staged(house: House, edition: Edition, digest: str) -> int:
    """Stores what is about to be shown, so that it can be live at once when it is agreed to."""
    number = await editions.stage(house.database, edition, digest, house.clock())
    house.keep_ready(replace(edition, directory=await asyncio.to_thread(replace, edition.directory, edition=number)))
    return number


async def current(house: House) -> Edition:
    """The live edition; where another process made a newer one live, questions are answered from that from now on."""
    async with house.replacing:
        sources = await editions.live_sources(house.database)
        if sources is None or sources.number == house.live.directory.edition:
            return Edition(house.live.directory, sources.provenance if sources is not None else None)
        edition = await editions.get(house.database, sources.number)
        assert edition is not None  # noqa: S101 - the live edition is never dropped
        index = await asyncio.to_thread(house.live.index.with_aliases, edition.directory.aliases)
        house.live = Live(edition.directory, index)
        return edition


async def catch_up(house: House) -> None:
    """Answers questions from the live edition, whoever made it live; costs nothing where that is so already."""
    async with house.database.read() as connection:
        number = await editions.live_number(connection)
    if number != house.live.directory.edition:
        await current(house)


async def conclude(query: CallbackQuery, outcome: Outcome, plan: Plan, words: Words) -> None:
    match outcome:
        case Done(edition, pages):
            before = plan.base if plan.changes_tables else edition
            await show(query, texts.done(edition, before, pages, words))
        case Overtaken():
            await tell(query, words.plain("desk.tables.overtaken"))
        case NotOpen():
            await tell(query, words.plain("desk.already"))


async def answer(update: Update, report: Report) -> None:
    await reply(update, report.message)
    if report.document is not None:
        await send_document(update, report.document)


async def send_document(update: Update, document: Document) -> None:
    if update.effective_message is not None:
        await update.effective_message.reply_document(
            document=document.content,
            filename=document.name,
            caption=document.caption,
            parse_mode=ParseMode.HTML,
            do_quote=False,
        )


def _notes(candidate: Candidate, words: Words) -> list[Html]:
    notes = []
    if candidate.laid_over:
        notes.append(words("desk.tables.laid_over", files=", ".join(candidate.laid_over)))
    if candidate.drop:
        notes.append(words("desk.tables.superseded", files=", ".join(candidate.drop)))
    return notes


def _counted(difference: Difference) -> dict[str, int]:
    """The size of a change, for the audit log."""
    tables = (difference.missions, difference.covers, difference.rules, difference.aliases, difference.feeds)
    return {
        "added": sum(len(table.added) for table in tables),
        "changed": sum(len(table.changed) for table in tables),
        "removed": sum(len(table.removed) for table in tables),
    }


def _scope(arguments: list[str]) -> Scope | None:
    try:
        return Scope(" ".join(arguments).lower() or Scope.ALL)
    except ValueError:
        return None
