import { isProblem } from "../../../sangha/api/problem";
import { IconPicker } from "../../../sangha/icon-picker/IconPicker";
import { Field, TextInput } from "../../../sangha/ui/Field";
import { wordsOf } from "../../feedback/words";
import { ColorField } from "./ColorField";
import { isColor } from "./colors";
import { Readability } from "./Readability";
import styles from "./Roles.module.css";
import type { RoleDraft } from "./useRoleDraft";

const LONGEST_NAME = 100; // characters, the API's

interface RoleLooksProps {
  shown: RoleDraft["shown"];
  /** Why the last attempt to save it failed. */
  problem: unknown;
  why: string | undefined;
  onName: (name: string) => void;
  onIcon: (icon: string | null) => void;
  onColor: (color: string | null) => void;
}

/** How a role looks: its name, its badge and its colour. */
export function RoleLooks({ shown, problem, why, onName, onIcon, onColor }: RoleLooksProps) {
  const icon = isProblem(problem, "icon_invalid") || isProblem(problem, "icon_reserved");
  return (
    <div className={styles.form}>
      <Field label="Name" error={isProblem(problem, "name_invalid") ? wordsOf(problem) : null}>
        <TextInput
          value={shown.name}
          onChange={(event) => onName(event.target.value)}
          maxLength={LONGEST_NAME}
          autoComplete="off"
          dir="auto"
          readOnly={why !== undefined}
          aria-description={why}
        />
      </Field>
      <div className={styles.field}>
        <span className={styles.fieldLabel}>Badge</span>
        <div>
          <IconPicker
            value={shown.icon}
            color={isColor(shown.color) ? shown.color : null}
            onChange={onIcon}
            why={why}
          />
        </div>
        <p className={styles.hint}>
          {icon ? wordsOf(problem) : "An icon or an emoji, shown beside the names of who has it."}
        </p>
      </div>
      <ColorField value={shown.color} why={why} onChange={onColor} />
      <Readability name={shown.name} icon={shown.icon} color={shown.color} />
    </div>
  );
}
