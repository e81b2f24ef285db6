"""What the bot says of itself: commands, descriptions, name, menu button; and its webhook."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fake_telegram.parameters import Parameters
from tests.fake_telegram.refusals import JSON, bad_request

if TYPE_CHECKING:
    from tests.fake_telegram.world import World

COMMANDS_MOST = 100
SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
LENGTHS = {"description": 512, "short_description": 120, "name": 64}


@dataclass(slots=True)
class Profile:
    """By language code, "" the default; commands by scope (as text) as well."""

    commands: dict[tuple[str, str], list[JSON]] = field(default_factory=dict)
    words: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int, JSON] = field(default_factory=dict)

    def commands_for(self, language: str = "", scope: str = "default") -> dict[str, str]:
        """What somebody sees there, command to description."""
        return {one["command"]: one["description"] for one in self.commands.get((scope, language), [])}


def _language(params: Parameters) -> str:
    code = params.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        bad_request("invalid language code specified")
    return code


def _scope(params: Parameters) -> str:
    scope = params.decoded("scope", "BotCommandScope") or {"type": "default"}
    kind = scope.get("type", "")
    if kind not in SCOPES:
        bad_request("can't parse BotCommandScope: Unsupported type specified")
    return " ".join([kind, *(str(scope.get(name, "")) for name in SCOPES[kind])])


def set_my_commands(server: "World", params: Parameters) -> bool:
    commands = params.decoded("commands", "commands")
    if not isinstance(commands, list):
        bad_request("expected an Array of BotCommand")
    kept = [_command(raw) for raw in commands]
    if len(kept) > COMMANDS_MOST:
        bad_request("BOT_COMMANDS_TOO_MUCH")
    server.profile.commands[_scope(params), _language(params)] = kept
    return True


def _command(raw: Any) -> JSON:
    if not isinstance(raw, dict):
        bad_request("can't parse BotCommand: expected an Object")
    command, description = (
        str(raw.get("command", "")).strip().removeprefix("/"),
        str(raw.get("description", "")).strip(),
    )
    if not command:
        bad_request("command must be non-empty")
    if len(command) > 32:
        bad_request("command length must not exceed 32")
    if not description:
        bad_request("command description must be non-empty")
    if len(description) > 256:
        bad_request("command description length must not exceed 256")
    if not re.fullmatch(r"[a-z0-9_]+", command):
        bad_request("BOT_COMMAND_INVALID")
    return {"command": command, "description": description}


def get_my_commands(server: "World", params: Parameters) -> list[JSON]:
    return server.profile.commands.get((_scope(params), _language(params)), [])


def delete_my_commands(server: "World", params: Parameters) -> bool:
    server.profile.commands.pop((_scope(params), _language(params)), None)
    return True


def _set(what: str) -> Any:
    def method(server: "World", params: Parameters) -> bool:
        words = params.text(what)
        if len(words) > LENGTHS[what]:
            bad_request(f"bot {what.replace('_', ' ')} is too long")
        server.profile.words[what, _language(params)] = words
        return True

    return method


def _get(what: str) -> Any:
    def method(server: "World", params: Parameters) -> JSON:
        default = server.user_of_bot()["first_name"] if what == "name" else ""
        return {what: server.profile.words.get((what, _language(params)), default)}

    return method


def set_chat_menu_button(server: "World", params: Parameters) -> bool:
    server.profile.menu_buttons[params.integer("chat_id")] = params.decoded("menu_button", "menu button") or {}
    return True


def get_chat_menu_button(server: "World", params: Parameters) -> JSON:
    return server.profile.menu_buttons.get(params.integer("chat_id"), {"type": "commands"})


def get_me(server: "World", _params: Parameters) -> JSON:
    return {
        **server.user_of_bot(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_webhook(server: "World", params: Parameters) -> bool:
    server.updates.allow(params.decoded("allowed_updates", "allowed updates"))
    if params.flag("drop_pending_updates"):
        server.updates.drop()
    if url := params.text("url"):
        server.updates.set_webhook(url, params.text("secret_token"), params.integer("max_connections", 40))
    else:
        server.updates.stop()
    return True


def delete_webhook(server: "World", params: Parameters) -> bool:
    if params.flag("drop_pending_updates"):
        server.updates.drop()
    server.updates.stop()
    return True


def get_webhook_info(server: "World", _params: Parameters) -> JSON:
    return server.updates.info()


def _nothing(_server: "World", _params: Parameters) -> bool:
    return True


METHODS = {
    "getme": get_me,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "setmydescription": _set("description"),
    "getmydescription": _get("description"),
    "setmyshortdescription": _set("short_description"),
    "getmyshortdescription": _get("short_description"),
    "setmyname": _set("name"),
    "getmyname": _get("name"),
    "setchatmenubutton": set_chat_menu_button,
    "getchatmenubutton": get_chat_menu_button,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "logout": _nothing,
    "close": _nothing,
}
