import type { MatchStatus } from "../../sangha/api/types";
import { useMatching } from "../../sangha/matching/useMatching";
import { Button } from "../../sangha/ui/Button";
import { Case, Cases, Title } from "../Case";
import styles from "../Gallery.module.css";
import { type Answers, ME, World } from "../World";

const NOW = Date.now();
const WAITING: MatchStatus = {
  state: "waiting",
  as_of: NOW,
  room_id: null,
  interests: ["chess", "jazz"],
  languages: ["en"],
  group_size: 2,
  strangers: true,
  since: NOW - 12_000,
  place: 3,
  estimate_s: 25,
  retry_after: 10,
};
const MATCHED: MatchStatus = {
  state: "matched",
  as_of: NOW,
  server_url: "wss://livekit.example",
  participant_token: "…",
  retry_after: 10,
  match: {
    id: "00000000-0000-4000-8000-0000000000f1",
    room_name: "match:00000000-0000-4000-8000-0000000000f1",
    room_id: null,
    group_size: 2,
    members: [
      { user_id: ME, name: "Ada", here: true },
      { user_id: "00000000-0000-4000-8000-0000000000a2", name: "Grace", here: false },
    ],
    interests: ["chess"],
    languages: ["en"],
    made_at: NOW,
    arrive_by: NOW + 30_000,
    started_at: null,
  },
};

const told =
  (body: unknown, status = 200): Answers =>
  () => ({ status, body });
const LIMITED: Answers = (request) =>
  request.method === "POST"
    ? { status: 429, body: { code: "rate_limited" }, headers: { "retry-after": "17" } }
    : { status: 200, body: { state: "none", as_of: NOW } };

const STATES: { title: string; answers: Answers }[] = [
  { title: "Not looking", answers: told({ state: "none", as_of: NOW }) },
  { title: "Waiting, with place and estimate", answers: told(WAITING) },
  {
    title: "Waiting again: not everyone came",
    answers: told({ ...WAITING, last: { match_id: "f0", reason: "not_everyone_came" } }),
  },
  { title: "Matched, the other still comes", answers: told(MATCHED) },
  { title: "No answer yet", answers: () => "never" },
  { title: "Supabase is away", answers: told({ code: "supabase_unavailable" }, 503) },
  { title: "Too many joins: press it", answers: LIMITED },
];

function Matching() {
  const matching = useMatching();
  const facts = JSON.stringify(
    matching,
    (_, value: unknown) => (typeof value === "function" ? undefined : value),
    1,
  );
  return (
    <>
      <Button size="small" onClick={() => matching.join({ interests: ["chess"] })}>
        join
      </Button>
      <pre className={styles.json}>{facts}</pre>
    </>
  );
}

export default function UseMatchingPage() {
  return (
    <>
      <Title name="useMatching">
        Waiting for people to talk to, and the match: what it returns in each state.
      </Title>
      <Cases>
        {STATES.map(({ title, answers }) => (
          <Case key={title} title={title}>
            <World answers={answers}>
              <Matching />
            </World>
          </Case>
        ))}
      </Cases>
    </>
  );
}
