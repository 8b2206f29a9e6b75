import { BADGE_ICONS, RoleBadge } from "../../sangha/badges/RoleBadge";
import { Case, Cases, Title } from "../Case";
import { HOSTILE } from "../names";

const COLORS = [
  "#e74c3c",
  "#e67e22",
  "#f1c40f",
  "#2ecc71",
  "#3498db",
  "#9b59b6",
  "#111111",
  "#ffffff",
];
const EMOJIS = ["🎧", "👍🏽", "👩🏽‍💻", "🏳️‍🌈", "👨‍👩‍👧‍👦", "🇮🇳", "1️⃣", "❤️"];
const SIZES = [14, 16, 20, 24] as const;

export default function RoleBadgePage() {
  return (
    <>
      <Title name="RoleBadge">
        A role’s icon or emoji, in the nearest readable shade of its colour.
      </Title>
      <Cases>
        <Case title="The twelve icons">
          {Object.keys(BADGE_ICONS).map((icon) => (
            <RoleBadge key={icon} size={24} badge={{ icon, label: icon, color: null }} />
          ))}
        </Case>
        <Case title="Coloured, on both themes">
          {COLORS.map((color) => (
            <RoleBadge key={color} size={24} badge={{ icon: "shield", label: color, color }} />
          ))}
        </Case>
        <Case title="Emojis: one each, whatever they are made of">
          {EMOJIS.map((icon) => (
            <RoleBadge key={icon} size={24} badge={{ icon, label: icon, color: null }} />
          ))}
        </Case>
        <Case title="Sizes">
          {SIZES.map((size) => (
            <RoleBadge
              key={size}
              size={size}
              badge={{ icon: "gem", label: `${size} px`, color: "#3498db" }}
            />
          ))}
        </Case>
        <Case title="What no API answers with">
          {Object.values(HOSTILE).map((text) => (
            <RoleBadge key={text} size={24} badge={{ icon: text, label: text, color: "red" }} />
          ))}
        </Case>
      </Cases>
    </>
  );
}
