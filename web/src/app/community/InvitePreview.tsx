import { useQuery } from "@tanstack/react-query";
import { ask } from "../../sangha/api/client";
import { Problem } from "../../sangha/api/problem";
import { useSangha } from "../../sangha/context";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { useRooms } from "../queries";
import styles from "./InvitePreview.module.css";
import { InviteTrouble } from "./InviteTrouble";
import { isRoomId } from "./inviteLink";
import { JoinCard } from "./JoinCard";

const AGAIN_MS = 10_000;

/** Asks again by itself where only time is missing: too many requests, or a vendor away. */
function whileRefused({ state: { error } }: { state: { error: unknown } }): number | false {
  if (!(error instanceof Problem)) return false;
  if (!error.isAway && error.code !== "rate_limited") return false;
  return error.retryAfterS === undefined ? AGAIN_MS : error.retryAfterS * 1000;
}

interface InvitePreviewProps {
  /** An invitation's, or the id of a public community. */
  code: string;
  /** One is in: the community is on the screen. */
  onIn?: () => void;
}

/** What an invitation leads to, and how to accept it. */
export function InvitePreview(props: InvitePreviewProps) {
  return isRoomId(props.code) ? <PublicPreview {...props} /> : <CodePreview {...props} />;
}

function CodePreview({ code, onIn }: InvitePreviewProps) {
  const { api } = useSangha();
  const preview = useQuery({
    queryKey: ["invite", code],
    gcTime: 0, // members come and go
    refetchInterval: whileRefused,
    queryFn: ({ signal }) =>
      ask(api.GET("/api/invites/{code}", { params: { path: { code } }, signal })),
  });
  const { data } = preview;
  if (data === undefined) {
    return preview.isError ? (
      <InviteTrouble query={preview} />
    ) : (
      <Skeleton lines={2} label="Reading the invitation" />
    );
  }
  return (
    <JoinCard roomId={data.room.id} invite={code} joined={data.joined} onIn={onIn}>
      <strong className={styles.name}>
        <bdi>{data.room.name}</bdi>
      </strong>
      <p className={styles.members}>
        {data.members === 1 ? "1 member" : `${data.members.toLocaleString()} members`}
        {data.joined && " · you are one of them"}
      </p>
    </JoinCard>
  );
}

/** A public community tells its name only to its members. */
function PublicPreview({ code, onIn }: InvitePreviewProps) {
  const rooms = useRooms();
  const mine = rooms.data?.find(({ id }) => id === code);
  return (
    <JoinCard roomId={code} invite={null} joined={mine !== undefined} onIn={onIn}>
      <strong className={styles.name}>
        {mine === undefined ? "A public community" : <bdi>{mine.name}</bdi>}
      </strong>
      <p className={styles.members}>
        {mine === undefined ? "Anybody with this link may join." : "You are a member."}
      </p>
    </JoinCard>
  );
}
