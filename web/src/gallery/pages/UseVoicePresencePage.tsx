import { useVoicePresence } from "../../sangha/voice/useVoicePresence";
import { Case, Cases, Title } from "../Case";
import styles from "../Gallery.module.css";
import { channel, participant } from "../people";
import { type Answers, World } from "../World";

const LOUNGE = channel("Lounge").id;
const PROBLEM = { type: "about:blank", title: "Service Unavailable", status: 503, detail: "" };

function answered(source: "redis" | "livekit"): Answers {
  const participants = [participant("Ada"), participant("Grace")];
  const channels = [{ channel_id: LOUNGE, participants, agents: [] }];
  return () => ({
    status: 200,
    body: { room_id: "room", source, as_of: 1_760_000_000_000, channels },
  });
}

const STATES: { title: string; answers: Answers; heard?: boolean }[] = [
  { title: "Live, from Redis", answers: answered("redis") },
  { title: "Redis is away: LiveKit’s own lists", answers: answered("livekit") },
  { title: "No answer yet", answers: () => "never" },
  {
    title: "Supabase is away",
    answers: () => ({ status: 503, body: { ...PROBLEM, code: "supabase_unavailable" } }),
  },
  {
    title: "No member of this community",
    answers: () => ({ status: 404, body: { ...PROBLEM, status: 404, code: "room_not_found" } }),
  },
  { title: "The push connection is being made", answers: answered("redis"), heard: false },
];

function Presence({ roomId }: { roomId: string }) {
  const { channels, source, status, error } = useVoicePresence(roomId);
  const names = [...channels.values()].flatMap(({ participants }) =>
    participants.map(({ name }) => name),
  );
  return (
    <dl className={styles.facts}>
      <dt>status</dt>
      <dd>{status}</dd>
      <dt>source</dt>
      <dd>{source ?? "not known"}</dd>
      <dt>here</dt>
      <dd>{names.join(", ") || "nobody"}</dd>
      <dt>error</dt>
      <dd>{error?.code ?? "none"}</dd>
    </dl>
  );
}

export default function UseVoicePresencePage() {
  return (
    <>
      <Title name="useVoicePresence">
        Who is in the voice channels of a community, by push: what it returns in each state.
      </Title>
      <Cases>
        {STATES.map(({ title, answers, heard }) => (
          <Case key={title} title={title}>
            <World answers={answers} heard={heard ?? true}>
              <Presence roomId={title} />
            </World>
          </Case>
        ))}
      </Cases>
    </>
  );
}
