import type { WholeRoom } from "../../sangha/api/types";
import { may } from "../../sangha/permissions";
import { Banner } from "../../sangha/ui/Banner";
import { Toggle } from "../../sangha/ui/Toggle";
import { RolePicks } from "./RolePicks";
import { whyNotRole, wouldSee } from "./visibility";

interface ChannelViewersProps {
  room: WholeRoom;
  isPrivate: boolean;
  picked: ReadonlySet<string>;
  why: string | undefined;
  onPrivate: (isPrivate: boolean) => void;
  onPicked: (picked: ReadonlySet<string>) => void;
}

/** Who sees a channel: everybody, or some roles. */
export function ChannelViewers(props: ChannelViewersProps) {
  const { room, isPrivate, picked, why, onPrivate, onPicked } = props;
  const roles = room.roles.filter((role) => role.id !== room.room.id);
  return (
    <div>
      <Toggle
        label="Private"
        hint="Only the roles that you choose see it, the owner and administrators."
        checked={isPrivate}
        why={why}
        onChange={onPrivate}
      />
      {isPrivate &&
        (roles.length === 0 ? (
          <Banner>There are no roles yet, so only the owner sees it.</Banner>
        ) : (
          <RolePicks
            label="Who sees it"
            roles={roles}
            picked={(role) => picked.has(role.id) || may(role.permissions, "ADMINISTRATOR")}
            why={(role) => why ?? whyNotRole(room, role)}
            onPick={(role, isPicked) => {
              const next = new Set(picked);
              if (isPicked) next.add(role.id);
              else next.delete(role.id);
              onPicked(next);
            }}
          />
        ))}
      {isPrivate && why === undefined && !wouldSee(room, picked) && (
        <Banner tone="warning">
          Choose a role of your own, too: otherwise you would hide the channel from yourself.
        </Banner>
      )}
    </div>
  );
}
