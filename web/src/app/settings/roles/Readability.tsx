import { contrast, READABLE, readable, SURFACES } from "../../../sangha/badges/color";
import { RoleBadge } from "../../../sangha/badges/RoleBadge";
import { isColor } from "./colors";
import styles from "./Readability.module.css";

const THEMES = ["dark", "light"] as const;

interface ReadabilityProps {
  name: string;
  icon: string | null;
  color: string | null;
}

/** Rounded down: what is told to be 3.0 is enough where 3 is. */
function ratio(color: string, theme: (typeof THEMES)[number]): string {
  return (Math.floor(contrast(color, SURFACES[theme]) * 10) / 10).toFixed(1);
}

function judgement(color: string, theme: (typeof THEMES)[number]): string {
  const name = readable(color, theme, READABLE.text);
  const own = ratio(color, theme);
  if (name === null || name === color.toLowerCase()) return `${own} : 1, can be read as it is.`;
  const shade = theme === "dark" ? "lighter" : "darker";
  const isEnough = contrast(color, SURFACES[theme]) >= READABLE.icon;
  return (
    `${own} : 1. Names need ${READABLE.text} : 1, so they are drawn ${shade}, as ${name}. ` +
    `Icons need ${READABLE.icon} : 1 and ${isEnough ? "stay as they are" : `are drawn ${shade}, too`}.`
  );
}

/** Shows a name as it will be drawn on dark and on light, and how well its colour can be read. */
export function Readability({ name, icon, color }: ReadabilityProps) {
  return (
    <dl className={styles.previews} aria-label="How it looks">
      {THEMES.map((theme) => (
        <div key={theme} className={styles.preview}>
          <dt className={styles.chip} data-theme={theme}>
            {icon !== null && (
              <RoleBadge
                badge={{ icon, label: "", color: isColor(color) ? color : null }}
                size={16}
                tip={false}
              />
            )}
            <bdi
              className={styles.name}
              style={
                isColor(color) ? { color: readable(color, theme, READABLE.text) ?? color } : {}
              }
            >
              {name || "A name"}
            </bdi>
          </dt>
          <dd className={styles.words}>
            <strong>{theme === "dark" ? "On dark" : "On light"}</strong>{" "}
            {color === null && "No colour: the ordinary colour of text."}
            {color !== null && !isColor(color) && "The colour isn’t complete."}
            {isColor(color) && judgement(color, theme)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
