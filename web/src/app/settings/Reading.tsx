import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { Broken } from "../feedback/Broken";
import { wordsOf } from "../feedback/words";

interface ReadingProps<T> {
  query: UseQueryResult<T>;
  /** What isn't there where it can't be read, such as “The bans can’t be shown”. */
  title: string;
  /** What still works. */
  still: string;
  children: (data: T) => ReactNode;
}

/** What is read: its place until it is there, the reason and a way on where it can't be had. */
export function Reading<T>({ query, title, still, children }: ReadingProps<T>) {
  const { data, error } = query;
  const again = () => void query.refetch();
  if (data === undefined) {
    return error === null ? (
      <Skeleton lines={4} />
    ) : (
      <Broken title={title} onRetry={again}>
        {wordsOf(error)} {still}
      </Broken>
    );
  }
  return (
    <>
      {error !== null && (
        <Banner
          tone="warning"
          action={
            <Button size="small" onClick={again}>
              Try again
            </Button>
          }
        >
          This may be old. {wordsOf(error)}
        </Banner>
      )}
      {children(data)}
    </>
  );
}
