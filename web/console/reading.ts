import { useEffect, useState } from "preact/hooks";
import { ReadRefused } from "./session/api.ts";

/** What is known of something that is read from the API. While it is read anew, what was read before stays. */
export type Reading<Data> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly message: string; readonly codes: readonly number[] }
  | { readonly state: "read"; readonly data: Data };

/** Reads at once, and anew whenever one of `dependencies` changes; an answer that was overtaken is dropped. */
export function useReading<Data>(read: () => Promise<Data>, dependencies: readonly unknown[]): Reading<Data> {
  const [reading, setReading] = useState<Reading<Data>>({ state: "loading" });
  useEffect(() => {
    let isWanted = true;
    read().then(
      (data) => isWanted && setReading({ state: "read", data }),
      (error: unknown) => isWanted && setReading(failure(error)),
    );
    return () => {
      isWanted = false;
    };
    // The caller says what the reading depends on; `read` itself is another function at every rendering.
  }, [...dependencies]);
  return reading;
}

function failure(error: unknown): { state: "failed"; message: string; codes: readonly number[] } {
  return {
    state: "failed",
    message: explain(error),
    codes: error instanceof ReadRefused ? error.codes : [],
  };
}

/** A failed request in words for whoever looks at the page. */
export function explain(error: unknown): string {
  if (error instanceof ReadRefused) return error.message;
  // What fetch throws when there is no answer; browsers do not tell why.
  if (error instanceof TypeError) return "The API could not be reached.";
  throw error;
}
