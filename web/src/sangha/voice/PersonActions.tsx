import { MoreHorizontal } from "lucide-react";
import { MemberName } from "../badges/MemberName";
import { type Action, Actions } from "../ui/Actions";
import { IconButton } from "../ui/Button";
import type { Speaker } from "./attributes";

interface PersonActionsProps {
  speaker: Pick<Speaker, "name" | "color">;
  /** Of the place where it stands. */
  className: string | undefined;
  groups: readonly (readonly Action[])[];
}

/** The menu of what can be done about somebody in voice; nothing where nothing can. */
export function PersonActions({ speaker, className, groups }: PersonActionsProps) {
  const { name, color } = speaker;
  if (groups.every((group) => group.length === 0)) return null;
  return (
    <span className={className}>
      <Actions
        trigger={
          <IconButton label={`Actions for ${name}`}>
            <MoreHorizontal aria-hidden />
          </IconButton>
        }
        header={<MemberName name={name} color={color} />}
        groups={groups}
      />
    </span>
  );
}
