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

try {
  await signsUpInAndOut();
  await callsFunctions();
  await hearsItsPrivateTopic();
  await isRefusedElsewhere();
  await speaksToOthers();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await Promise.all(clients.map((each) => each.removeAllChannels()));
  process.exit();
}
