import {
  type Answer as ApiAnswer,
  createMilestreakClient,
  type ErrorCode,
  type MilestreakClient,
  MilestreakUnreachable,
} from "../client/client.ts";
import { dataIdHeader } from "../shared/http/dataIdHeader.ts";
import type { Access } from "./access.ts";
import { type Answer, acceptedData } from "./answer.ts";
import { Refused } from "./refused.ts";

/**
 * A client of the API for one credential. It repeats calls by itself where a repeat cannot do the work twice, up to the
 * given number of attempts.
 */
export function openApi({ baseUrl, username, secret }: Access, maximumAttempts = 4): MilestreakClient {
  return createMilestreakClient({ baseUrl, credentials: { username, secret }, retry: { maximumAttempts } });
}

/**
 * The id of the data that the service holds for this credential's org. Another database has another id, also at the
 * same address. Throws like {@link acceptedData} when the service does not answer or does not accept the credential.
 */
export async function askDataId(api: MilestreakClient): Promise<string> {
  const call = api.listTargetGroups({ limit: 1 });
  acceptedData(await answerOf(call));
  const dataId = (await call).headers.get(dataIdHeader);
  if (dataId !== null) return dataId;
  throw new Refused(`The service does not say which data it works on: its answer has no header ${dataIdHeader}.`, 3);
}

/** The answer to a call. A missing answer is reported as an answer too, not thrown. */
export async function answerOf<Data>(call: Promise<ApiAnswer<Data, ErrorCode>>): Promise<Answer<Data>> {
  try {
    return sortAnswer(await call);
  } catch (error) {
    if (!(error instanceof MilestreakUnreachable)) throw error;
    return { kind: "unanswered", code: "network", message: `${[error.message, ...reasons(error.cause)].join(": ")}.` };
  }
}

function sortAnswer<Data>(answer: ApiAnswer<Data, ErrorCode>): Answer<Data> {
  const { code, data, errors, warnings } = answer;
  if (code === null) return { kind: "accepted", data, warnings: (warnings ?? []).map(({ message }) => message) };
  const messages = errors.map(({ message }) => message);
  const isFinal = code !== 429 && code !== 500 && code !== 4001;
  return isFinal ? { kind: "refused", code, messages } : { kind: "unanswered", code, message: messages.join(" ") };
}

/** The message of the innermost cause. The outer message is only "fetch failed", which does not help. */
function reasons(cause: unknown): string[] {
  if (!(cause instanceof Error)) return [];
  if (cause.cause instanceof Error) return reasons(cause.cause);
  return [cause.message === "" && "code" in cause ? String(cause.code) : cause.message];
}
