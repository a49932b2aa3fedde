import { randomUUID } from "node:crypto";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, describe, expect, it, vi } from "vitest";
import { countQueuedActivities } from "../../functions/countQueuedActivities/countQueuedActivities.ts";
import { createContext } from "../../shared/operations/context.ts";
import { customerKey, indexRowKey, ledgerKey } from "../../shared/table/keys.ts";
import { ApiClient, type ApiResponse } from "../support/apiClient.ts";
import { type ConsoleLine, captureConsole } from "../support/capturedConsole.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { queueMessage } from "../support/queueMessage.ts";
import { itemsWith, keysAbout } from "../support/storedTraces.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

// Erasing scans and sweeps the whole table, so the file has one of its own.
const service = useProjectedService();

afterEach(() => void vi.restoreAllMocks());

const now = during(1);
const hoursLater = (hours: number) => new Date(Date.parse(now) + hours * 60 * 60 * 1000).toISOString();

const local = () => new ApiClient(new URL("/local", service.baseUrl).href, undefined);

async function sweep(org: TestOrg, at: string): Promise<void> {
  await ok(local().post(`/close-cycles?org=${org.org}`, {}, { now: at }));
}

type Member = {
  readonly org: TestOrg;
  readonly group: TestGroup;
  readonly streakGroup: TestGroup;
  readonly customerId: number;
  /** What only this customer's data holds. */
  readonly traces: { readonly name: string; readonly externalId: string; readonly text: string };
};

const saleOf = (customerId: number, activityId: string = randomUUID(), more: object = {}) => ({
  activityId,
  customerId,
  type: "TRANSACTION",
  occurredAt: now,
  amount: 10,
  ...more,
});

/** Activities, each with the text and one fault, that name the customer by the id. */
const malformedOf = (customerId: number, note: string): unknown[] => {
  const sale = saleOf(customerId, "malformed", { attributes: { note } });
  return [
    { ...sale, amount: -1 },
    { customerId: String(customerId), attributes: { note } },
    { ...sale, occurredAt: hoursLater(1) },
    { ...sale, identifierName: "externalId", identifierValue: "card" },
    { ...sale, customerId: undefined, amount: -1, identifierName: "id", identifierValue: customerId },
    { ...sale, attributes: { note, store: "Jos\ufffd" } },
    JSON.stringify(sale).replace('"note":', '"half":"\\ud800","note":'),
  ];
};

/** A customer with a name, an external id, enrolments in a milestone and a streak, and activities with texts. */
async function newMember(org?: TestOrg): Promise<Member> {
  const brand = org ?? (await service.newOrg());
  const [group, streakGroup] = [await brand.createGroup(milestone()), await brand.createGroup(streak())];
  const customerId = await brand.newCustomer();
  const [name, externalId, text] = [`name-${randomUUID()}`, `card-${randomUUID()}`, `text-${randomUUID()}`];
  await ok(brand.admin.put(`/customers/${customerId}`, { firstName: name, lastName: name, externalId }, { now }));
  for (const one of [group, streakGroup]) await ok(brand.enroll(one, { customerId }, { now }));
  for (const activityId of ["a", "b"])
    await ok(
      brand.till.post("/activities", saleOf(customerId, activityId, { attributes: { note: text, size: 3.5 } }), {
        now,
      }),
    );
  await ok(adjust(brand, group, adjustmentOf(customerId, text)));
  await ok(forgive(brand, streakGroup, "freezes", grantOf(customerId, text)));
  await service.drain();
  return { org: brand, group, streakGroup, customerId, traces: { name, externalId, text } };
}

const adjustmentOf = (customerId: number, reason: string) => ({
  adjustmentId: "adjustment",
  customerId,
  amount: 5,
  reason,
});

const grantOf = (customerId: number, reason: string) => ({ grantId: "grant", customerId, amount: 1, reason });

const forgive = (org: TestOrg, group: TestGroup, how: "excuse" | "unExcuse" | "freezes", record: object) =>
  org.support.post(`${targetPath(group)}/${how}`, record, { now });

const adjust = (org: TestOrg, group: TestGroup, record: object) =>
  org.support.post(`${targetPath(group)}/adjust`, record, { now });

/** The same for a customer who is named by the external id. */
const byExternalId = (sale: ReturnType<typeof saleOf>, { externalId }: Member["traces"]) => ({
  ...sale,
  customerId: undefined,
  identifierName: "externalId",
  identifierValue: externalId,
});

const erase = ({ org, customerId }: Pick<Member, "org" | "customerId">, mode = "ERASE", at = now) =>
  org.admin.send("DELETE", `/customers/${customerId}?mode=${mode}`, undefined, { now: at });

const statusOf = async ({ org, customerId }: Member) =>
  (await ok(org.admin.get(`/erasures/${customerId}`))).body.data.status;

/** The modes of all `customerErased` that were told of the customer. */
async function toldModes({ customerId }: Member): Promise<unknown[]> {
  const told = (await service.events(customerId)).filter((event) => event["detail-type"] === "customerErased");
  return told.map(({ detail }) => detail["mode"]);
}

async function refusals({ org, group, streakGroup, customerId, traces }: Member): Promise<Record<string, unknown>> {
  const answers = {
    enroll: await org.enroll(group, { customerId }, { now }),
    enrollWithRegistration: await org.admin.post(
      `${targetPath(group)}/enroll`,
      [{ customerId, registerCustomer: true }],
      { now },
    ),
    enrollByExternalId: await org.till.post(
      `${targetPath(group)}/enroll`,
      [{ identifierName: "externalId", identifierValue: traces.externalId }],
      { now },
    ),
    activity: await org.till.post("/activities", saleOf(customerId), { now }),
    replayedActivity: await org.till.post("/activities", saleOf(customerId, "a"), { now }),
    activityByExternalId: await org.till.post("/activities", byExternalId(saleOf(customerId), traces), { now }),
    replayByExternalId: await org.till.post("/activities", byExternalId(saleOf(customerId, "a"), traces), { now }),
    adjustment: await adjust(org, group, { ...adjustmentOf(customerId, traces.text), adjustmentId: "new" }),
    replayedAdjustment: await adjust(org, group, adjustmentOf(customerId, traces.text)),
    excuse: await forgive(org, streakGroup, "excuse", { customerId, periodName: "c1", reason: traces.text }),
    unExcuse: await forgive(org, streakGroup, "unExcuse", { customerId, periodName: "c1", reason: traces.text }),
    freezes: await forgive(org, streakGroup, "freezes", { ...grantOf(customerId, traces.text), grantId: "new" }),
    repeatedFreezes: await forgive(org, streakGroup, "freezes", grantOf(customerId, traces.text)),
    simulatedActivity: await org.reader.post("/activities/simulate", saleOf(customerId), { now }),
    profile: await org.reader.get(`/customers/${customerId}`),
    byExternalId: await org.reader.get(`/customers?externalId=${traces.externalId}`),
    registered: await org.admin.put(`/customers/${customerId}`, { firstName: "Ada" }),
    registeredWithId: await org.admin.put(`/customers/${customerId}`, { externalId: traces.externalId }),
    state: await org.reader.get(`/users/${customerId}/targetGroups`, { now }),
    allState: await org.reader.get(`/users/${customerId}/targetGroups?includeLeft=true`, { now }),
    targets: await org.reader.get(`/users/${customerId}/enrolledTargets`),
    history: await org.reader.get(`/users/${customerId}/trackedTargetEvents/${group.targetId}`),
    exported: await org.admin.get(`/customers/${customerId}/export`),
    anonymised: await erase({ org, customerId }, "ANONYMISE"),
  };
  return Object.fromEntries(Object.entries(answers).map(([name, { body }]) => [name, codeOf(body, customerId)]));
}

/** The code of a refusal; the whole answer when it is none, or says that the id of an erased customer can be registered. */
function codeOf(body: ApiResponse["body"], customerId: number): unknown {
  const [error] = body.errors ?? [];
  const isMisleading = error?.message.includes(`PUT /v3/customers/${customerId} registers`) === true;
  return error === undefined || isMisleading ? body : error.code;
}

const allRefused = (answers: Record<string, unknown>) =>
  Object.fromEntries(Object.keys(answers).map((name) => [name, 310011]));

describe("DELETE /customers/{customerId}?mode=ANONYMISE", () => {
  it("empties names and external id at once, frees the external id, and keeps the customer", async () => {
    const member = await newMember();
    const { org, customerId, traces } = member;
    const { body } = await ok(erase(member, "ANONYMISE"));
    expect(body.data).toMatchObject({ requestId: customerId, mode: "ANONYMISE", status: "RUNNING", requestedAt: now });
    const profile = (await ok(org.reader.get(`/customers/${customerId}`))).body.data;
    expect(profile).toMatchObject({ customerId, firstName: null, lastName: null, externalId: null });
    expect((await org.reader.get(`/customers?externalId=${traces.externalId}`)).body.errors?.[0]?.code).toBe(310011);
    expect((await ok(org.admin.post("/customers", { externalId: traces.externalId }))).status).toBe(201);
  });

  it("empties the texts in attributes of activities and the reasons of adjustments, and keeps numbers, sums, history and what a repeat answers", async () => {
    const member = await newMember();
    const { org, group, customerId, traces } = member;
    const seen = async () => ({
      state: await org.readState(group, customerId, { now }),
      history: (await ok(org.reader.get(`/users/${customerId}/trackedTargetEvents/${group.targetId}`))).body.data,
    });
    const before = await seen();
    await ok(erase(member, "ANONYMISE"));
    await sweep(org, now);
    await sweep(org, hoursLater(25));
    expect(await itemsWith(service.table, Object.values(traces))).toEqual([]);
    expect(await itemsWith(service.table, ['{"note":"","size":3.5}'])).toHaveLength(2);
    const rows = before.history.map((row: object) => ("reason" in row ? { ...row, reason: "" } : row));
    expect(await seen()).toEqual({ ...before, history: rows });
    const repeat = saleOf(customerId, "a", { attributes: { note: traces.text, size: 3.5 } });
    const { body } = await ok(org.till.post("/activities", repeat, { now }));
    expect(body.warnings?.map(({ message }) => message)).toEqual([
      "Activity a was already counted; this is what it did then.",
    ]);
    expect(await statusOf(member)).toBe("COMPLETED");
  });

  it("leaves what is sent more than five minutes later as it is", async () => {
    const member = await newMember();
    const { org, customerId } = member;
    await ok(erase(member, "ANONYMISE"));
    const text = `text-${randomUUID()}`;
    const later = saleOf(customerId, "later", { attributes: { note: text } });
    await ok(org.till.post("/activities", later, { now: hoursLater(1) }));
    await sweep(org, hoursLater(25));
    expect(await itemsWith(service.table, [text])).toHaveLength(1);
  });

  it("a repeat answers the same request until it is completed or the profile was changed, then it begins anew", async () => {
    const member = await newMember();
    const { org, customerId, traces } = member;
    const requestedAt = async (at: string) => (await ok(erase(member, "ANONYMISE", at))).body.data.requestedAt;
    expect(await requestedAt(now)).toBe(now);
    expect(await requestedAt(hoursLater(1))).toBe(now);
    await ok(org.admin.put(`/customers/${customerId}`, { firstName: traces.name }, { now: hoursLater(2) }));
    expect(await requestedAt(hoursLater(3))).toBe(hoursLater(3));
    expect((await ok(org.reader.get(`/customers/${customerId}`))).body.data.firstName).toBeNull();
    await sweep(org, hoursLater(50));
    expect(await requestedAt(hoursLater(60))).toBe(hoursLater(60));
  });

  it("begins anew also at the moment of the request before, and when a process whose clock is ahead had made that one", async () => {
    const member = await newMember();
    const { org, customerId, traces } = member;
    const firstNames: unknown[] = [];
    for (const [changedAt, askedAt] of [
      [now, now],
      [now, now],
      [hoursLater(2), now],
    ] as const) {
      await ok(org.admin.put(`/customers/${customerId}`, { firstName: traces.name }, { now: changedAt }));
      await ok(erase(member, "ANONYMISE", askedAt));
      firstNames.push((await ok(org.reader.get(`/customers/${customerId}`))).body.data.firstName);
    }
    expect(firstNames).toEqual([null, null, null]);
    await ok(erase(member, "ERASE", now));
    await sweep(org, hoursLater(26));
    expect(await keysAbout(service.table, org.org, customerId)).toHaveLength(1);
  });

  it("is told as customerErased once, whatever passes follow, and does not keep an erasure from following", async () => {
    const member = await newMember();
    await ok(erase(member, "ANONYMISE"));
    await ok(erase(member, "ERASE", hoursLater(1)));
    await service.drain();
    expect(await toldModes(member)).toEqual(["ANONYMISE", "ERASE"]);
    await sweep(member.org, hoursLater(1));
    await sweep(member.org, hoursLater(26));
    await service.drain();
    expect(await toldModes(member)).toEqual(["ANONYMISE", "ERASE"]);
    expect(await keysAbout(service.table, member.org.org, member.customerId)).toHaveLength(1);
    expect(await statusOf(member)).toBe("COMPLETED");
  });
});

describe("DELETE /customers/{customerId}?mode=ERASE", () => {
  it("answers 202 with the request; a repeat answers the same request, at whatever time", async () => {
    const member = await newMember();
    const { customerId } = member;
    const first = await erase(member);
    const request = { requestId: customerId, customerId, mode: "ERASE", status: "RUNNING", requestedAt: now };
    expect([first.status, first.body.data]).toEqual([202, request]);
    const again = await erase(member, "ERASE", hoursLater(1));
    expect([again.status, again.body.data]).toEqual([202, request]);
    expect((await ok(member.org.admin.get(`/erasures/${customerId}`))).body.data).toEqual(request);
  });

  it("of ten requests at once all answer the one request, and the event is told once", async () => {
    const member = await newMember();
    const answers = await Promise.all(Array.from({ length: 10 }, () => erase(member)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.data.requestedAt}`))).toEqual(
      new Set([`202 ${now}`]),
    );
    await service.drain();
    const told = (await service.events(member.customerId)).filter((event) => event["detail-type"] === "customerErased");
    expect(told.map(({ detail }) => detail)).toEqual([
      {
        eventId: `${member.org.org}#${member.customerId}#erasure#ERASE#${Date.parse(now)}`,
        org: member.org.org,
        customerId: member.customerId,
        occurredAt: now,
        enteredBy: member.org.credentials.admin.username,
        source: "API",
        mode: "ERASE",
      },
    ]);
  });

  it("makes every call for the customer answer 310011 at once, before anything is removed", async () => {
    const member = await newMember();
    await ok(erase(member));
    const answers = await refusals(member);
    expect(answers).toEqual(allRefused(answers));
  });

  it("is told before anything about the cycle by a call that would register the customer: 310011", async () => {
    const member = await newMember();
    const { org, customerId } = member;
    const group = await org.createGroup();
    await ok(erase(member));
    for (const customer of [{ customerId }, { identifierName: "id", identifierValue: String(customerId) }]) {
      const record = { ...customer, periodName: "no such cycle", registerCustomer: true };
      for (const path of ["enroll", "enroll/simulate"])
        expectRefused(
          await org.admin.post(`${targetPath(group)}/${path}`, [record], { now }),
          400,
          310011,
          /was erased/,
        );
    }
  });

  it("leaves the customer out of a target's customers at once", async () => {
    const member = await newMember();
    const { org, group, customerId } = member;
    const listed = async () => {
      const { data } = (await ok(org.reader.get(`${targetPath(group)}/customers`, { now }))).body;
      return data.customers.map((row: { customerId: number }) => row.customerId);
    };
    expect(await listed()).toEqual([customerId]);
    await ok(erase(member));
    expect(await listed()).toEqual([]);
  });

  it("leaves nothing in the table but the tombstone after both passes, and 310011 for ever", async () => {
    const member = await newMember();
    const { org, customerId, traces } = member;
    await ok(erase(member));
    await sweep(org, now);
    await service.drain();
    await sweep(org, hoursLater(25));
    const { pk, sk } = customerKey(org.org, customerId);
    expect(await keysAbout(service.table, org.org, customerId)).toEqual([`${pk} ${sk}`]);
    expect(await itemsWith(service.table, Object.values(traces))).toEqual([]);
    expect(await itemsWith(service.table, [`${pk}'`])).toEqual([{ pk, sk, erasedAt: now }]);
    const answers = await refusals(member);
    expect(answers).toEqual(allRefused(answers));
  });

  it("tells who leaves a target after the first pass that the customer was erased, also where an activity enrols: 310011", async () => {
    const member = await newMember();
    const { org, group, customerId } = member;
    const targets = [{ ...milestone().targets[0], enrolmentMethod: "TRANSACTION" }];
    const automatic = await org.createGroup(milestone({ targets }));
    await ok(erase(member));
    await sweep(org, now);
    for (const left of [group, automatic])
      expectRefused(await org.unenroll(left, customerId, { now }), 400, 310011, /was erased/);
  });

  it("is RUNNING until the first pass, WAITING until the one 25 hours later, then COMPLETED", async () => {
    const member = await newMember();
    await ok(erase(member));
    expect(await statusOf(member)).toBe("RUNNING");
    await sweep(member.org, now);
    expect(await statusOf(member)).toBe("WAITING");
    await sweep(member.org, hoursLater(24.9));
    expect(await statusOf(member)).toBe("WAITING");
    await sweep(member.org, hoursLater(25));
    expect(await statusOf(member)).toBe("COMPLETED");
    expect((await erase(member, "ERASE", hoursLater(30))).body.data).toMatchObject({
      status: "COMPLETED",
      requestedAt: now,
    });
  });

  it("the second pass removes rows of history and index that the projector writes after the first", async () => {
    const member = await newMember();
    const { org, group, customerId } = member;
    await ok(erase(member));
    await sweep(org, now);
    const late = [
      indexRowKey(org.org, { customerId, groupId: group.groupId, targetId: group.targetId }),
      ledgerKey(org.org, customerId, { targetId: group.targetId, recordedAt: now, entryId: "late" }),
    ];
    const { client, name: TableName } = service.table;
    for (const Item of late) await client.send(new PutCommand({ TableName, Item }));
    await sweep(org, hoursLater(25));
    expect(await keysAbout(service.table, org.org, customerId)).toHaveLength(1);
  });

  it("frees the external id for another customer", async () => {
    const member = await newMember();
    await ok(erase(member));
    const { externalId } = member.traces;
    const { data } = (await ok(member.org.admin.post("/customers", { externalId }))).body;
    expect(data.customerId).not.toBe(member.customerId);
    await sweep(member.org, now);
    await sweep(member.org, hoursLater(25));
    expect((await ok(member.org.reader.get(`/customers?externalId=${externalId}`))).body.data).toEqual(data);
  });

  it("leaves the other customers of the same targets as they are", async () => {
    const org = await service.newOrg();
    const [gone, other] = [await newMember(org), await newMember(org)];
    const before = await keysAbout(service.table, org.org, other.customerId);
    await ok(erase(gone));
    await sweep(org, now);
    await sweep(org, hoursLater(25));
    expect(await keysAbout(service.table, org.org, other.customerId)).toEqual(before);
  });

  it("is refused with 310011 for a customer who is not registered, and for one of another brand", async () => {
    const [member, stranger] = [await newMember(), await service.newOrg()];
    expect((await erase({ org: member.org, customerId: 987_654_321 })).body.errors?.[0]?.code).toBe(310011);
    expect((await erase({ org: stranger, customerId: member.customerId })).body.errors?.[0]?.code).toBe(310011);
    expect((await stranger.admin.get(`/erasures/${member.customerId}`)).body.errors?.[0]?.code).toBe(310011);
    expect((await member.org.admin.get(`/erasures/${member.customerId}`)).body.errors?.[0]?.code).toBe(310011);
  });

  it.each([
    ["", "mode in the query is required: ERASE or ANONYMISE."],
    ["?mode=erase", 'mode in the query must be ERASE or ANONYMISE; got "erase".'],
  ])("is refused with 300004 for the query %o, and erases nothing", async (query, fault) => {
    const { org, customerId } = await newMember();
    const { status, body } = await org.admin.send("DELETE", `/customers/${customerId}${query}`, undefined);
    expect([status, body.errors]).toEqual([400, [{ code: 300004, message: `Invalid input. ${fault}` }]]);
    expect((await org.reader.get(`/customers/${customerId}`)).status).toBe(200);
  });

  it("a queued activity of the customer is dropped, so that no dead letter keeps it; its log line says no more than 310011", async () => {
    const member = await newMember();
    const { org, customerId } = member;
    await ok(erase(member));
    const lines: ConsoleLine[] = captureConsole();
    const count = countQueuedActivities(createContext(service.table));
    const message = () => queueMessage("1", org.org, saleOf(customerId));
    expect(await count({ Records: [message()] })).toEqual({ batchItemFailures: [] });
    await sweep(org, now);
    await sweep(org, hoursLater(25));
    expect(await count({ Records: [message()] })).toEqual({ batchItemFailures: [] });
    expect(lines).toContainEqual([{ event: "refused", code: 310011 }]);
    expect(JSON.stringify(lines)).not.toContain(String(customerId));
  });

  it("a queued activity of the customer that is refused for any other fault is dropped too, before, between and after the passes; its log line holds nothing of it", async () => {
    const member = await newMember();
    const { org, customerId, traces } = member;
    await ok(erase(member));
    const lines: ConsoleLine[] = captureConsole();
    const count = countQueuedActivities(createContext(service.table));
    const bodies = malformedOf(customerId, traces.text);
    const Records = bodies.map((body, index) => queueMessage(String(index), org.org, body));
    expect(await count({ Records })).toEqual({ batchItemFailures: [] });
    await sweep(org, now);
    expect(await count({ Records })).toEqual({ batchItemFailures: [] });
    await sweep(org, hoursLater(25));
    expect(await count({ Records })).toEqual({ batchItemFailures: [] });
    expect(await keysAbout(service.table, org.org, customerId)).toHaveLength(1);
    expect(lines).toContainEqual([{ event: "refused", code: 300004 }]);
    for (const trace of [String(customerId), traces.text]) expect(JSON.stringify(lines)).not.toContain(trace);
  });

  it("a faulty queued activity stays a failure when it names a living customer, another brand's of that id, or the erased one not by the id of one activity", async () => {
    const [member, stranger] = [await newMember(), await service.newOrg()];
    const { org, customerId, traces } = member;
    const living = await org.newCustomer();
    await ok(stranger.admin.put(`/customers/${customerId}`, { firstName: "Ada" }, { now }));
    await ok(erase(member));
    const faulty = saleOf(customerId, "faulty", { amount: -1 });
    const Records = [
      ...malformedOf(living, traces.text).map((body, index) => queueMessage(`living ${index}`, org.org, body)),
      queueMessage("another brand's", stranger.org, faulty),
      queueMessage("no brand", undefined, faulty),
      queueMessage("a list", org.org, [faulty]),
      queueMessage("no JSON", org.org, JSON.stringify(faulty).slice(0, -1)),
      queueMessage("external id", org.org, { ...byExternalId(faulty, traces), amount: -1 }),
    ];
    const { batchItemFailures } = await countQueuedActivities(createContext(service.table))({ Records });
    expect(batchItemFailures).toEqual(Records.map(({ messageId }) => ({ itemIdentifier: messageId })));
  });

  it("a queued activity that names the customer by the external id never counts, and its log line says no more than 310011", async () => {
    const member = await newMember();
    const { org, customerId, traces } = member;
    await ok(erase(member));
    const lines: ConsoleLine[] = captureConsole();
    const count = countQueuedActivities(createContext(service.table));
    const Records = [
      queueMessage("new", org.org, byExternalId(saleOf(customerId), traces)),
      queueMessage("again", org.org, byExternalId(saleOf(customerId, "a"), traces)),
    ];
    // They go the way of every message that names nobody, because nothing is kept to tell whom it named.
    const failures = { batchItemFailures: [{ itemIdentifier: "new" }, { itemIdentifier: "again" }] };
    expect(await count({ Records })).toEqual(failures);
    await sweep(org, now);
    await sweep(org, hoursLater(25));
    expect(await count({ Records })).toEqual(failures);
    expect(await keysAbout(service.table, org.org, customerId)).toHaveLength(1);
    for (const trace of [String(customerId), ...Object.values(traces)])
      expect(JSON.stringify(lines)).not.toContain(trace);
  });

  it("an activity that names the customer by the external id counts for nobody but whom the brand has given the id since", async () => {
    const member = await newMember();
    const { org, group, traces } = member;
    await ok(erase(member));
    const { externalId } = traces;
    const next = (await ok(org.admin.post("/customers", { externalId }))).body.data.customerId;
    await ok(org.enroll(group, { customerId: next }, { now }));
    const answer = await ok(org.till.post("/activities", byExternalId(saleOf(member.customerId), traces), { now }));
    expect(answer.body.data.customerId).toBe(next);
    await sweep(org, now);
    await sweep(org, hoursLater(25));
    expect((await org.readState(group, next, { now }))?.targets[0]?.targetAchievedValue).toBe(10);
    expect(await keysAbout(service.table, org.org, member.customerId)).toHaveLength(1);
  });
});
