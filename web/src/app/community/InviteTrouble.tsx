import { isProblem, Problem } from "../../sangha/api/problem";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { useCountdown } from "../../sangha/ui/useCountdown";
import { wordsOf } from "../feedback/words";

interface InviteTroubleProps {
  query: { error: unknown; errorUpdatedAt: number; refetch: () => Promise<unknown> };
}

/** Why an invitation can't be read, and when it is tried again by itself. */
export function InviteTrouble({ query }: InviteTroubleProps) {
  const { error, errorUpdatedAt, refetch } = query;
  const isLimited = isProblem(error, "rate_limited");
  const waitS = useCountdown(isLimited ? errorUpdatedAt + (error.retryAfterS ?? 0) * 1000 : null);
  if (isLimited) {
    return (
      <Banner tone="warning">
        {wordsOf(error)} It goes on by itself in <span aria-hidden>{waitS} s</span>.
      </Banner>
    );
  }
  const isAway = error instanceof Problem && error.isAway;
  return (
    <Banner
      tone="danger"
      action={
        isAway && (
          <Button size="small" onClick={() => void refetch()}>
            Try again
          </Button>
        )
      }
    >
      {wordsOf(error)} {isAway && "Your communities can be used as before."}
    </Banner>
  );
}
