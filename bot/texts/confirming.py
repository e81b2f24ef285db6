"""Apply and Cancel, below what an admin is shown before it is done."""

from bot.texts.catalog import Words
from bot.texts.messages import Press, Rows


def confirm(kind: str, number: int, words: Words) -> Rows:
    """Buttons of the proposal with this number, whose data begins with what it is about."""
    return (
        (
            Press(words.plain("button.apply"), f"{kind}:apply:{number}"),
            Press(words.plain("button.cancel"), f"{kind}:cancel:{number}"),
        ),
    )
