import { randomUUID } from "node:crypto";
import type { LocalFunctions } from "../local/functions.ts";
import { buildContext, buildEvent } from "../local/proxyEvent.ts";
import { matchRoute } from "../local/routing.ts";
import { hashSecret } from "../shared/auth/secret.ts";
import type { Authorship } from "../shared/domain/authorship.ts";
import type { TargetGroupDraft } from "../shared/domain/drafting.ts";
import { formatInstant, type Instant } from "../shared/domain/instant.ts";
import { createdBy, type Target, type TargetGroup } from "../shared/domain/targetGroup.ts";
import type { ErrorCode } from "../shared/http/errors.ts";
import { createTargetGroup } from "../shared/operations/createTargetGroup.ts";
import { putCustomer } from "../shared/operations/putCustomer.ts";
import type { Table } from "../shared/table/client.ts";
import { createCredential } from "../shared/table/credentials.ts";

export const targetValue = 1000;

export const benchUser = "bench";

/** Who enters what is measured. */
export const benchAuthor: Authorship = { enteredBy: benchUser, source: "API" };

/** A brand of its own with one target group, for measuring. */
export type Place = { readonly org: string; readonly group: TargetGroup };

/** Months from January 2030 on, each to reach {@link targetValue}. Customers get in by a call, or as `enrollmentMethod` says. */
export async function newPlace(
  table: Table,
  cycleCount: number,
  targetCount: number,
  enrollmentMethod: Target["enrollmentMethod"] = "IMPORT",
): Promise<Place> {
  const org = `bench-${randomUUID().slice(0, 8)}`;
  const { targets, ...rest } = draft(cycleCount, targetCount);
  const chosen = { ...rest, targets: targets.map((one) => ({ ...one, enrollmentMethod })) };
  const group = await createTargetGroup(table, org, chosen, during(1));
  if (typeof group === "string") throw new Error("The brand is new and has a group already");
  return { org, group };
}

export async function newCustomer(table: Table, { org }: Place, customerId: number): Promise<number> {
  const profile = { firstName: "Bench", lastName: undefined, externalId: undefined };
  await putCustomer(table, org, customerId, profile, during(1));
  return customerId;
}

/** The `Authorization` of a new credential of the brand, which may enrol and count. */
export async function newAuthorization(table: Table, org: string): Promise<string> {
  const [username, secret] = [randomUUID(), randomUUID()];
  await createCredential(table, { username, org, accessGroup: "default", secret: hashSecret(secret) }, during(1));
  return `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}`;
}

/** A place that is stored in no table: 12 cycles, one target. */
export const benchGroup: Place = { org: "bench", group: withIds(draft(12, 1)) };

/** Noon of the fifteenth of the cycle's month. */
export function during(cycleNumber: number): Instant {
  return Date.UTC(2030, cycleNumber - 1, 15, 12);
}

/** The instant at which the cycle has ended. */
export function endOf(cycleNumber: number): Instant {
  return Date.UTC(2030, cycleNumber, 1);
}

export type Request = {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Headers in addition to the usual ones. One with the same name replaces the usual one. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly now: Instant;
};

/** The event that API Gateway would make of a request by the place's caller. */
export function eventOf({ org }: Pick<Place, "org">, { method, path, query = {}, body, headers = {}, now }: Request) {
  const match = matchRoute(method, path);
  if (match === undefined) throw new Error(`No route ${method} ${path}`);
  const event = buildEvent(
    {
      method,
      path,
      query: new URLSearchParams(query),
      headers: [...requestHeaders.filter(([header]) => !(header in headers)), ...Object.entries(headers)],
      body: textOf(body),
      nowEpochMilliseconds: now,
    },
    match,
    { org, username: benchUser, accessGroup: "admin" },
  );
  return { name: match.name, event };
}

function textOf(body: unknown): string {
  if (body === undefined) return "";
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Calls a function like API Gateway and answers the text of its response. Throws when the function refuses. */
export async function call(functions: LocalFunctions, place: Pick<Place, "org">, request: Request): Promise<string> {
  const { statusCode, body } = await invoke(functions, place, request);
  if (statusCode >= 300) throw new Error(`Answered ${statusCode}: ${body}`);
  return body;
}

/** Calls a function that must refuse with the code. Throws when it does not. */
export async function callInVain(
  functions: LocalFunctions,
  place: Pick<Place, "org">,
  code: ErrorCode,
  request: Request,
): Promise<void> {
  const { statusCode, body } = await invoke(functions, place, request);
  if (statusCode < 300 || !body.includes(`"code":${code}`)) throw new Error(`Answered ${statusCode}: ${body}`);
}

function invoke({ handlers }: LocalFunctions, place: Pick<Place, "org">, request: Request) {
  const { name, event } = eventOf(place, request);
  return handlers[name](event, buildContext(name));
}

/** Headers as a typical client behind API Gateway sends them. */
const requestHeaders = [
  ["Accept", "*/*"],
  ["Accept-Encoding", "gzip, deflate, br"],
  ["Authorization", "Basic YmVuY2g6YmVuY2g="],
  ["Content-Type", "application/json"],
  ["Host", "api.example.com"],
  ["User-Agent", "till/4.2"],
  ["X-Amzn-Trace-Id", "Root=1-6553f100-0123456789abcdef01234567"],
  ["X-Forwarded-For", "192.0.2.10"],
  ["X-Forwarded-Port", "443"],
  ["X-Forwarded-Proto", "https"],
] as const;

function draft(cycleCount: number, targetCount: number): TargetGroupDraft {
  return {
    attribution: createdBy("bench", 0),
    name: "Bench",
    description: undefined,
    isActive: true,
    trackingType: "DEFAULT",
    timeZone: "UTC",
    enrollmentOpens: undefined,
    enrollmentCloses: undefined,
    cycleRule: undefined,
    closingOffsets: [{ fromCycle: 1, days: 0 }],
    cycles: Array.from({ length: cycleCount }, (_, index) => month(index + 1)),
    targets: Array.from({ length: targetCount }, (_, index) => target(index + 1)),
    levels: [],
    initialFreezes: 0,
  };
}

function withIds({ cycles, targets, ...rest }: TargetGroupDraft): TargetGroup {
  return {
    ...rest,
    id: 1,
    version: 1,
    retiredAt: undefined,
    closedAt: new Map(),
    levels: [],
    cycles: cycles.map((cycle, index) => ({ ...cycle, id: index + 1 })),
    targets: targets.map((each, index) => ({ ...each, id: index + 1 })),
  };
}

function month(number: number): TargetGroupDraft["cycles"][number] {
  const [startsAt, endsAt] = [endOf(number - 1), endOf(number)];
  const [startDate, endDate] = [formatInstant(startsAt), formatInstant(endsAt)];
  return { number, refCode: `c${number}`, description: undefined, startsAt, endsAt, startDate, endDate };
}

function target(number: number): TargetGroupDraft["targets"][number] {
  return {
    name: `Target ${number}`,
    description: undefined,
    isActive: true,
    entity: "TRANSACTION",
    eventName: undefined,
    type: "SALES",
    attributeName: undefined,
    tracksFromEnrollmentDate: false,
    enrollmentMethod: "IMPORT",
    rewardAllocation: "IMMEDIATE",
    rules: [],
    values: [BigInt(targetValue) * 10_000n],
    reminders: [],
    revaluation: undefined,
  };
}
