import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { useCountdown } from "../../sangha/ui/useCountdown";
import { useMatch } from "./matching";
import { problemWords } from "./matchWords";

/** Why one isn't in line yet, though one wished it: it goes on by itself, or was refused. */
export function JoinState() {
  const { matching } = useMatch();
  const left = useCountdown(matching.limitedUntil);
  const { busy, problem } = matching;
  const giveUp = (
    <Button size="small" onClick={matching.giveUp}>
      Give up
    </Button>
  );
  if (matching.limitedUntil !== null) {
    return (
      <Banner tone="warning" action={giveUp}>
        You asked often in a short time. It goes on by itself in <span aria-hidden>{left} s</span>.
      </Banner>
    );
  }
  if (problem === null) return null;
  if (busy === "joining") {
    return (
      <Banner tone="warning" action={giveUp}>
        {problemWords(problem)} It is asked again by itself until you are in line.
      </Banner>
    );
  }
  if (problem.isAway) return null; // nothing is waited for
  return <Banner tone="danger">{problemWords(problem)}</Banner>;
}
