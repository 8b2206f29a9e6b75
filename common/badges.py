"""The 12 icons that a badge may have besides emojis, and what is said of emojis.

The drawings are Lucide's (https://lucide.dev), lucide-static 1.62.0, as they are but for white
space and the class. Copyright (c) 2026 Lucide Icons and Contributors, ISC licence; `music` is also
Feather's, copyright (c) 2013-present Cole Bemis, MIT licence. Both: docs/licenses/lucide.txt.
"""

from dataclasses import dataclass

EMOJI_VERSION = "18.0"  # of Unicode's emoji list in sql/0002_emojis.sql
RESERVED_EMOJI = "\N{CROWN}"
EMOJI_RULE = (
    "Any one emoji that Unicode recommends for interchange (RGI): people, flags, keycaps, skin "
    "tones and joined sequences are one each. It is kept fully qualified. Refused: text, two "
    "emojis, a part of an emoji such as a lone skin tone, and a text presentation (U+FE0E)."
)
CREDIT = {
    "name": "Lucide",
    "version": "1.62.0",
    "license": "ISC",
    "url": "https://lucide.dev",
}

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" '
    'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" '
    'stroke-linejoin="round">{}</svg>'
)


@dataclass(frozen=True, slots=True)
class Icon:
    """One icon, 24 by 24, drawn in the colour of the text around it."""

    name: str
    label: str
    drawing: str
    reserved: bool = False  # the owner's: no role may have it

    @property
    def svg(self) -> str:
        """The whole SVG."""
        return _SVG.format(self.drawing)


ICONS = (
    Icon(
        "crown",
        "Crown",
        (
            '<path d="M11.562 3.266a.5.5 0 0 1 .876 0L15.39 8.87a1 1 0 0 0 1.516.294L21.183 '
            "5.5a.5.5 0 0 1 .798.519l-2.834 10.246a1 1 0 0 1-.956.734H5.81a1 1 0 0 "
            '1-.957-.734L2.02 6.02a.5.5 0 0 1 .798-.519l4.276 3.664a1 1 0 0 0 1.516-.294z"/>'
            '<path d="M5 21h14"/>'
        ),
        reserved=True,
    ),
    Icon(
        "shield",
        "Shield",
        (
            '<path d="M20 13c0 5-3.5 7.5-7.66 8.95a1 1 0 0 1-.67-.01C7.5 20.5 4 18 4 13V6a1 1 0 '
            "0 1 1-1c2 0 4.5-1.2 6.24-2.72a1.17 1.17 0 0 1 1.52 0C14.51 3.81 17 5 19 5a1 1 0 0 1 "
            '1 1z"/>'
        ),
    ),
    Icon(
        "gavel",
        "Gavel",
        (
            '<path d="m14 13-8.381 8.38a1 1 0 0 1-3.001-3l8.384-8.381"/>'
            '<path d="m16 16 6-6"/>'
            '<path d="m21.5 10.5-8-8"/>'
            '<path d="m8 8 6-6"/>'
            '<path d="m8.5 7.5 8 8"/>'
        ),
    ),
    Icon(
        "star",
        "Star",
        (
            '<path d="M11.525 2.295a.53.53 0 0 1 .95 0l2.31 4.679a2.123 2.123 0 0 0 1.595 '
            "1.16l5.166.756a.53.53 0 0 1 .294.904l-3.736 3.638a2.123 2.123 0 0 0-.611 1.878l.882 "
            "5.14a.53.53 0 0 1-.771.56l-4.618-2.428a2.122 2.122 0 0 0-1.973 0L6.396 21.01a.53.53 "
            "0 0 1-.77-.56l.881-5.139a2.122 2.122 0 0 0-.611-1.879L2.16 9.795a.53.53 0 0 1 "
            '.294-.906l5.165-.755a2.122 2.122 0 0 0 1.597-1.16z"/>'
        ),
    ),
    Icon(
        "gem",
        "Gem",
        (
            '<path d="M10.5 3 8 9l4 13 4-13-2.5-6"/>'
            '<path d="M17 3a2 2 0 0 1 1.6.8l3 4a2 2 0 0 1 .013 2.382l-7.99 10.986a2 2 0 0 '
            '1-3.247 0l-7.99-10.986A2 2 0 0 1 2.4 7.8l2.998-3.997A2 2 0 0 1 7 3z"/>'
            '<path d="M2 9h20"/>'
        ),
    ),
    Icon(
        "heart",
        "Heart",
        (
            '<path d="M2 9.5a5.5 5.5 0 0 1 9.591-3.676.56.56 0 0 0 .818 0A5.49 5.49 0 0 1 22 '
            '9.5c0 2.29-1.5 4-3 5.5l-5.492 5.313a2 2 0 0 1-3 .019L5 15c-1.5-1.5-3-3.2-3-5.5"/>'
        ),
    ),
    Icon(
        "wrench",
        "Wrench",
        (
            '<path d="M14.7 6.3a1 1 0 0 0 0 1.4l1.6 1.6a1 1 0 0 0 1.4 '
            "0l3.106-3.105c.32-.322.863-.22.983.218a6 6 0 0 1-8.259 7.057l-7.91 7.91a1 1 0 0 "
            '1-2.999-3l7.91-7.91a6 6 0 0 1 7.057-8.259c.438.12.54.662.219.984z"/>'
        ),
    ),
    Icon(
        "bot",
        "Robot",
        (
            '<path d="M12 8V4H8"/>'
            '<rect width="16" height="12" x="4" y="8" rx="2"/>'
            '<path d="M2 14h2"/>'
            '<path d="M20 14h2"/>'
            '<path d="M15 13v2"/>'
            '<path d="M9 13v2"/>'
        ),
    ),
    Icon(
        "music",
        "Music",
        (
            '<path d="M21 16V3a1 1 0 0 0-1.28-.96l-10 2.917a1 1 0 0 0-.72.96V19"/>'
            '<circle cx="18" cy="16" r="3"/>'
            '<circle cx="6" cy="19" r="3"/>'
        ),
    ),
    Icon(
        "gamepad",
        "Gamepad",
        (
            '<line x1="6" x2="10" y1="11" y2="11"/>'
            '<line x1="8" x2="8" y1="9" y2="13"/>'
            '<line x1="15" x2="15.01" y1="12" y2="12"/>'
            '<line x1="18" x2="18.01" y1="10" y2="10"/>'
            '<path d="M17.32 5H6.68a4 4 0 0 0-3.978 3.59c-.006.052-.01.101-.017.152C2.604 9.416 '
            "2 14.456 2 16a3 3 0 0 0 3 3c1 0 1.5-.5 2-1l1.414-1.414A2 2 0 0 1 9.828 16h4.344a2 2 "
            "0 0 1 1.414.586L17 18c.5.5 1 1 2 1a3 3 0 0 0 "
            '3-3c0-1.545-.604-6.584-.685-7.258-.007-.05-.011-.1-.017-.151A4 4 0 0 0 17.32 5z"/>'
        ),
    ),
    Icon(
        "trophy",
        "Trophy",
        (
            '<path d="M10 14.66V17a1 1 0 0 1-1 1 2 2 0 0 0-2 2v2"/>'
            '<path d="M14 14.66V17a1 1 0 0 0 1 1 2 2 0 0 1 2 2v2"/>'
            '<path d="M17.916 10H19.5A2.5 2.5 0 0 0 22 7.5V5a1 1 0 0 0-1-1h-3"/>'
            '<path d="M4 22h16"/>'
            '<path d="M6 9a6 6 0 0 0 12 0V3a1 1 0 0 0-1-1H7a1 1 0 0 0-1 1z"/>'
            '<path d="M6.084 10H4.5A2.5 2.5 0 0 1 2 7.5V5a1 1 0 0 1 1-1h3"/>'
        ),
    ),
    Icon(
        "leaf",
        "Leaf",
        (
            '<path d="M11 20a10 10 0 0010-10 25.9 25.9 0 00-1.04-7.281 1 1 0 '
            '00-1.755-.325C15.833 5.5 13 5.5 9.8 6.1A7 7 0 0011 20"/>'
            '<path d="M2 21a5 5 0 012.911-4.544C7.613 15.212 8.351 15.24 11 13"/>'
        ),
    ),
)
