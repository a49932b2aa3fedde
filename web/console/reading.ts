import { useEffect, useState } from "preact/hooks";
import { ReadRefused } from "./session/api.ts";

/** The state of a reading from the API. During a new reading the earlier data stays. */
export type Reading<Data> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly message: string; readonly codes: readonly number[] }
  | { readonly state: "read"; readonly data: Data };

/** Reads at once, and again whenever one of `dependencies` changes. An answer that was overtaken is dropped. */
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
    // The caller says what the reading depends on. `read` itself is another function at every rendering.
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

/** A failed request in words for the person at the page. */
export function explain(error: unknown): string {
  if (error instanceof ReadRefused) return error.message;
  // fetch throws this when there is no answer. Browsers do not say why.
  if (error instanceof TypeError) return "The API could not be reached.";
  throw error;
}
