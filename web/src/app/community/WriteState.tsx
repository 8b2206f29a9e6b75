import { Problem } from "../../sangha/api/problem";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { wordsOf } from "../feedback/words";
import type { Write } from "./useWrite";

interface WriteStateProps {
  write: Write;
  /** What is told of a refusal here, by its code, where it means more than elsewhere. */
  words?: Readonly<Record<string, string>>;
}

/** Why a change isn't made yet: refused, or waiting for its turn. Nothing while all is well. */
export function WriteState({ write, words }: WriteStateProps) {
  if (write.waitS > 0) {
    return (
      <Banner
        tone="warning"
        action={
          <Button size="small" onClick={write.reset}>
            Give up
          </Button>
        }
      >
        That was a lot in a short time. It goes on by itself in{" "}
        <span aria-hidden>{write.waitS} s</span>.
      </Banner>
    );
  }
  if (write.error === undefined) return null;
  const here = write.error instanceof Problem ? words?.[write.error.code] : undefined;
  return <Banner tone="danger">{here ?? wordsOf(write.error)}</Banner>;
}
