import { Search } from "lucide-react";
import { useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import type { Member, WholeRoom } from "../../sangha/api/types";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { onDemand } from "../../sangha/ui/onDemand";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { Broken } from "../feedback/Broken";
import { wordsOf } from "../feedback/words";
import { filterByName, groupMembers, sortByName } from "./groups";
import { MemberList } from "./MemberList";
import styles from "./MembersPane.module.css";
import { useAllMembers } from "./useAllMembers";
import { useThere } from "./useThere";

const MemberCard = onDemand(() => import("./MemberCard"));

/** The members of a community: who is online or in voice by their highest role, then the others. */
export default function MembersPane({ room }: { room: WholeRoom }) {
  const { members, query } = useAllMembers(room);
  const online = useThere(room);
  const [wanted, setWanted] = useState("");
  const [opened, setOpened] = useState<Member | null>(null);
  const pane = useRef<HTMLDivElement>(null);
  const text = useDeferredValue(wanted);
  const sorted = useMemo(() => sortByName(members ?? []), [members]);
  const found = useMemo(() => filterByName(sorted, text), [sorted, text]);
  const groups = useMemo(
    () => groupMembers(found, room.roles, online),
    [found, room.roles, online],
  );
  const now = opened && sorted.find((member) => member.user_id === opened.user_id);
  const close = useCallback(() => setOpened(null), []);

  if (members === undefined && query.isError) {
    return (
      <Broken title="The members can’t be shown" onRetry={() => void query.refetch()}>
        {wordsOf(query.error)} Channels and voice go on as they are.
      </Broken>
    );
  }
  return (
    <div ref={pane} className={styles.pane}>
      <search className={styles.search}>
        <Search aria-hidden />
        <input
          type="search"
          className={styles.input}
          aria-label="Find a member"
          placeholder="Find a member"
          autoComplete="off"
          spellCheck={false}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </search>
      {members === undefined ? (
        <Skeleton lines={8} label="Reading the members" />
      ) : (
        <>
          <p className={styles.count} role="status">
            {count(found.length, members.length, text)}
          </p>
          {query.isError && (
            <Banner
              tone="warning"
              action={
                <Button size="small" onClick={() => void query.refetch()}>
                  Try again
                </Button>
              }
            >
              This list may be incomplete. {wordsOf(query.error)}
            </Banner>
          )}
          <MemberList groups={groups} onOpen={setOpened} />
        </>
      )}
      {opened !== null && (
        <MemberCard
          key={opened.user_id}
          room={room}
          member={now ?? opened}
          gone={now === undefined}
          online={online.has(opened.user_id)}
          onClose={close}
          focusAfter={() => pane.current?.querySelector<HTMLElement>("[data-row][tabindex='0']")}
        />
      )}
    </div>
  );
}

const number = new Intl.NumberFormat();

function count(found: number, all: number, text: string): string {
  if (text.trim() === "") return all === 1 ? "1 member" : `${number.format(all)} members`;
  if (found === 0) return "Nobody has that in their name";
  return `${number.format(found)} of ${number.format(all)} members`;
}
