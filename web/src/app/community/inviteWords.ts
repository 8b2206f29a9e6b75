import type { Invite } from "../../sangha/api/types";

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Says until when an invitation can be used, and how often it was. */
export function inviteWords({ expires_at, max_uses, uses }: Invite): string {
  const used =
    max_uses !== null
      ? `${uses} of ${max_uses} uses`
      : uses === 0
        ? "not used yet"
        : uses === 1
          ? "used once"
          : `used ${uses} times`;
  return `${expires_at === null ? "Never ends" : `Ends ${moment.format(expires_at)}`} · ${used}`;
}
