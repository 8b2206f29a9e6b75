// The rule by which a front end knows who is in voice, under random schedules of pushes that come
// twice, in any order or never, with answers in between. Prints {schedules, wrong: [what, …]}.
//
// usage: node presence_rule.mjs {module} {schedules}
import { pathToFileURL } from "node:url";

const [module, schedules] = process.argv.slice(2);
const { apply, hasMoreThan, isDoubtful, load, NOBODY, whoIsHere } = await import(
  pathToFileURL(module).href
);

const CHANNELS = ["c1", "c2"];
const PEOPLE = ["ada", "ben", "bot"];
const LATER_MS = 5_000; // from then on an answer outweighs what was heard
let seed = 7;
const random = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};
const one = (list) => list[Math.floor(random() * list.length)];

function shuffled(list) {
  return list
    .map((item) => [random(), item])
    .sort(([first], [second]) => first - second)
    .map(([, item]) => item);
}

function shown(state) {
  const rows = [...whoIsHere(state)].flatMap(([channel, { participants, agents }]) =>
    [...participants, ...agents].map(({ sid, color }) => `${channel} ${sid} ${color}`),
  );
  return rows.sort().join("; ");
}

/** Some stays in two channels: when they began, whether they were changed, whether they are over. */
function made() {
  return Array.from({ length: 1 + Math.floor(random() * 8) }, (_, n) => {
    const identity = one(PEOPLE);
    const kind = identity === "bot" ? "agent" : "standard";
    const joined_at = 1000 + Math.floor(random() * 5);
    const participant = { sid: `PA_${n}`, identity, name: "x", joined_at, kind, attributes: {} };
    const color = random() < 0.3 ? `#00000${n}` : null;
    return { channel: one(CHANNELS), participant, color, isOver: random() < 0.5 };
  });
}

const last = ({ participant, color }) =>
  color === null ? participant : { ...participant, attributes: { color } };

/** What the API answers: of an identity's stays in a channel, the last to begin. */
function answerOf(stays) {
  const here = new Map();
  for (const stay of stays.filter(({ isOver }) => !isOver)) {
    const key = stay.channel + stay.participant.identity;
    const other = here.get(key)?.participant;
    const { joined_at, sid } = stay.participant;
    const isLater =
      other === undefined ||
      joined_at > other.joined_at ||
      (joined_at === other.joined_at && sid > other.sid);
    if (isLater) here.set(key, stay);
  }
  const channels = CHANNELS.map((channel_id) => {
    const inside = [...here.values()].filter(({ channel }) => channel === channel_id);
    const [agents, participants] = [true, false].map((isAgent) =>
      inside.filter(({ participant }) => (participant.kind === "agent") === isAgent).map(last),
    );
    return { channel_id, participants, agents };
  });
  return { room_id: "r", source: "redis", as_of: 0, channels };
}

function pushesOf(stays) {
  return stays.flatMap((stay) => {
    const channel_id = stay.channel;
    const told = (type, participant) => ({ type, channel_id, participant });
    return [
      told("joined", stay.participant),
      ...(stay.color === null ? [] : [told("updated", last(stay))]),
      ...(stay.isOver ? [told("left", stay.participant)] : []),
      { type: "finished", channel_id, room_sid: "RM" },
    ];
  });
}

const wrong = [];
for (let n = 0; n < Number(schedules); n++) {
  const stays = made();
  const answer = answerOf(stays);
  const right = shown(load(NOBODY, answer, 0, 0));
  const check = (what, state) => shown(state) === right || wrong.push(`${n} ${what}`);
  const pushes = pushesOf(stays);
  const told = shuffled([...pushes, ...pushes.filter(() => random() < 0.4)]);
  let now = 1_000_000;

  let state = NOBODY;
  for (const push of told) state = apply(state, push, (now += 10));
  check("all pushes, repeated, in any order", state);
  const stale = answerOf(stays.map((stay) => ({ ...stay, isOver: false })));
  check("an answer of before they left", load(state, stale, now, now));

  state = NOBODY;
  const place = Math.floor(random() * told.length);
  told.forEach((push, at) => {
    if (at === place) state = load(state, answer, now, now + 5);
    state = apply(state, push, (now += 10));
  });
  check("an answer in between", state);

  state = NOBODY;
  for (const push of told) if (random() < 0.5) state = apply(state, push, (now += 10));
  const recent = load(state, answer, now, now);
  const keeps = [...recent.stays.keys()].some(
    (key) => !answer.channels.some(({ channel_id, participants, agents }) =>
      [...participants, ...agents].some(({ sid }) => key === `${channel_id}/${sid}`)),
  );
  if (hasMoreThan(recent, answer) !== keeps) wrong.push(`${n} who is kept beyond an answer`);
  state = load(recent, answer, now + LATER_MS, now + LATER_MS);
  check("lost pushes, then an answer", state);
  if (hasMoreThan(state, answer)) wrong.push(`${n} who is kept for good`);

  // Whom an answer lacked, and a push brings: another answer decides, and is asked for.
  const nobody = answerOf([]);
  state = load(state, nobody, now + 2 * LATER_MS, now + 2 * LATER_MS);
  const joined = pushes.filter(({ type, participant }) =>
    type === "joined" && stays.some((stay) => stay.participant === participant && !stay.isOver));
  const missing = joined.filter((push) => isDoubtful(state, push));
  const listed = answer.channels.flatMap(({ participants, agents }) => [...participants, ...agents]);
  if (missing.length < listed.length) wrong.push(`${n} who is missing without a doubt`);
  if (shown(missing.reduce((known, push) => apply(known, push, now), state)) !== "") {
    wrong.push(`${n} a push against an answer`);
  }
  check("and comes back", load(state, answer, now + 3 * LATER_MS, now + 3 * LATER_MS));
}
console.log(JSON.stringify({ schedules: Number(schedules), wrong: wrong.slice(0, 10) }));
