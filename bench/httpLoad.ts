import { formatInstant } from "../shared/domain/instant.ts";
import { during, type Place } from "./place.ts";
import { postAll } from "./postLoad.ts";
import type { LoadAnswer } from "./processes/directRequests.ts";

export type HttpTarget = { readonly baseUrl: string; readonly authorization: string; readonly place: Place };

/** Enrols customers over HTTP, one for each call. Throws unless every answer is a 200. */
export function enrollOverHttp(
  { baseUrl, authorization, place: { group } }: HttpTarget,
  nextCustomerId: () => number,
  amount: number,
  connections: number,
): Promise<LoadAnswer> {
  return postAll({
    url: `${baseUrl}/targetGroups/${group.id}/targets/${group.targets[0]?.id}/enroll`,
    headers: { authorization, "x-local-now": formatInstant(during(1)) },
    nextBody: () => JSON.stringify([{ customerId: nextCustomerId() }]),
    amount,
    connections,
  });
}
