import { Hash, Volume2 } from "lucide-react";
import { useId } from "react";
import type { Channel } from "../../sangha/api/types";
import styles from "./ChannelDialog.module.css";

const KINDS = [
  { kind: "text", name: "Text", Icon: Hash, about: "A place with a name, to invite people to" },
  { kind: "voice", name: "Voice", Icon: Volume2, about: "Talk together" },
] as const;

interface ChannelKindProps {
  kind: Channel["kind"];
  onChange: (kind: Channel["kind"]) => void;
}

/** What a new channel is for. */
export function ChannelKind({ kind, onChange }: ChannelKindProps) {
  const id = useId();
  return (
    <fieldset className={styles.kinds}>
      <legend className={styles.legend}>Kind</legend>
      {KINDS.map(({ kind: one, name, Icon, about }) => (
        <label key={one} className={styles.kind}>
          <input
            type="radio"
            name={id}
            checked={kind === one}
            aria-describedby={`${id}-${one}`}
            onChange={() => onChange(one)}
          />
          <Icon aria-hidden />
          <span className={styles.about}>
            <strong>{name}</strong>
            <small id={`${id}-${one}`} aria-hidden>
              {about}
            </small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
