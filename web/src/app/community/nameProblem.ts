import { isProblem } from "../../sangha/api/problem";
import { wordsOf } from "../feedback/words";

/** What is wrong with a name that was sent or is about to be: words for people, null for nothing. */
export function nameProblem(name: string, refused: unknown): string | null {
  if (name.trim() === "") return "It needs a name.";
  if (isProblem(refused, "name_invalid")) return wordsOf(refused);
  return null;
}
