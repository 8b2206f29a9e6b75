"""Prints the migration that knows every emoji: `.venv/bin/python -m local.emojis`.

Its list is the `emoji` package's, which is Unicode's emoji-test.txt. When the package has a newer
one, print to the next free number, `sql/NNNN_emojis.sql`: what was applied never changes.
"""

import textwrap
from importlib.metadata import version
from itertools import product

from emoji import EMOJI_DATA, STATUS

from common.badges import ICONS, RESERVED_EMOJI

EMOJI = "\N{VARIATION SELECTOR-16}"  # asks for the picture, not the text
LINE_CHARS = 98

TEMPLATE = """\
-- What a badge may show: one of 12 icons, or one emoji of Unicode's Emoji {unicode}.
-- Safe to run twice. Made by `python -m local.emojis` from emoji {package}: not edited by hand.

-- Every spelling of an emoji, and the one that is kept: fully qualified.
create table if not exists private.emojis (
  spelling text collate "C" primary key,
  emoji text not null
);
revoke all on private.emojis from public, anon, authenticated;

-- Spellings differ by U+FE0F, which asks for the picture: an emoji has at most two of them, and
-- each may be missing.
insert into private.emojis (spelling, emoji)
select
  s.spelling,
  k.emoji
from regexp_split_to_table($emojis$
{kept}
$emojis$, '\\s+') as k (emoji)
cross join lateral (
  values
  (k.emoji),
  (replace(k.emoji, e'\\ufe0f', '')),
  (regexp_replace(k.emoji, e'\\ufe0f', '')),
  (regexp_replace(k.emoji, e'\\ufe0f([^\\ufe0f]*)$', e'\\\\1'))
) as s (spelling)
where k.emoji <> ''
on conflict (spelling) do nothing;

-- Some keyboards write it where a character is a picture anyway, but could be text.
insert into private.emojis (spelling, emoji)
select
  k.emoji || e'\\ufe0f' as spelling,
  k.emoji
from regexp_split_to_table($emojis$
{also}
$emojis$, '\\s+') as k (emoji)
where k.emoji <> ''
on conflict (spelling) do nothing;

-- The icon of a badge as it is kept: the name of an icon, or an emoji fully qualified. Null for
-- null; anything else is an error, and so is the crown, which is the owner's.
create or replace function private.badge_icon(p_icon text)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  found_emoji text;
begin
  if p_icon is null then
    return null;
  end if;
  if translate(p_icon, e'\\ufe0e\\ufe0f', '') in ({reserved}) then
    raise sqlstate 'PT422' using
      message = 'icon_reserved',
      detail = 'The crown is the badge of the owner: no role can have it.';
  end if;
  if p_icon in (
{icons}
  ) then
    return p_icon;
  end if;
  select e.emoji into found_emoji
  from private.emojis as e
  where e.spelling = p_icon;
  if found_emoji is null then
    raise sqlstate 'PT422' using
      message = 'icon_invalid',
      detail = 'A badge shows one emoji, or one of the icons that GET /api/badges lists.';
  end if;
  return found_emoji;
end;
$$;
revoke all on function private.badge_icon(text) from public, anon, authenticated;
"""


def spellings() -> dict[str, str]:
    """Returns every spelling of every emoji that stands alone, and how it is kept."""
    found = {}
    for emoji in kept():
        first, *rest = emoji.split(EMOJI)
        for present in product(("", EMOJI), repeat=len(rest)):
            spelling = first + "".join(map("".join, zip(present, rest, strict=True)))
            found[spelling] = emoji
    return found | {emoji + EMOJI: emoji for emoji in also_as_text()}


def kept() -> list[str]:
    """Returns the fully qualified emojis; a lone skin tone or hair style is none."""
    return sorted(
        emoji for emoji, of in EMOJI_DATA.items() if of["status"] == STATUS["fully_qualified"]
    )


def also_as_text() -> list[str]:
    """Returns the single characters that are pictures unasked, and can be asked to be text."""
    return [e for e in kept() if EMOJI_DATA[e].get("variant") and EMOJI not in e]


def unicode_version() -> str:
    """Returns the version of Unicode's list that the package has."""
    return f"{max(float(of['E']) for of in EMOJI_DATA.values()):.1f}"


def migration() -> str:
    """Returns the whole migration."""
    names = [f"'{icon.name}'" for icon in ICONS if not icon.reserved]
    return TEMPLATE.format(
        unicode=unicode_version(),
        package=version("emoji"),
        kept=_wrapped(kept()),
        also=_wrapped(also_as_text()),
        reserved=", ".join([f"'{i.name}'" for i in ICONS if i.reserved] + [f"'{RESERVED_EMOJI}'"]),
        icons=textwrap.indent(textwrap.fill(", ".join(names), LINE_CHARS - 4), "    "),
    )


def _wrapped(emojis: list[str]) -> str:
    return textwrap.fill(" ".join(emojis), LINE_CHARS, break_long_words=False)


if __name__ == "__main__":
    print(migration(), end="")
