"""Names that nobody should have, and names that people do have."""

import unicodedata
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.sql.conftest import Tell
from tests.sql.stage import NOT_TEXT, NUL, Play, Room, playing, sent


@pytest.fixture
def play(tell: Tell) -> Play:
    """Plays an act in a room of its own, which is undone."""
    return playing(tell)


Named = Callable[[Room, Any], Awaitable[tuple[str, Any]]]


async def _create_room(here: Room, name: Any) -> tuple[str, Any]:
    code, answer = await sent(here, here.plain, "create_room", name=name)
    return code, answer and answer["room"]["name"]


async def _edit_room(here: Room, name: Any) -> tuple[str, Any]:
    code, answer = await sent(here, here.owner, "edit_room", changes={"name": name})
    return code, answer and answer["room"]["name"]


async def _create_role(here: Room, name: Any) -> tuple[str, Any]:
    code, answer = await sent(here, here.leader, "create_role", values={"name": name})
    return code, answer and answer["role"]["name"]


async def _edit_role(here: Room, name: Any) -> tuple[str, Any]:
    role = {"role_id": here.role(1), "changes": {"name": name}}
    code, answer = await sent(here, here.leader, "edit_role", **role)
    return code, answer and answer["role"]["name"]


async def _create_channel(here: Room, name: Any) -> tuple[str, Any]:
    values = {"name": name, "kind": "voice"}
    code, answer = await sent(here, here.leader, "create_channel", values=values)
    return code, answer and answer["channel"]["name"]


async def _edit_channel(here: Room, name: Any) -> tuple[str, Any]:
    channel = {"channel_id": here.world.channels[0], "changes": {"name": name}}
    code, answer = await sent(here, here.leader, "edit_channel", **channel)
    return code, answer and answer["channel"]["name"]


NAMED = (_create_room, _edit_room, _create_role, _edit_role, _create_channel, _edit_channel)


REFUSED = {
    "blanks of every width": "\u202f\u205f\u1680",
    "nothing but an enclosing mark": "\u20dd",
    "nothing but a Cyrillic mark": "\u0483",
    "a Mongolian variation selector": "Admin\u180f",
    "a format character of music": "Ad\U0001d173min",
    "a format character of shorthand": "Ad\U0001bca0min",
    "a format character of hieroglyphs": "Ad\U00013430min",
    "empty": "",
    "blanks": "   ",
    "wide blanks": "\u3000\u00a0\u2003",
    "a tab": "\t",
    "101 letters": "x" * 101,
    "101 emoji": "🎲" * 101,
    "more marks than 100": "a" + "\u0323\u0301" * 52,
    "marks alone": "\u0301\u0302",
    "a variation selector alone": "\ufe0f",
    "a megabyte": "x" * 1_000_000,
    "a megabyte of blanks": " " * 1_000_000 + "x",
    "right-to-left override": "a\u202eb",
    "left-to-right mark": "a\u200eb",
    "Arabic letter mark": "a\u061cb",
    "an isolate": "a\u2066b",
    "a zero-width space": "a\u200bb",
    "a zero-width non-joiner among Latin letters": "a\u200cb",
    "a zero-width joiner among Latin letters": "a\u200db",
    "a zero-width joiner at the end": "ab\u200d",
    "a joiner between blank and emoji": " \u200d🎲",
    "a joiner alone": "\u200d",
    "a word joiner": "a\u2060b",
    "a byte-order mark": "\ufeffab",
    "a soft hyphen": "a\u00adb",
    "a grapheme joiner": "a\u034fb",
    "a bell": "a\u0007b",
    "a line feed": "a\nb",
    "a line feed at the end": "ab\n",
    "an escape": "a\u001b[31m",
    "a delete": "a\u007f",
    "next line": "a\u0085b",
    "a line separator": "a\u2028b",
    "a Hangul filler": "\u3164",
    "a half-width filler": "\uffa0",
    "a Braille blank": "\u2800",
    "private use": "\ue000",
    "a noncharacter": "a\uffff",
    "a replacement character": "a\ufffd",
    "tags without a flag": "a\U000e0061\U000e007f",
    "Mongolian vowel separator": "a\u180eb",
    "null": None,
}


TAKEN = {
    "a narrow blank within": "Quoi\u202f?",
    "one letter": "x",
    "100 letters": "x" * 100,
    "100 emoji": "🎲" * 100,
    "100 after normalising": "e\u0301" * 100,
    "a family": "👨‍👩‍👧‍👦",
    "a couple with skin tones": "👩🏽‍❤️‍💋‍👨🏿",
    "a pirate flag": "🏴‍☠️",
    "a rainbow flag": "🏳️‍🌈 pride",
    "Scotland": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "a keycap": "1️⃣",
    "a heart on fire": "❤️‍🔥",
    "Arabic": "مرحبا بالعالم",
    "Persian with ZWNJ": "می‌خواهم",
    "Hindi with ZWJ": "क्‍ष",
    "Sinhala with ZWJ": "ශ්‍රී ලංකා",
    "Hebrew": "שלום",
    "accents in NFD": "Cafe\u0301 Zu\u0308rich",
    "Vietnamese in NFD": unicodedata.normalize("NFD", "Tiếng Việt"),
    "Chinese": "漢字",
    "Japanese": "ゲーム部屋",
    "Korean in NFD": unicodedata.normalize("NFD", "한국어"),
    "Thai": "ไทย",
    "an apostrophe": 'Kids\' "room"; drop table rooms; --',
    "markup": "<script>alert(1)</script>",
    "a backslash": "\\u0000 %s {} $1",
    "marks on a letter": "Z\u0351\u0352\u0353",
    "a null by name": "null",
}


class TestNames:
    @pytest.mark.parametrize("what", REFUSED)
    def test_refused(self, play: Play, what: str) -> None:
        """Wherever a name is given: room, role, channel, new or changed."""

        async def act(here: Room) -> None:
            for named in NAMED:
                code, _ = await named(here, REFUSED[what])
                assert code == "name_invalid", named

        play(act)

    @pytest.mark.parametrize(
        ("name", "code"),
        [("a\x00b", NUL), ("\ud800", NOT_TEXT), ("a\udfffb", NOT_TEXT), ("\udc00\ud800", NOT_TEXT)],
    )
    def test_no_text(self, play: Play, name: str, code: str) -> None:
        """NUL and half a surrogate pair are no text for PostgreSQL at all."""

        async def act(here: Room) -> None:
            for named in NAMED:
                assert (await named(here, name))[0] == code, named

        play(act)

    @pytest.mark.parametrize("name", [1, 1.5, True, ["a"], {"a": "b"}])
    def test_other_types(self, play: Play, name: Any) -> None:
        """A name in an object is a text, nothing else."""

        async def act(here: Room) -> None:
            for named in NAMED[1:]:
                assert (await named(here, name))[0] == "name_invalid", named

        play(act)

    @pytest.mark.parametrize("what", TAKEN)
    def test_taken(self, play: Play, what: str) -> None:
        """What people write is taken, and kept in Unicode's NFC."""

        async def act(here: Room) -> None:
            name = TAKEN[what]
            for named in NAMED:
                found = await named(here, f"  {name} ")
                assert found == ("", unicodedata.normalize("NFC", name)), named

        play(act)
