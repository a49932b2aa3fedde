import { useState } from "preact/hooks";
import type { Call } from "../calls.ts";
import { explain } from "../reading.ts";
import type { Answer } from "./api.ts";
import { useSession } from "./session.ts";

/** The last call that a form has sent. */
export type Sending = {
  /** The answer, or why there is none. It is `undefined` before the first call and while a call is under way. */
  readonly outcome: Answer | string | undefined;
  readonly isBusy: boolean;
  /** Sends the call. Resolves to its answer, or to `undefined` when there was none. */
  readonly send: (call: Call) => Promise<Answer | undefined>;
  readonly forget: () => void;
};

export function useSending(): Sending {
  const { api } = useSession();
  const [outcome, setOutcome] = useState<Answer | string>();
  const [isBusy, setBusy] = useState(false);
  const send = async (call: Call) => {
    setBusy(true);
    setOutcome(undefined);
    const answer = await trySending(() => api.send(call));
    setBusy(false);
    setOutcome(answer);
    return typeof answer === "string" ? undefined : answer;
  };
  return { outcome, isBusy, send, forget: () => setOutcome(undefined) };
}

async function trySending(send: () => Promise<Answer>): Promise<Answer | string> {
  try {
    return await send();
  } catch (error) {
    return explain(error);
  }
}
