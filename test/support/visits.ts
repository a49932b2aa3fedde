import { randomUUID } from "node:crypto";
import type { ApiClient, ApiResponse } from "./apiClient.ts";
import { expectAccepted, expectRefused } from "./envelopes.ts";
import { readUnavailable } from "./faultStage.ts";
import { type TestGroup, targetPath } from "./org.ts";
import { during } from "./targetGroups.ts";

/**
 * One customer's way through the service: registering, enrolling with 100, spending 25.5, leaving, and enrolling again
 * with the value kept. Each step is repeated until it is answered, as a till does.
 */
export type Visit = {
  readonly customerId: number;
  readonly activityId: string;
  /** The number of answers with 4001. Every other answer was that of a service without faults. */
  readonly unavailable: number;
};

/** Is called for every answer. */
export type OnAnswer = (kind: "answered" | "unavailable") => void;

const now = during(1);
export const openingBalance = 100;
export const amount = 25.5;

/** Makes a visit. Throws when an answer is neither right nor the documented one to a fault of the engine. */
export async function makeVisit(
  client: ApiClient,
  group: TestGroup,
  customerId: number,
  onAnswer: OnAnswer = () => undefined,
): Promise<Visit> {
  const activityId = randomUUID();
  let unavailable = 0;
  const untilAnswered = async (send: () => Promise<ApiResponse>): Promise<[ApiResponse, number]> => {
    for (let attempt = 1; ; attempt += 1) {
      const response = await send();
      if (response.status !== 503) {
        onAnswer("answered");
        return [response, attempt];
      }
      readUnavailable(response);
      onAnswer("unavailable");
      unavailable += 1;
    }
  };
  const enroll = async (initialBalance: number | null) => {
    const headers = { "Idempotency-Key": randomUUID() };
    const record = { customerId, initialBalance };
    const [response] = await untilAnswered(() =>
      client.post(`${targetPath(group)}/enroll`, [record], { now, headers }),
    );
    expectAccepted(response, customerId);
  };
  await untilAnswered(() => client.put(`/customers/${customerId}`, {}, { now }));
  await enroll(openingBalance);
  const [counted] = await untilAnswered(() => deliver(client, { customerId, activityId }));
  expectCounted(counted);
  const [left, attempts] = await untilAnswered(() =>
    client.post(`${targetPath(group)}/unEnroll`, [{ customerId }], { now }),
  );
  // An un-enrolment has no key, so a repeat may be told 310126 because an earlier attempt has succeeded.
  if (attempts > 1 && left.status === 400) expectRefused(left, 400, 310126);
  else expectAccepted(left, customerId);
  await enroll(null);
  return { customerId, activityId, unavailable };
}

/** Delivers the visit's activity, for the first time or once more. */
export function deliver(client: ApiClient, { customerId, activityId }: Pick<Visit, "customerId" | "activityId">) {
  return client.post("/activities", { activityId, customerId, type: "TRANSACTION", occurredAt: now, amount }, { now });
}

/** Expects the same effect from the first delivery and every later one. */
export function expectCounted({ status, body }: ApiResponse): void {
  const [effect] = body.data?.targets ?? [];
  const { oldAchievedValue, newAchievedValue } = effect ?? {};
  if (status !== 200 || oldAchievedValue !== openingBalance || newAchievedValue !== openingBalance + amount) {
    throw new Error(`Not counted once, upon ${openingBalance}: ${status} ${JSON.stringify(body)}`);
  }
}
