import type { MilestreakClient } from "../../client/client.ts";
import { isJsonObject } from "../../shared/http/requests/validation.ts";
import { acceptedData } from "../answer.ts";
import { answerOf } from "../api.ts";
import { Refused } from "../refused.ts";
import { type Finding, findingsOf } from "./finding.ts";

const patienceMilliseconds = 30_000;

/**
 * Whether the service at the address is this API. The refusal of a call without a credential shows it. It only reads.
 */
export async function examineApi(baseUrl: string): Promise<Finding> {
  const { ok, failed } = findingsOf("api");
  try {
    const answer = await fetch(`${baseUrl}/targetGroups`, { signal: AbortSignal.timeout(patienceMilliseconds) });
    const body: unknown = await answer.json().catch(() => undefined);
    const isApi = answer.status === 401 && isJsonObject(body) && Array.isArray(body.errors);
    if (isApi) return ok(`${baseUrl} answers, and turns away a call without a credential`);
    return failed(`${baseUrl} answers ${answer.status} to a call without a credential. 401 was expected.`, 3);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return failed(`${baseUrl} does not answer: ${error.message}. Check the address and the network.`, 3);
  }
}

/** Whether the credential may read. */
export async function examineCredential(api: MilestreakClient, username: string): Promise<Finding> {
  const { ok, failed } = findingsOf("credential");
  try {
    acceptedData(await answerOf(api.listTargetGroups({ limit: 1 })));
    return ok(`${username} is let in`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return failed(`${error.message} See npm run admin -- credentials list.`, error.status);
  }
}
