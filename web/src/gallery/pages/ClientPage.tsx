import { useState } from "react";
import { ask } from "../../sangha/api/client";
import { Problem } from "../../sangha/api/problem";
import { useSangha } from "../../sangha/context";
import { Button } from "../../sangha/ui/Button";
import { Case, Cases, Title } from "../Case";
import styles from "../Gallery.module.css";
import { type Answers, World } from "../World";

const ROOM = { id: "1", name: "Sangha", owner_id: "2", public: false, version: 1, created_at: 0 };

const STATES: { title: string; answers: Answers }[] = [
  { title: "An answer", answers: () => ({ status: 200, body: { rooms: [ROOM] } }) },
  {
    title: "A refusal",
    answers: () => ({ status: 403, body: { code: "missing_permission", detail: "MANAGE_ROLES" } }),
  },
  {
    title: "A limit",
    answers: () => ({
      status: 429,
      body: { code: "rate_limited" },
      headers: { "retry-after": "17" },
    }),
  },
  {
    title: "A host’s own page instead of an answer",
    answers: () => ({ status: 502, body: "<html>" }),
  },
  { title: "No answer: the deadline ends it", answers: () => "never" },
];

/** Asks for the rooms when told to, and shows what came of it. */
function Asked() {
  const { api } = useSangha();
  const [came, setCame] = useState("not asked yet");
  async function send() {
    setCame("asking");
    try {
      const { rooms } = await ask(api.GET("/api/rooms"));
      setCame(`rooms: ${rooms.map((room) => room.name).join(", ")}`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const again = error.retryAfterS === undefined ? "" : `, again in ${error.retryAfterS} s`;
      setCame(`Problem ${error.status} ${error.code}${again}`);
    }
  }
  return (
    <>
      <Button size="small" onClick={send}>
        GET /api/rooms
      </Button>
      <p className={styles.came} role="status">
        {came}
      </p>
    </>
  );
}

export default function ClientPage() {
  return (
    <>
      <Title name="The typed client">
        Every path of the API with its types; what isn’t a success is a Problem with a stable code.
      </Title>
      <Cases>
        {STATES.map(({ title, answers }) => (
          <Case key={title} title={title}>
            <World answers={answers}>
              <Asked />
            </World>
          </Case>
        ))}
      </Cases>
    </>
  );
}
