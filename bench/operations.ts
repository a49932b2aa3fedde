import { randomUUID } from "node:crypto";
import type { LocalFunctions } from "../local/functions.ts";
import { hashSecret } from "../shared/auth/secret.ts";
import { formatInstant } from "../shared/domain/instant.ts";
import type { ProtectedRouteName } from "../shared/http/routes.ts";
import type { Table } from "../shared/table/client.ts";
import { createCredential } from "../shared/table/credentials.ts";
import type { Cost, Meter } from "./meter.ts";
import { call, during, newCustomer, newPlace, type Place } from "./place.ts";

/** A route, and how the call that is measured differs from its plainest. */
type Name = ProtectedRouteName | "authorizer";
export type OperationName = Name | `${Name}, ${"cold" | "ten targets" | "ten targets, cold"}`;

type Step = {
  readonly name: OperationName;
  /** Not measured. */
  readonly prepare?: () => Promise<unknown>;
  readonly run: () => Promise<unknown>;
};

/** What the authorizer and each route behind it ask of the engine, in a group of 10 cycles and 10 targets. */
export async function measureOperations(
  table: Table,
  functions: LocalFunctions,
  meter: Meter,
): Promise<Map<OperationName, Cost>> {
  const place = await newPlace(table, 10, 10);
  for (const customerId of [1, 2, 3]) await newCustomer(table, place, customerId);
  const costs = new Map<OperationName, Cost>();
  const steps = [await authorization(table, functions, place), ...stepsIn(functions, place)];
  for (const { name, prepare, run } of steps) {
    await prepare?.();
    costs.set(name, await meter.costOf(run));
  }
  return costs;
}

async function authorization(table: Table, { authorizer }: LocalFunctions, { org }: Place): Promise<Step> {
  const [username, secret] = [randomUUID(), randomUUID()];
  await createCredential(table, { username, org, accessGroup: "default", secret: hashSecret(secret) }, during(1));
  const authorizationToken = `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}`;
  const methodArn = "arn:aws:execute-api:local:000000000000:local/v3/GET/";
  return { name: "authorizer", run: () => authorizer({ type: "TOKEN", authorizationToken, methodArn }) };
}

/** In an order in which each finds what it needs; a route's first call loads the definition. */
function stepsIn(functions: LocalFunctions, place: Place): Step[] {
  const [first = 0, ...others] = place.group.targets.map(({ id }) => id);
  const group = `/targetGroups/${place.group.id}`;
  const send = (method: string, path: string, body?: unknown, cycleNumber = 1) =>
    call(functions, place, { method, path, body, now: during(cycleNumber) });
  const enroll = (customerId: number, targetId = first) =>
    send("POST", `${group}/targets/${targetId}/enroll`, [{ customerId }]);
  const count = (customerId: number, cycleNumber: number, activityId: string) =>
    send("POST", "/activities", activity(customerId, cycleNumber, activityId), cycleNumber);
  const enrollInOthers = async () => {
    for (const id of others) await enroll(2, id);
  };
  return [
    { name: "enroll, cold", run: () => enroll(1) },
    { name: "enroll", run: () => enroll(2) },
    { name: "recordActivities, cold", run: () => count(1, 1, "one") },
    { name: "recordActivities", run: () => count(1, 1, "two") },
    { name: "recordActivities, ten targets", prepare: enrollInOthers, run: () => count(2, 1, "three") },
    { name: "recordActivities, ten targets, cold", run: () => count(2, 2, "four") },
    { name: "unenroll, cold", run: () => send("POST", `${group}/targets/${first}/unEnroll`, [{ customerId: 1 }]) },
    { name: "unenroll", run: () => send("POST", `${group}/targets/${first}/unEnroll`, [{ customerId: 2 }]) },
    { name: "putCustomer", run: () => send("PUT", "/customers/3", { firstName: "Ada" }) },
    { name: "getCustomer", run: () => send("GET", "/customers/3") },
    { name: "createTargetGroup", run: () => send("POST", "/targetGroups", groupBody) },
    { name: "getTargetGroup", run: () => send("GET", group) },
    { name: "listTargetGroups", run: () => send("GET", "/targetGroups") },
    { name: "getUserTargetGroups", run: () => send("GET", "/users/2/targetGroups") },
    { name: "getEnrolledTargets", run: () => send("GET", "/users/2/enrolledTargets") },
    { name: "getTrackedTargetEvents", run: () => send("GET", `/users/2/trackedTargetEvents/${first}`) },
  ];
}

function activity(customerId: number, cycleNumber: number, activityId: string) {
  return {
    activityId,
    customerId,
    type: "TRANSACTION",
    occurredAt: formatInstant(during(cycleNumber)),
    amount: 12.5,
  };
}

const groupBody = {
  name: "Another",
  trackingType: "DEFAULT",
  targetEvaluationType: "FIXED_CALENDAR_WINDOW",
  periods: [{ refCode: "c1", startDate: "2030-01-01", endDate: "2030-01-31" }],
  targets: [
    { name: "Spend", targetEntity: "TRANSACTION", targetType: "SALES", defaultValues: [{ defaultValue: 1000 }] },
  ],
};
