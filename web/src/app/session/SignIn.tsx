import type { SupabaseClient } from "@supabase/supabase-js";
import { type FormEvent, useState } from "react";
import { Avatar } from "../../sangha/ui/Avatar";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { Field, TextInput } from "../../sangha/ui/Field";
import type { Config } from "../config";
import { usePageTitle } from "../shell/usePageTitle";
import styles from "./SignIn.module.css";

const LEAST_PASSWORD = 6; // characters, Supabase's default

function wordsOfAuth(error: { code?: string | undefined; status?: number | undefined }): string {
  if (error.code === "invalid_credentials") return "The email address or the password is wrong.";
  if (error.code === "user_already_exists")
    return "Somebody has an account with this address: sign in instead.";
  if (error.code === "weak_password") return "Choose a longer password.";
  if (error.code === "email_not_confirmed")
    return "Open the link in our email first, then sign in.";
  if (error.status === 429) return "That was a lot in a short time. Wait a minute, then try again.";
  return "Signing in isn’t possible right now. Try again in a moment.";
}

interface SignInProps {
  config: Config;
  supabase: SupabaseClient;
}

/** Signs in or up by email and password; on the local stack a demo person with one click. */
export default function SignIn({ config, supabase }: SignInProps) {
  const [isNew, setNew] = useState(false);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [sent, setSent] = useState(false);
  usePageTitle(isNew ? "Make an account" : "Sign in");

  async function enter(who: string, email: string, password: string, name?: string) {
    setBusy(who);
    setProblem(null);
    const { data, error } =
      name === undefined
        ? await supabase.auth.signInWithPassword({ email, password })
        : await supabase.auth.signUp({ email, password, options: { data: { name } } });
    setBusy(null);
    if (error !== null) setProblem(wordsOfAuth(error));
    else if (data.session === null) setSent(true);
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    void enter("form", text("email"), text("password"), isNew ? text("name") : undefined);
  }

  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <header className={styles.head}>
          <img src="/icon.svg" alt="" width={44} height={44} />
          <h1>Sangha</h1>
          <p>Voice rooms for your community.</p>
        </header>
        {problem !== null && <Banner tone="danger">{problem}</Banner>}
        {sent && <Banner>We sent you an email. Open the link in it, then sign in here.</Banner>}
        {config.demo !== undefined && (
          <section className={styles.demo} aria-labelledby="demo">
            <h2 id="demo">This is a local stack: be somebody</h2>
            <ul>
              {config.demo.people.map((person) => (
                <li key={person.email}>
                  <button
                    type="button"
                    className={styles.person}
                    disabled={busy !== null}
                    onClick={() => enter(person.email, person.email, config.demo?.password ?? "")}
                  >
                    <Avatar name={person.name} id={person.email} size={32} />
                    <span className={styles.words}>
                      <strong>Continue as {person.name}</strong>
                      <small>{person.about}</small>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
        <form className={styles.form} onSubmit={submit}>
          <h2>{isNew ? "Make an account" : "Sign in"}</h2>
          {isNew && (
            <Field label="Name" hint="How others see you.">
              <TextInput name="name" autoComplete="nickname" required maxLength={100} />
            </Field>
          )}
          <Field label="Email">
            <TextInput name="email" type="email" autoComplete="email" required />
          </Field>
          <Field label="Password">
            <TextInput
              name="password"
              type="password"
              autoComplete={isNew ? "new-password" : "current-password"}
              minLength={LEAST_PASSWORD}
              required
            />
          </Field>
          <Button type="submit" look="primary" busy={busy === "form"} disabled={busy !== null}>
            {isNew ? "Make the account" : "Sign in"}
          </Button>
          <Button look="quiet" onClick={() => setNew(!isNew)}>
            {isNew ? "I have an account" : "I’m new here"}
          </Button>
        </form>
      </div>
    </main>
  );
}
