import { Field as Base } from "@base-ui/react/field";
import type { ComponentProps, ReactNode } from "react";
import styles from "./Field.module.css";

export interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** What is wrong with it, in words for people; null or absent where nothing is. */
  error?: string | null | undefined;
  children: ReactNode;
}

/** A labelled field: its hint and its error belong to the input inside, for screen readers too. */
export function Field({ label, hint, error, children }: FieldProps) {
  const invalid = error !== undefined && error !== null;
  return (
    <Base.Root className={styles.field} invalid={invalid}>
      <Base.Label className={styles.label}>{label}</Base.Label>
      {children}
      {hint !== undefined && <Base.Description className={styles.hint}>{hint}</Base.Description>}
      {invalid && (
        <Base.Error className={styles.error} match role="alert">
          {error}
        </Base.Error>
      )}
    </Base.Root>
  );
}

/** A line of text, inside of a `Field`. */
export function TextInput(props: Omit<ComponentProps<typeof Base.Control>, "className">) {
  return <Base.Control {...props} className={styles.input} />;
}
