import type { ReactNode } from "react";
import { Field, TextInput } from "../../sangha/ui/Field";

interface ChoiceProps {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  /** The options: their value and what they say. */
  options: readonly (readonly [value: string, label: string])[];
}

/** One of a few, from the browser's own list. */
export function Choice({ label, hint, value, onChange, options }: ChoiceProps) {
  const list: ReactNode = options.map(([option, text]) => (
    <option key={option} value={option}>
      {text}
    </option>
  ));
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      <TextInput
        render={<select>{list}</select>}
        value={value}
        onValueChange={(next) => onChange(String(next))}
      />
    </Field>
  );
}
