import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { busLimits, EventsNotTaken, openEventBridge } from "../../shared/bus/eventBridge.ts";
import { enrollmentNotification, type Notification } from "../../shared/domain/notifications.ts";
import { buildGroup, buildTarget, decimal, noonOf } from "../support/domain.ts";
import { localAccess } from "../support/globalSetup.ts";
import { byTest } from "../support/membership.ts";

type Request = { readonly Entries: readonly Readonly<Record<string, string>>[] };
type Answer = { readonly status: number; readonly body: unknown };

/** A stand-in for EventBridge, which cannot be run here. It takes what the real client sends. */
let server: Server;
let endpoint: string;
let requests: Request[];
let answer: (request: Request) => Answer;
/** No answer goes out before this has resolved. */
let answered: Promise<void>;

beforeAll(async () => {
  server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request: Request = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      requests.push(request);
      const { status, body } = answer(request);
      void answered.then(() =>
        response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1" }).end(JSON.stringify(body)),
      );
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  endpoint = `http://127.0.0.1:${address.port}`;
});
beforeEach(() => {
  requests = [];
  answer = taken;
  answered = Promise.resolve();
});
afterAll(() => server.close());

function taken({ Entries }: Request): Answer {
  return { status: 200, body: { FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: `${index}` })) } };
}

function publish(notifications: readonly Notification[]): Promise<void> {
  return openEventBridge({ busName: "brand-bus", endpoint, ...localAccess }).publish(notifications);
}

function notification(revision = 1): Notification {
  const group = buildGroup();
  const subject = { org: "100", customerId: 11, group, target: buildTarget() };
  const cycle = group.cycles[1];
  if (cycle === undefined) throw new Error("The group has two cycles");
  const detail = {
    cycle,
    targetValue: decimal(100),
    achievedValue: 9_007_199_254_740_993_0001n,
    streakValue: undefined,
    activityId: undefined,
    isReEnrollment: false,
  };
  return enrollmentNotification(
    subject,
    { ...byTest, revision, at: noonOf(2), index: 0 },
    { type: "targetCustomerEnrolment", detail },
  );
}

it("sends an event in the words of the API, its decimals as numbers with exactly their digits", async () => {
  await publish([notification()]);
  const [entry] = requests[0]?.Entries ?? [];
  expect(entry).toMatchObject({
    EventBusName: "brand-bus",
    Source: "milestreak",
    DetailType: "targetCustomerEnrolment",
  });
  expect(entry?.["Detail"]).toContain('"targetAchievedValue":9007199254740993.0001,');
  expect(JSON.parse(entry?.["Detail"] ?? "")).toEqual({
    eventId: "100#11#enrollment#7#1#targetCustomerEnrolment#0",
    org: "100",
    customerId: 11,
    targetGroupId: 3,
    targetGroupName: "Group",
    trackingType: "DEFAULT",
    targetRuleId: 7,
    targetName: "Target",
    occurredAt: "2030-01-02T12:00:00.000Z",
    ...byTest,
    periodId: 2,
    periodRefCode: "c2",
    targetValue: 100,
    targetAchievedValue: expect.any(Number),
    reEnrolment: false,
  });
});

it.each([
  [0, []],
  [1, [1]],
  [10, [10]],
  [11, [10, 1]],
  [25, [10, 10, 5]],
])("sends %i events in requests of %j", async (count, sizes) => {
  await publish(Array.from({ length: count }, (_, index) => notification(index)));
  expect(requests.map(({ Entries }) => Entries.length).toSorted((one, other) => other - one)).toEqual(sizes);
});

it("sends all requests side by side, so that many take no longer than one", async () => {
  const all = Promise.withResolvers<void>();
  answered = all.promise;
  answer = (request) => {
    if (requests.length === 3) all.resolve();
    return taken(request);
  };
  await publish(Array.from({ length: 25 }, (_, index) => notification(index)));
  expect(requests).toHaveLength(3);
});

it("rejects when a single entry was not taken, and names the codes but not what was in the entries", async () => {
  answer = ({ Entries }) => {
    const results = Entries.map((_, index) => (index === 1 ? { ErrorCode: "ThrottlingException" } : { EventId: "1" }));
    return { status: 200, body: { FailedEntryCount: 1, Entries: results } };
  };
  const failed = publish([notification(1), notification(2), notification(3)]);
  await expect(failed).rejects.toThrow(new EventsNotTaken(1, 3, ["ThrottlingException"]));
});

it("rejects when EventBridge fails, after as many attempts as it is given", async () => {
  answer = () => ({ status: 500, body: { __type: "InternalException" } });
  await expect(publish([notification()])).rejects.toMatchObject({ name: "InternalException" });
  expect(requests).toHaveLength(busLimits.maxAttempts);
});

it("sends events again after a failed attempt, and resolves when they are taken", async () => {
  answer = (request) =>
    requests.length === 1 ? { status: 500, body: { __type: "InternalException" } } : taken(request);
  await publish([notification()]);
  expect(requests).toHaveLength(2);
  expect(requests[1]).toEqual(requests[0]);
});
