// Supabase's own JavaScript client against the stand-in. Exit code 0: everything held.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

// The packages lie in the working directory, not beside this file.
const require = createRequire(`${process.cwd()}/`);
const { createClient } = require("@supabase/supabase-js");

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY } = process.env;
const HEARD_MS = 5000;
const clients = [];

function client(key = SUPABASE_PUBLISHABLE_KEY) {
  const made = createClient(SUPABASE_URL, key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  clients.push(made);
  return made;
}

function bounded(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing heard: ${what}`)), HEARD_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function subscribed(channel) {
  const state = new Promise((resolve) => {
    channel.subscribe((status, error) => resolve([status, error?.message]));
  });
  return bounded(state, `the state of ${channel.topic}`);
}

function heard(channel, event) {
  const message = new Promise((resolve) => channel.on("broadcast", { event }, resolve));
  return () => bounded(message, `${event} on ${channel.topic}`);
}

async function signsUpInAndOut() {
  const supabase = client();
  const credentials = { email: "node@example.com", password: "long enough" };
  const signedUp = await supabase.auth.signUp(credentials);
  assert.equal(signedUp.error, null);
  await supabase.auth.signOut();
  const signedIn = await supabase.auth.signInWithPassword(credentials);
  assert.equal(signedIn.data.user.id, signedUp.data.user.id);
  assert.equal((await supabase.auth.getUser()).data.user.email, credentials.email);
  const { data: verified, error } = await supabase.auth.getClaims();
  assert.equal(error, null);
  assert.equal(verified.claims.sub, signedIn.data.user.id);
  assert.equal(verified.header.alg, "ES256");
  const refreshed = await supabase.auth.refreshSession();
  assert.notEqual(refreshed.data.session.refresh_token, signedIn.data.session.refresh_token);
  const wrong = await supabase.auth.signInWithPassword({ ...credentials, password: "wrong" });
  assert.deepEqual([wrong.error.status, wrong.error.code], [400, "invalid_credentials"]);
}

async function callsFunctions() {
  const supabase = client();
  const anonymous = await supabase.rpc("whose", { p_name: "x" });
  assert.deepEqual(anonymous.data, { name: "x", user_id: null, role: "anon" });
  const denied = await supabase.rpc("members_only");
  assert.deepEqual([denied.status, denied.error.code], [401, "42501"]);
  const { data } = await supabase.auth.signInAnonymously();
  const own = await supabase.rpc("whose", { p_name: "x" });
  assert.deepEqual(own.data, { name: "x", user_id: data.user.id, role: "authenticated" });
  const refused = await supabase.rpc("refuse");
  assert.deepEqual(
    [refused.status, refused.error.code, refused.error.message, refused.error.details],
    [409, "PT409", "taken", "Somebody was faster."],
  );
  assert.equal((await supabase.rpc("no_such")).error.code, "PGRST202");
  const table = await supabase.from("notes").select();
  assert.deepEqual([table.status, table.error.code], [404, "PGRST205"]);
  const secret = await client(SUPABASE_SECRET_KEY).rpc("whose", { p_name: "x" });
  assert.equal(secret.data.role, "service_role");
}

async function hearsItsPrivateTopic() {
  const supabase = client();
  const { data } = await supabase.auth.signInAnonymously();
  const topic = `user:${data.user.id}`;
  const config = { config: { private: true } };
  const channel = supabase.channel(topic, config);
  const [first, second] = [heard(channel, "one"), heard(channel, "two")];
  assert.deepEqual(await subscribed(channel), ["SUBSCRIBED", undefined]);
  const server = client(SUPABASE_SECRET_KEY);
  await server.channel(topic, config).httpSend("one", { n: 1 });
  assert.deepEqual((await first()).payload, { n: 1 });
  await server.rpc("say", { p_topic: topic });
  const message = await second();
  assert.equal(message.payload.id, message.meta.id);
  assert.equal(await supabase.removeChannel(channel), "ok");
}

async function isRefusedElsewhere() {
  const supabase = client();
  await supabase.auth.signInAnonymously();
  const channel = supabase.channel("user:another", { config: { private: true } });
  const [status, reason] = await subscribed(channel);
  assert.equal(status, "CHANNEL_ERROR");
  assert.match(reason, /Unauthorized/);
}

async function speaksToOthers() {
  const [one, other] = [client(), client()];
  const mouth = one.channel("chat", { config: { broadcast: { ack: true } } });
  const ear = other.channel("chat");
  const greeting = heard(ear, "hi");
  await subscribed(ear);
  await subscribed(mouth);
  const sent = await mouth.send({ type: "broadcast", event: "hi", payload: { text: "ä" } });
  assert.equal(sent, "ok");
  assert.deepEqual((await greeting()).payload, { text: "ä" });
}

// A channel that sees who is on a topic, and what it was told. Without a key Realtime makes one for
// each channel: what is shown is the `user_id` that they track, as Sangha's front end does.
function tabOf(supabase, topic, key = "") {
  const config = { private: true, presence: { key } };
  const channel = supabase.channel(topic, { config });
  const seen = [];
  const waiting = new Set();
  for (const event of ["sync", "join", "leave"]) {
    channel.on("presence", { event }, ({ newPresences, leftPresences }) => {
      const people = (newPresences ?? leftPresences ?? []).map((each) => each.user_id);
      seen.push([event, ...people].join(" "));
      for (const look of [...waiting]) look();
    });
  }
  const until = (holds, what) => {
    const held = new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
    return bounded(held, `${what} on ${channel.topic}`);
  };
  const here = () =>
    Object.values(channel.presenceState())
      .flat()
      .map((each) => each.user_id)
      .sort()
      .join();
  const sees = (...people) => until(() => here() === people.join(), `[${people}]`);
  return { channel, seen, until, sees };
}

async function person() {
  const supabase = client();
  await supabase.auth.signInAnonymously();
  return supabase;
}

// A room of its own, by the real migrations: who is online in it is its members' to see.
async function room() {
  const owner = await person();
  const made = await owner.rpc("create_room", { p_name: "Sangha", p_public: true });
  assert.equal(made.error, null);
  const { id } = made.data.room;
  const member = async () => {
    const supabase = await person();
    assert.equal((await supabase.rpc("join_room", { p_room_id: id })).error, null);
    return supabase;
  };
  return { id, topic: `online:${id}`, owner, member };
}

async function seesWhoIsOnline() {
  const { id, topic, owner, member } = await room();
  const [annsPhone, annsDesk] = [await member(), await member()];
  const bob = tabOf(owner, topic);
  assert.deepEqual(await subscribed(bob.channel), ["SUBSCRIBED", undefined]);
  await bob.until(() => bob.seen.includes("sync"), "the first sync");
  const phone = tabOf(annsPhone, topic);
  await subscribed(phone.channel);
  assert.equal(await phone.channel.track({ user_id: "ann" }), "ok");
  await bob.sees("ann");
  await phone.sees("ann");
  assert.deepEqual(bob.seen, ["sync", "join ann", "sync"]);
  assert.equal(await phone.channel.track({ user_id: "ann" }), "ok"); // nothing new: nothing said

  // Another tab, that leaves by untracking; the first one leaves by closing.
  const desk = tabOf(annsDesk, topic);
  await subscribed(desk.channel);
  await desk.sees("ann");
  assert.equal(await desk.channel.track({ user_id: "ann" }), "ok");
  await bob.sees("ann", "ann");
  assert.equal(await phone.channel.untrack(), "ok");
  await bob.sees("ann");
  assert.equal(await annsDesk.removeChannel(desk.channel), "ok");
  await bob.sees();
  const told = ["join ann", "sync", "leave ann", "sync", "leave ann", "sync"];
  assert.deepEqual(bob.seen.slice(3), told);

  // The connection is lost, and comes back: the client joins again by itself.
  assert.equal(await phone.channel.track({ user_id: "ann" }), "ok");
  await bob.sees("ann");
  const syncs = () => phone.seen.filter((each) => each === "sync").length;
  const before = syncs();
  annsPhone.realtime.disconnect();
  await bob.sees();
  annsPhone.realtime.connect();
  await phone.until(() => syncs() > before && phone.channel.state === "joined", "the way back");
  assert.equal(await phone.channel.track({ user_id: "ann" }), "ok");
  await bob.sees("ann");

  // Somebody who is no member any more is put out with their next token.
  const { data } = await annsPhone.auth.getUser();
  await owner.rpc("remove_member", { p_room_id: id, p_user_id: data.user.id });
  await annsPhone.auth.refreshSession();
  await bob.sees();
}

// One key with several metas. This client forgets the refs of older metas when one more comes, and
// then never sees them leave (supabase-js #2565): so the last that came leaves first.
async function sharesAKey() {
  const { topic, owner, member } = await room();
  const [one, two, bob] = [
    tabOf(await member(), topic, "ann"),
    tabOf(await member(), topic, "ann"),
    tabOf(owner, topic),
  ];
  await subscribed(one.channel);
  await subscribed(two.channel);
  await one.channel.track({ user_id: "one" });
  await two.channel.track({ user_id: "two" });
  await subscribed(bob.channel);
  await bob.until(() => bob.channel.presenceState().ann?.length === 2, "two metas under one key");
  await two.channel.untrack();
  await bob.until(() => bob.seen.includes("leave two"), "the leave of the second");
  assert.equal(bob.channel.presenceState().ann.length, 1);
}

async function isOnlineOnlyWhereItMay() {
  const { id, topic, owner, member } = await room();
  for (const stranger of [client(), await person()]) {
    const [status, reason] = await subscribed(tabOf(stranger, topic).channel);
    assert.equal(status, "CHANNEL_ERROR");
    assert.match(reason, /Unauthorized/);
  }
  const bob = tabOf(owner, topic);
  const heardIt = [];
  bob.channel.on("broadcast", { event: "*" }, (message) => heardIt.push(message));
  await subscribed(bob.channel);

  // Members are seen, and that is all: nobody broadcasts on this topic.
  const ann = await member();
  const config = { private: true, broadcast: { ack: true }, presence: { enabled: true } };
  const mouth = ann.channel(topic, { config });
  assert.deepEqual(await subscribed(mouth), ["SUBSCRIBED", undefined]);
  assert.equal(await mouth.send({ type: "broadcast", event: "hi", payload: {} }), "error");
  await mouth.httpSend("hi", {}); // 202, and dropped: nobody is told, as hosted
  assert.equal(await mouth.track({ user_id: "ann" }), "ok");
  await bob.sees("ann");
  assert.deepEqual(heardIt, []);

  // And they are seen nowhere else.
  const ear = ann.channel(`room:${id}`, { config });
  assert.deepEqual(await subscribed(ear), ["SUBSCRIBED", undefined]);
  assert.equal(await ear.track({ user_id: "ann" }), "error");
}

try {
  await signsUpInAndOut();
  await callsFunctions();
  await hearsItsPrivateTopic();
  await isRefusedElsewhere();
  await speaksToOthers();
  await seesWhoIsOnline();
  await sharesAKey();
  await isOnlineOnlyWhereItMay();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await Promise.all(clients.map((each) => each.removeAllChannels()));
  process.exit();
}
