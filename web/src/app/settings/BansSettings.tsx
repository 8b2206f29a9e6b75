import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ask } from "../../sangha/api/client";
import type { Ban, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { may } from "../../sangha/permissions";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Avatar } from "../../sangha/ui/Avatar";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { quoted } from "../community/quoted";
import { useWrite } from "../community/useWrite";
import { WriteState } from "../community/WriteState";
import { useAllMembers } from "../members/useAllMembers";
import { keys } from "../queries";
import { Reading } from "./Reading";
import { SettingsPage } from "./SettingsPage";
import styles from "./settings.module.css";

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const UNKNOWN = "Somebody who never was a member";

/** Server settings, bans: who, why, by whom; and how to lift them. */
export default function BansSettings({ room }: { room: WholeRoom }) {
  const { api } = useSangha();
  const mayBan = may(room.me.permissions, "BAN_MEMBERS");
  const bans = useQuery({
    queryKey: keys.bans(room.room.id),
    enabled: mayBan,
    queryFn: async ({ signal }) => {
      const params = { path: { room_id: room.room.id } };
      return (await ask(api.GET("/api/rooms/{room_id}/bans", { params, signal }))).bans;
    },
  });
  return (
    <SettingsPage
      title="Bans"
      lead="Who is banned can’t come back, by no invitation, until the ban is lifted. Members are banned from their card in the list of members."
    >
      {mayBan ? (
        <Reading query={bans} title="The bans can’t be shown" still="They hold all the same.">
          {(known) => <BanList room={room} bans={known} />}
        </Reading>
      ) : (
        <Banner>
          You don’t have the permission to ban members, so you don’t see who is banned.
        </Banner>
      )}
    </SettingsPage>
  );
}

function BanList({ room, bans }: { room: WholeRoom; bans: readonly Ban[] }) {
  const { api } = useSangha();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const { members } = useAllMembers(room);
  const write = useWrite();
  const [lifting, setLifting] = useState<string | null>(null);
  const end = useRef<HTMLParagraphElement>(null);

  const lift = (ban: Ban) => {
    setLifting(ban.user_id);
    void write.run(async () => {
      const path = { room_id: room.room.id, user_id: ban.user_id };
      await ask(api.DELETE("/api/rooms/{room_id}/bans/{user_id}", { params: { path } }));
      end.current?.focus();
      queries.setQueryData<Ban[]>(keys.bans(room.room.id), (known) =>
        known?.filter((other) => other.user_id !== ban.user_id),
      );
      announce(`The ban of ${quoted(ban.name ?? UNKNOWN)} is lifted.`);
    });
  };
  const nameOf = (userId: string | null) =>
    members?.find((member) => member.user_id === userId)?.name;

  return (
    <>
      <WriteState write={write} />
      <p ref={end} tabIndex={-1} className={bans.length === 0 ? styles.empty : styles.about}>
        {bans.length === 0
          ? "Nobody is banned."
          : bans.length === 1
            ? "1 person is banned."
            : `${bans.length} people are banned.`}
      </p>
      {bans.length > 0 && (
        // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
        <ul role="list" className={styles.list}>
          {bans.map((ban) => {
            const by = nameOf(ban.banned_by);
            return (
              <li key={ban.user_id} className={styles.row}>
                <Avatar name={ban.name ?? "?"} id={ban.user_id} size={32} />
                <div className={styles.words}>
                  <bdi className={styles.name} title={ban.name ?? ban.user_id}>
                    {ban.name ?? UNKNOWN}
                  </bdi>
                  <p className={styles.reason}>
                    {ban.reason === null ? "No reason given" : <bdi>{ban.reason}</bdi>}
                  </p>
                  <p className={styles.about}>
                    {day.format(ban.created_at)}, by{" "}
                    {by === undefined ? "a former member" : <bdi>{by}</bdi>}
                  </p>
                </div>
                <Button
                  size="small"
                  busy={write.busy && lifting === ban.user_id}
                  disabled={write.busy}
                  aria-label={`Lift the ban of ${quoted(ban.name ?? UNKNOWN)}`}
                  onClick={() => lift(ban)}
                >
                  Lift
                </Button>
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}
