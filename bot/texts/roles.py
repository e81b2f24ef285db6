"""What admins read of who may do what."""

from bot.texts.catalog import Words
from bot.texts.confirming import confirm
from bot.texts.markup import code, fitting, join
from bot.texts.messages import Message


def admins(settled_ids: list[int], holders: list[tuple[int, str, int]], words: Words, *, may_change: bool) -> Message:
    """Who may do what: the admins of the settings, then those with a role and who gave it."""
    lines = [words("admins.title")]
    lines += [words("admins.settings", user=code(user)) for user in settled_ids]
    lines += [
        words("admins.holder", user=code(user), role=words(f"role.{role}"), giver=code(giver))
        for user, role, giver in holders
    ]
    parts = [join("\n", lines), words("admins.rights")]
    if may_change:
        parts.append(words("admins.usage"))
    return Message(fitting(parts, "\n\n"))


def proposal(user: int, role: str | None, before: str | None, number: int, words: Words) -> Message:
    """`role` None takes the role away."""
    was = words(f"role.{before}") if before else words("role.none")
    becomes = words(f"role.{role}") if role else words("role.none")
    return Message(words("admins.ask", user=code(user), before=was, after=becomes), confirm("role", number, words))
