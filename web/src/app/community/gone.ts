import { quoted } from "./quoted";

/** What is told when a community is left, by one's own doing or another's. */
export const gone = {
  left: (name: string) => `You are no longer a member of ${quoted(name)}.`,
  deleted: (name: string) => `${quoted(name)} was deleted.`,
};
