import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Link2, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { ask } from "../../sangha/api/client";
import type { Invite, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { may } from "../../sangha/permissions";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Banner } from "../../sangha/ui/Banner";
import { Button, IconButton } from "../../sangha/ui/Button";
import InviteDialog from "../community/InviteDialog";
import { inviteWords } from "../community/inviteWords";
import { useCopyLink } from "../community/useCopyLink";
import { useWrite } from "../community/useWrite";
import { WriteState } from "../community/WriteState";
import { useAllMembers } from "../members/useAllMembers";
import { keys } from "../queries";
import { Reading } from "./Reading";
import { SettingsPage } from "./SettingsPage";
import styles from "./settings.module.css";

/** Server settings, invitations: those that can be used, make one, take one back. */
export default function InvitesSettings({ room }: { room: WholeRoom }) {
  const { api } = useSangha();
  const [inviting, setInviting] = useState(false);
  const { permissions } = room.me;
  const maySee = may(permissions, "MANAGE_ROOM");
  const invites = useQuery({
    queryKey: keys.invites(room.room.id),
    enabled: maySee,
    queryFn: async ({ signal }) => {
      const params = { path: { room_id: room.room.id } };
      return (await ask(api.GET("/api/rooms/{room_id}/invites", { params, signal }))).invites;
    },
  });
  return (
    <SettingsPage
      title="Invitations"
      lead={
        room.room.public
          ? "Anybody may join this community. An invitation leads people here all the same."
          : "Who has the link of one of these can join."
      }
      action={
        <Button
          look="primary"
          why={
            may(permissions, "CREATE_INVITE")
              ? undefined
              : "You don’t have the permission to invite people."
          }
          onClick={() => setInviting(true)}
        >
          Invite people
        </Button>
      }
    >
      {maySee ? (
        <Reading
          query={invites}
          title="The invitations can’t be shown"
          still="Those that were sent can still be used."
        >
          {(known) => <InviteList room={room} invites={known} />}
        </Reading>
      ) : (
        <Banner>
          You don’t have the permission to manage the community, so you don’t see the invitations of
          others. You can make your own.
        </Banner>
      )}
      {inviting && <InviteDialog room={room} onClose={() => setInviting(false)} />}
    </SettingsPage>
  );
}

function InviteList({ room, invites }: { room: WholeRoom; invites: readonly Invite[] }) {
  const { api } = useSangha();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const copy = useCopyLink();
  const { members } = useAllMembers(room);
  const write = useWrite();
  const [taking, setTaking] = useState<string | null>(null);
  const end = useRef<HTMLParagraphElement>(null);

  const takeBack = (code: string) => {
    setTaking(code);
    void write.run(async () => {
      const params = { path: { room_id: room.room.id, code } };
      await ask(api.DELETE("/api/rooms/{room_id}/invites/{code}", { params }));
      end.current?.focus();
      queries.setQueryData<Invite[]>(keys.invites(room.room.id), (known) =>
        known?.filter((other) => other.code !== code),
      );
      announce("The invitation is taken back: its link leads nowhere any more.");
    });
  };
  const nameOf = (userId: string | null) =>
    members?.find((member) => member.user_id === userId)?.name;

  return (
    <>
      <WriteState write={write} />
      <p ref={end} tabIndex={-1} className={invites.length === 0 ? styles.empty : styles.about}>
        {invites.length === 0
          ? "There are no invitations that could be used."
          : invites.length === 1
            ? "1 invitation can be used."
            : `${invites.length} invitations can be used.`}
      </p>
      {invites.length > 0 && (
        // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
        <ul role="list" className={styles.list}>
          {invites.map((invite) => {
            const by = nameOf(invite.created_by);
            return (
              <li key={invite.code} className={styles.row}>
                <Link2 aria-hidden />
                <div className={styles.words}>
                  <code className={styles.code}>{invite.code}</code>
                  <p className={styles.about}>
                    {inviteWords(invite)} · by{" "}
                    {by === undefined ? "a former member" : <bdi>{by}</bdi>}
                  </p>
                </div>
                <div className={styles.actions}>
                  <IconButton
                    label={`Copy the link of ${invite.code}`}
                    onClick={() => void copy(invite.code)}
                  >
                    <Copy aria-hidden />
                  </IconButton>
                  <IconButton
                    label={`Take ${invite.code} back`}
                    busy={write.busy && taking === invite.code}
                    disabled={write.busy}
                    onClick={() => takeBack(invite.code)}
                  >
                    <Trash2 aria-hidden />
                  </IconButton>
                </div>
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}
