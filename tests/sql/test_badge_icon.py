"""Which texts are the icon of a badge: every one of 12 names and of Unicode's emojis, alone."""

import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path

import asyncpg
import pytest
from emoji import EMOJI_DATA, STATUS
from hypothesis import given
from hypothesis import strategies as st

from common.badges import ICONS, RESERVED_EMOJI
from local import emojis
from tests.sql.conftest import Database, Story, refused

Tell = Callable[[Story], None]

ROOT = Path(__file__).parent.parent.parent
MIGRATION = max((ROOT / "sql").glob("*_emojis.sql"))
JOINER, TEXT, PICTURE, KEYCAP = "\u200d", "\ufe0e", "\ufe0f", "\u20e3"
TONES = [chr(code) for code in range(0x1F3FB, 0x1F400)]
LETTERS = [chr(code) for code in range(0x1F1E6, 0x1F200)]  # regional indicators
STANDS_ALONE = {e: of for e, of in EMOJI_DATA.items() if of["status"] != STATUS["component"]}

REFUSED = {
    "the empty text": "",
    "a space": " ",
    "a word": "verified",
    "an icon's label": "Shield",
    "an icon's name in capitals": "SHIELD",
    "an icon's name and a space": "shield ",
    "two icons": "shield star",
    "a digit": "1",
    "a number sign": "#",
    "a digit that asks for a picture": f"1{PICTURE}",
    "a keycap without a key": KEYCAP,
    "a keycap of a letter": f"a{PICTURE}{KEYCAP}",
    "a skin tone": TONES[0],
    "a skin tone on what has none": f"🎧{TONES[0]}",
    "two skin tones": f"👍{TONES[0]}{TONES[1]}",
    "a hair style": "\U0001f9b0",
    "a joiner": JOINER,
    "a joiner in front": f"{JOINER}👍",
    "a joiner at the end": f"👍{JOINER}",
    "two that nobody joins": f"😀{JOINER}😀",
    "a picture selector": PICTURE,
    "a text selector": TEXT,
    "an emoji as text": f"☺{TEXT}",
    "a picture selector too many": f"❤{PICTURE}{PICTURE}",
    "a picture selector on what is never text": f"😀{PICTURE}",
    "a flag of nowhere": "🇽🇽",
    "half a flag": LETTERS[8],
    "three halves of flags": "".join(LETTERS[:3]),
    "a subdivision flag cut off": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067",
    "tags alone": "\U000e0067\U000e0062\U000e007f",
    "an emoji and text": "👍ok",
    "an emoji and a space": "👍 ",
    "an emoji and a line feed": "👍\n",
    "an emoji and a zero-width space": "👍\u200b",
    "an emoji after a right-to-left override": "\u202e👍",
    "an emoji and an accent": "👍\u0301",
    "an emoji's short code": ":thumbsup:",
    "an emoticon": ":)",
    "a chess king, which is no emoji": "♔",
    "a private character": "\ue000",
    "a wildcard of SQL": "%",
    "control characters": "".join(map(chr, range(1, 32))),
    "a megabyte of text": "a" * 2**20,
    "a megabyte of emojis": "👍" * 2**18,
}


@asynccontextmanager
async def refusals(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection where `pg_temp.refusal(text)` tells the error of a text, null for none."""
    await database.admin.execute("""
        create function pg_temp.refusal(p_icon text) returns text language plpgsql as $$
        begin
          perform private.badge_icon(p_icon);
          return null;
        exception when sqlstate 'PT422' then
          return sqlerrm;
        end;
        $$
    """)
    yield database.admin
    await database.admin.execute("drop function pg_temp.refusal(text)")


def all_refused(tell: Tell, texts: Iterable[str], code: str = "icon_invalid") -> None:
    """Asserts that the database refuses each of these texts with one code."""
    given_texts = list(texts)

    async def story(database: Database) -> None:
        async with refusals(database) as connection:
            rows = await connection.fetch(
                "select i, pg_temp.refusal(i) as code from unnest($1::text[]) as i", given_texts
            )
        assert len(rows) == len(given_texts) > 0
        assert [(row["i"], row["code"]) for row in rows if row["code"] != code] == []

    tell(story)


class TestMigration:
    def test_it_is_what_the_generator_prints(self) -> None:
        """Nobody edited the migration: it is made from the package that is locked."""
        assert MIGRATION.read_text() == emojis.migration()

    def test_it_is_safe_to_run_twice(self, tell: Tell) -> None:
        """A second run changes nothing."""

        async def story(database: Database) -> None:
            rows = "select spelling, emoji from private.emojis order by spelling"
            before = await database.admin.fetch(rows)
            await database.admin.execute(MIGRATION.read_text())
            assert await database.admin.fetch(rows) == before

        tell(story)

    def test_it_knows_every_spelling(self, tell: Tell) -> None:
        """The table has the spellings of the package's list, and of presentation sequences."""

        async def story(database: Database) -> None:
            rows = await database.admin.fetch("select spelling, emoji from private.emojis")
            assert {row["spelling"]: row["emoji"] for row in rows} == emojis.spellings()

        tell(story)
        spellings = emojis.spellings()
        asked = {e + PICTURE for e, of in STANDS_ALONE.items() if of.get("variant")}
        assert set(spellings) == set(STANDS_ALONE) | {e for e in asked if PICTURE * 2 not in e}
        assert all(e.replace(PICTURE, "") == s.replace(PICTURE, "") for s, e in spellings.items())


class TestAccepted:
    def test_every_emoji_in_every_spelling(self, tell: Tell) -> None:
        """Every emoji but the crown is accepted however it is spelled, and kept fully qualified."""
        known = {s: e for s, e in emojis.spellings().items() if e != RESERVED_EMOJI}

        async def story(database: Database) -> None:
            rows = await database.admin.fetch(
                "select i, private.badge_icon(i) as kept from unnest($1::text[]) as i", list(known)
            )
            assert {row["i"]: row["kept"] for row in rows} == known

        tell(story)
        assert len(known) > 5000
        assert {EMOJI_DATA[emoji]["status"] for emoji in known.values()} == {
            STATUS["fully_qualified"]
        }

    def test_every_icon(self, tell: Tell) -> None:
        """Every icon is kept as its name, but for those that are reserved."""
        names = [icon.name for icon in ICONS if not icon.reserved]

        async def story(database: Database) -> None:
            rows = await database.admin.fetch(
                "select private.badge_icon(i) from unnest($1::text[]) as i", names
            )
            assert [row[0] for row in rows] == names

        tell(story)

    def test_no_icon(self, tell: Tell) -> None:
        """A role may go without."""

        async def story(database: Database) -> None:
            assert await database.admin.fetchval("select private.badge_icon(null)") is None

        tell(story)

    @pytest.mark.parametrize(
        ("spelled", "kept"),
        [
            ("❤", "❤️"),
            ("⭐️", "⭐"),
            ("1⃣", "1️⃣"),
            ("#⃣", "#️⃣"),
            ("🏳‍🌈", "🏳️‍🌈"),
            ("👁‍🗨", "👁️‍🗨️"),
            ("👩‍❤‍💋‍👨", "👩‍❤️‍💋‍👨"),
            ("🕵🏽‍♀", "🕵🏽‍♀️"),
            ("🇮🇳", "🇮🇳"),
            ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
            ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"),
        ],
    )
    def test_the_form_that_is_kept(self, tell: Tell, spelled: str, kept: str) -> None:
        """Joined sequences, skin tones, flags and keycaps are one emoji, kept fully qualified."""

        async def story(database: Database) -> None:
            assert await database.admin.fetchval("select private.badge_icon($1)", spelled) == kept

        tell(story)


class TestRefused:
    @pytest.mark.parametrize("what", REFUSED)
    def test_it_is_no_icon(self, tell: Tell, what: str) -> None:
        """What is neither the name of an icon nor one whole emoji is refused."""
        all_refused(tell, [REFUSED[what]])

    def test_the_error_says_what_is_accepted(self, tell: Tell) -> None:
        """The detail leads to the list of icons, and never repeats what was sent."""

        async def story(database: Database) -> None:
            with pytest.raises(asyncpg.PostgresError) as caught:
                await database.admin.fetchval("select private.badge_icon('<b>')")
            assert caught.value.sqlstate == "PT422"
            detail = str(caught.value.as_dict()["detail"])
            assert "GET /api/badges" in detail
            assert "<b>" not in detail

        tell(story)

    def test_components(self, tell: Tell) -> None:
        """What Unicode lists as a component only changes an emoji: alone it is none."""
        components = [e for e, of in EMOJI_DATA.items() if of["status"] == STATUS["component"]]
        all_refused(tell, components + LETTERS + list("0123456789*#"))

    def test_two_emojis(self, tell: Tell) -> None:
        """Every emoji twice, and with another one, are two."""
        every = sorted(STANDS_ALONE)
        others = random.Random(4).sample(every, len(every))
        pairs = [one + other for one, other in zip(every, others, strict=True)]
        all_refused(tell, pairs + [one + one for one in every])

    def test_flags_of_nowhere(self, tell: Tell) -> None:
        """Of all pairs of regional indicators, those that are no flag are refused."""
        pairs = {a + b for a, b in product(LETTERS, LETTERS)}
        all_refused(tell, pairs - set(STANDS_ALONE))

    def test_every_emoji_with_a_leftover(self, tell: Tell) -> None:
        """An emoji with a joiner, a text selector, a letter or a space after it is refused."""
        every = sorted(set(STANDS_ALONE) - {RESERVED_EMOJI})
        all_refused(tell, [e + rest for e in every for rest in (JOINER, TEXT, "a", " ")])

    def test_every_prefix_that_is_no_emoji(self, tell: Tell) -> None:
        """A sequence that is cut off is refused, unless what is left is an emoji of its own."""
        prefixes = {e[:n] for e in STANDS_ALONE for n in range(1, len(e))}
        all_refused(tell, prefixes - set(emojis.spellings()))

    def test_any_text(self, tell: Tell) -> None:
        """Whatever the text, it is kept if it is a spelling that is known, and else refused."""
        pieces = st.sampled_from(
            [*random.Random(4).sample(sorted(EMOJI_DATA), 200), JOINER, PICTURE]
        )
        found: list[str] = []
        known = set(emojis.spellings()) | {icon.name for icon in ICONS}

        @given(
            st.one_of(
                st.text(st.characters(codec="utf-8", exclude_characters="\0")),
                st.lists(pieces, max_size=6).map("".join),
            )
        )
        def collect(text: str) -> None:
            if text not in known and text.replace(PICTURE, "") != RESERVED_EMOJI:
                found.append(text)

        collect()
        all_refused(tell, found)


class TestReserved:
    @pytest.mark.parametrize("spelled", ["crown", "👑", f"👑{PICTURE}", f"👑{TEXT}"])
    def test_the_crown(self, tell: Tell, spelled: str) -> None:
        """The crown is the owner's, as an icon and as an emoji, however spelled."""
        all_refused(tell, [spelled], "icon_reserved")

    def test_who_wears_one_is_not(self, tell: Tell) -> None:
        """A person with a crown is another emoji, and nobody's."""

        async def story(database: Database) -> None:
            assert await database.admin.fetchval("select private.badge_icon('🫅🏽')") == "🫅🏽"

        tell(story)


@pytest.mark.parametrize("person", ["owner", "member", "anonymous"])
@pytest.mark.parametrize(
    "statement", ["select private.badge_icon('star')", "select * from private.emojis"]
)
def test_nobody_asks_directly(tell: Tell, person: str, statement: str) -> None:
    """Only our own functions ask: nobody reaches the check or its table through the API."""

    async def story(database: Database) -> None:
        async with database.acting(person) as connection:
            await refused(connection.fetch(statement), "42501")

    tell(story)
