import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import pMap from "p-map";
import { afterEach, expect, it, vi } from "vitest";
import { countQueuedActivities } from "../../functions/countQueuedActivities/countQueuedActivities.ts";
import { closeCycles } from "../../local/closeCycles.ts";
import { createContext } from "../../shared/operations/context.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import { customerKey } from "../../shared/table/keys.ts";
import { type ConsoleLine, captureConsole } from "../support/capturedConsole.ts";
import { captureMetrics } from "../support/capturedMetrics.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { killAt } from "../support/killedWorker.ts";
import { ok, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { queueMessage } from "../support/queueMessage.ts";
import { Random } from "../support/random.ts";
import { baseSeed, report, searchLength } from "../support/seeds.ts";
import { itemsWith, keysAbout } from "../support/storedTraces.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

// The whole table is scanned, so the file has one of its own.
const service = useProjectedService();

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const now = during(1);
const hoursLater = (hours: number) => new Date(Date.parse(now) + hours * 60 * 60 * 1000).toISOString();
const aDayLater = hoursLater(25);
/** It occurs in nothing else that is logged. */
const customerId = 734_559_120_001;
const traces = { name: `name-${randomUUID()}`, externalId: `card-${randomUUID()}`, text: `text-${randomUUID()}` };

const sale = (activityId: string) => ({
  activityId,
  customerId,
  type: "TRANSACTION",
  occurredAt: now,
  amount: 1,
  attributes: { note: traces.text },
});

const codeOf = ({ body }: { readonly body: { readonly errors: readonly { readonly code: number }[] | null } }) =>
  body.errors?.[0]?.code ?? 200;

/** How often a queue delivers a message before it is a dead letter. */
const deliveries = 5;

/** Delivers an activity like the queue. Answers the messages that become dead letters, as they were sent. */
async function queueUp(org: TestOrg, activityId: string, fault: object = {}): Promise<string[]> {
  const count = countQueuedActivities(createContext(service.table));
  const message = queueMessage(activityId, org.org, { ...sale(activityId), ...fault });
  for (let delivery = 1; delivery <= deliveries; delivery += 1)
    if ((await count({ Records: [message] })).batchItemFailures.length === 0) return [];
  return [message.body];
}

/** Starts workers and kills each at a random request, as many as are asked for. */
async function killWorkers(org: TestOrg, at: string, count: number, random: Random, latest: number): Promise<void> {
  for (let killed = 0; killed < count; killed += 1) {
    const access = { endpoint: engineEndpoint(), ...localAccess };
    const table = openTable({ tableName: service.table.name, ...access }, patientLimits);
    const { isKilled } = killAt(table, 1 + random.integer(latest), random.fraction() < 0.5);
    await closeCycles(table, Date.parse(at), org.org).catch(() => undefined);
    table.close();
    expect(isKilled()).toBe(true);
  }
}

it("an erasure whose worker is killed at random points while activities arrive, 50 times and 100 of them at full length, leaves nothing but the tombstone, and nothing of the customer in the log, a metric or a dead letter", async () => {
  report(`FAULTS_SEED=${baseSeed}`);
  const lines: ConsoleLine[] = captureConsole();
  const metricLines = captureMetrics();
  const random = new Random(baseSeed);
  const org = await service.newOrg();
  const profile = { firstName: traces.name, lastName: traces.name, externalId: traces.externalId };
  await ok(org.admin.put(`/customers/${customerId}`, profile, { now }));
  // The moments at which they are counted are of the same time as everything else.
  const createGroup = (body: Record<string, unknown>) => org.createGroup(body, { now });
  const groups = [await createGroup(milestone()), await createGroup(streak()), await createGroup(milestone())];
  for (const group of groups) await ok(org.enroll(group, { customerId }, { now }));
  const automatic = milestone({ targets: [{ ...milestone().targets[0], enrolmentMethod: "TRANSACTION" }] });
  await createGroup(automatic);
  const earlier = Array.from({ length: 40 + searchLength(20) }, (_, index) => `earlier-${index}`);
  await pMap(earlier, (id) => ok(org.till.post("/activities", sale(id), { now })), { concurrency: 5 });
  await service.drain();

  // Nothing else is due then, so that every kill hits the erasure.
  await closeCycles(service.table, Date.parse(now), org.org);
  let isAsked = false;
  const arriving = Array.from({ length: 20 + searchLength(80) }, (_, index) => `arriving-${index}`);
  const [started, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let answered = 0;
  const arrived = pMap(
    arriving,
    async (id, index) => {
      // The last ones come after the request, however fast the others are.
      if (index >= arriving.length - 8) await asked.promise;
      const isLater = isAsked;
      const code = codeOf(await org.till.post("/activities", sale(id), { now }));
      answered += 1;
      if (answered === 5) started.resolve();
      return { isLater, code };
    },
    { concurrency: 4 },
  );
  const queued = Array.from({ length: searchLength(40) }, (_, index) => `queued-${index}`);
  const dead = pMap(queued, (id) => queueUp(org, id), { concurrency: 2 });
  await started.promise;
  await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=ERASE`, undefined, { now }));
  isAsked = true;
  asked.resolve();
  expect(await queueUp(org, "malformed", { amount: -1 })).toEqual([]);
  await killWorkers(org, now, searchLength(40), random, 14);
  const answers = await arrived;
  expect((await dead).flat()).toEqual([]);
  expect(new Set(answers.filter(({ isLater }) => isLater).map(({ code }) => code))).toEqual(new Set([310011]));
  expect(answers.some(({ code }) => code === 200)).toBe(true);

  await closeCycles(service.table, Date.parse(now), org.org);
  await service.drain();
  await closeCycles(service.table, Date.parse(hoursLater(24.5)), org.org);
  await killWorkers(org, aDayLater, searchLength(10), random, 6);
  await closeCycles(service.table, Date.parse(aDayLater), org.org);
  await service.drain();

  const { pk, sk } = customerKey(org.org, customerId);
  expect(await keysAbout(service.table, org.org, customerId)).toEqual([`${pk} ${sk}`]);
  expect(await itemsWith(service.table, [String(customerId)])).toEqual([{ pk, sk, erasedAt: now }]);
  expect(await itemsWith(service.table, Object.values(traces))).toEqual([]);
  const replayed = await pMap(
    [...earlier, ...arriving, ...queued],
    (id) => org.till.post("/activities", sale(id), { now }),
    {
      concurrency: 4,
    },
  );
  expect(new Set(replayed.map(codeOf))).toEqual(new Set([310011]));
  expect((await pMap(queued, (id) => queueUp(org, id), { concurrency: 4 })).flat()).toEqual([]);
  expect(codeOf(await org.admin.put(`/customers/${customerId}`, profile))).toBe(310011);
  const [group] = groups;
  if (group === undefined) throw new Error("There is a group");
  const record = [{ customerId, registerCustomer: true }];
  expect(codeOf(await org.admin.post(`${targetPath(group)}/enroll`, record, { now }))).toBe(310011);
  // A metric counts each activity that counted and each that was refused.
  expect(metricLines.length).toBeGreaterThan(earlier.length + replayed.length);
  const written = [...lines, ...metricLines].map((line) =>
    inspect(line, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
  );
  for (const trace of [String(customerId), ...Object.values(traces)]) expect(written.join("\n")).not.toContain(trace);
});
