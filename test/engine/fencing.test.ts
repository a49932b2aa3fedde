import { randomUUID } from "node:crypto";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { CustomerProfile } from "../../shared/domain/customer.ts";
import type { EnrollmentPlan } from "../../shared/domain/enrolling.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { type Refusal, refused } from "../../shared/domain/refusal.ts";
import type { UnenrollmentPlan } from "../../shared/domain/unenrolling.ts";
import type { WriteOutcome } from "../../shared/operations/enroll.ts";
import { putCustomer } from "../../shared/operations/putCustomer.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { achievedAttribute, names } from "../../shared/table/enrollmentItem.ts";
import { type EnrollmentRef, findEnrollment } from "../../shared/table/enrollments.ts";
import { EngineUnavailable, OutcomeUnknown } from "../../shared/table/failures.ts";
import { enrollmentKey } from "../../shared/table/keys.ts";
import { OperationIds } from "../../shared/table/operationId.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { type Fault, type LossyProxy, startLossyProxy } from "../support/lossyProxy.ts";
import { enroll, unenroll } from "../support/membership.ts";
import { openTestTable } from "../support/service.ts";
import { findStoredCustomer } from "../support/storedCustomer.ts";

const now = Date.parse("2030-01-15T12:00:00.000Z");
const hourMilliseconds = 3_600_000;
const balance: EnrollmentPlan = {
  outcome: "accepted",
  fromCycle: 1,
  opening: { kind: "balance", value: 1_000_000n, isReached: false, isAnnounced: false, triggerIds: [] },
  definitionVersion: 1,
};
const resume: EnrollmentPlan = { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" }, definitionVersion: 1 };

/** Another client of the same table. It talks to the engine directly. */
const other = openTestTable();
/** The same client in a process whose system clock is an hour ahead. */
const ahead: Table = { ...other, operationIds: new OperationIds(() => Date.now() + hourMilliseconds) };
let proxy: LossyProxy;
/** The client under test, behind the proxy that loses replies. */
let table: Table;

beforeAll(async () => {
  proxy = await startLossyProxy(engineEndpoint());
  table = openBehindProxy();
});

afterAll(async () => {
  table.close();
  other.close();
  await proxy.close();
});

function openBehindProxy(): Table {
  const config = { tableName: inject("tableName"), endpoint: proxy.endpoint, ...localAccess };
  // Requests are counted, so only those that are lost on purpose may be sent again.
  return openTable(config, patientLimits);
}

/** The client under test in a process of its own, which has seen no clock that is ahead. */
function processBehind(): Table {
  return { ...table, operationIds: new OperationIds() };
}

function named(firstName: string): CustomerProfile {
  return { firstName, lastName: undefined, externalId: undefined };
}

function newRef(): EnrollmentRef {
  return { org: `test-${randomUUID()}`, customerId: 1, groupId: 1, targetId: 1 };
}

function decide(stored: Enrollment | undefined): UnenrollmentPlan | Refusal {
  if (stored?.membership.status !== "ENROLLED") return refused(310126, "Nothing was changed.");
  return {
    outcome: "accepted",
    leftInCycle: 1,
    carriedRun: 0,
    metWhenLeft: [],
    bridgedWhenLeft: [],
    owedCycles: [],
    definitionVersion: 1,
  };
}

function enter(by: Table, ref: EnrollmentRef, plan: EnrollmentPlan = resume): Promise<WriteOutcome> {
  return enroll(by, ref, plan, now, undefined);
}

async function leave(by: Table, ref: EnrollmentRef): Promise<number | "left"> {
  return (await unenroll(by, ref, now, decide))?.code ?? "left";
}

/** Writes what a counted activity writes: the item changes, the membership does not. */
async function deliverActivity({ org, customerId, groupId, targetId }: EnrollmentRef): Promise<void> {
  const { pk, sk } = enrollmentKey(org, customerId, groupId, targetId);
  await other.client.send(
    new UpdateItemCommand({
      TableName: other.name,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ConditionExpression: "attribute_exists(pk)",
      UpdateExpression: "SET #revision = #revision + :one, #achieved = :sum",
      ExpressionAttributeNames: { "#revision": names.revision, "#achieved": achievedAttribute(1) },
      ExpressionAttributeValues: { ":one": { N: "1" }, ":sum": { N: "250" } },
    }),
  );
}

describe("an enrolment", () => {
  it("whose reply is lost after the engine committed it answers enrolled, and was written once", async () => {
    const ref = newRef();
    proxy.plan({ lose: "reply" });
    expect(await enter(table, ref, balance)).toBe("enrolled");
    expect(proxy.writes()).toBe(2);
    expect(await findEnrollment(other, ref)).toMatchObject({
      membership: { status: "ENROLLED" },
      revision: 1,
      achieved: new Map([[1, 1_000_000n]]),
    });
  });

  it("whose reply is lost twice answers enrolled, and was written once", async () => {
    const ref = newRef();
    proxy.plan({ lose: "reply" }, { lose: "reply" });
    expect(await enter(table, ref)).toBe("enrolled");
    expect(proxy.writes()).toBe(3);
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 1 });
  });

  it("of a customer who had left answers enrolled when its reply is lost, and was written once", async () => {
    const ref = newRef();
    await enter(other, ref);
    await leave(other, ref);
    proxy.plan({ lose: "reply" });
    expect(await enter(table, ref, balance)).toBe("enrolled");
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 3 });
  });

  it("that is lost on its way is sent again and written once", async () => {
    const ref = newRef();
    proxy.plan({ lose: "request" });
    expect(await enter(table, ref)).toBe("enrolled");
    expect(proxy.writes()).toBe(2);
    expect(await findEnrollment(other, ref)).toMatchObject({ revision: 1 });
  });

  it("whose every attempt is lost on its way rejects with EngineUnavailable and nobody is enrolled", async () => {
    const ref = newRef();
    proxy.plan({ lose: "request" }, { lose: "request" }, { lose: "request" });
    await expect(enter(table, ref)).rejects.toBeInstanceOf(EngineUnavailable);
    expect(proxy.writes()).toBe(3);
    expect(await findEnrollment(other, ref)).toBeUndefined();
  });

  it("of a customer who is enrolled says that its outcome is unknown when the refusal is lost, and nothing changes", async () => {
    const ref = newRef();
    await enter(other, ref, balance);
    const before = await findEnrollment(other, ref);
    proxy.plan({ lose: "reply" });
    await expect(enter(table, ref)).rejects.toThrow(OutcomeUnknown);
    expect(await findEnrollment(other, ref)).toEqual(before);
  });

  it("whose repeat finds the customer enrolled is not refused, as its first attempt can still arrive and enrol", async () => {
    const ref = newRef();
    await enter(other, ref);
    const [held, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    proxy.plan({ lose: "connection", before: () => held.promise, after: async () => arrived.resolve() });
    await expect(enter(table, ref)).rejects.toThrow(OutcomeUnknown);
    // The un-enrolment has an id older than the call's. It began before the call, or in a process whose clock is
    // behind.
    const behind: Table = { ...other, operationIds: new OperationIds(() => Date.now() - hourMilliseconds) };
    expect(await leave(behind, ref)).toBe("left");
    held.resolve();
    await arrived.promise;
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 3 });
  });

  it("whose reply is lost answers enrolled when an activity was counted before the retry, and keeps it", async () => {
    const ref = newRef();
    proxy.plan({ lose: "reply", after: () => deliverActivity(ref) });
    expect(await enter(table, ref, balance)).toBe("enrolled");
    expect(await findEnrollment(other, ref)).toMatchObject({ revision: 2, achieved: new Map([[1, 2_500_000n]]) });
  });

  it("whose reply is lost is OutcomeUnknown when another client un-enrolled before the retry, and the customer stays out", async () => {
    const ref = newRef();
    proxy.plan({ lose: "reply", after: () => leave(other, ref) });
    await expect(enter(table, ref)).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(proxy.writes()).toBe(2);
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "UNENROLLED" }, revision: 2 });
  });

  it("whose reply is lost does not enrol again when another client un-enrolled and re-enrolled before the retry", async () => {
    const ref = newRef();
    const leaveAndReturn = async () => {
      await leave(other, ref);
      await enter(other, ref, balance);
    };
    proxy.plan({ lose: "reply", after: leaveAndReturn });
    await expect(enter(table, ref)).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(await findEnrollment(other, ref)).toMatchObject({
      membership: { status: "ENROLLED" },
      revision: 3,
      achieved: new Map([[1, 1_000_000n]]),
    });
  });

  it("with an idempotency mark answers enrolled even then, since the mark outlives leaving, and the customer stays out", async () => {
    const ref = newRef();
    const mark = { keyDigest: "key", recordDigest: "record" };
    proxy.plan({ lose: "reply", after: () => leave(other, ref) });
    expect(await enroll(table, ref, resume, now, mark)).toBe("enrolled");
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "UNENROLLED" }, revision: 2 });
  });

  it("of a customer un-enrolled by a process whose clock is an hour ahead succeeds with one more request", async () => {
    const ref = newRef();
    await enter(ahead, ref);
    await leave(ahead, ref);
    const behind = processBehind();
    proxy.plan();
    expect(await enter(behind, ref, balance)).toBe("enrolled");
    expect(proxy.writes()).toBe(2);
    expect(await findEnrollment(other, ref)).toMatchObject({
      membership: { status: "ENROLLED" },
      revision: 3,
      achieved: new Map([[1, 1_000_000n]]),
    });
  });

  it("needs that request only once: from then on the process gives ids past the clock that is ahead", async () => {
    const [first, second] = [newRef(), newRef()];
    for (const ref of [second, first]) {
      await enter(ahead, ref);
      await leave(ahead, ref);
    }
    const behind = processBehind();
    await enter(behind, first);
    proxy.plan();
    expect(await enter(behind, second)).toBe("enrolled");
    expect(proxy.writes()).toBe(1);
  });

  it("that is overtaken three times by others who enter and leave succeeds at the fourth attempt", async () => {
    const ref = newRef();
    const before = async () => {
      await enter(ahead, ref);
      await leave(ahead, ref);
    };
    proxy.plan({ before }, { before }, { before });
    expect(await enter(processBehind(), ref, balance)).toBe("enrolled");
    expect(proxy.writes()).toBe(4);
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 7 });
  });

  it("of a customer enrolled by a process whose clock is an hour ahead answers alreadyEnrolled at the first request", async () => {
    const ref = newRef();
    await enter(ahead, ref);
    const behind = processBehind();
    proxy.plan();
    expect(await enter(behind, ref)).toBe("alreadyEnrolled");
    expect(proxy.writes()).toBe(1);
    expect(await findEnrollment(other, ref)).toMatchObject({ revision: 1 });
  });

  it("behind a clock ahead answers enrolled when the reply to its second request is lost, and was written once", async () => {
    const ref = newRef();
    await enter(ahead, ref);
    await leave(ahead, ref);
    const behind = processBehind();
    proxy.plan({}, { lose: "reply" });
    expect(await enter(behind, ref)).toBe("enrolled");
    expect(proxy.writes()).toBe(3);
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 3 });
  });
});

describe("an un-enrolment", () => {
  it("whose reply is lost after the engine committed it answers left, and was written once", async () => {
    const ref = newRef();
    await enter(other, ref);
    proxy.plan({ lose: "reply" });
    expect(await leave(table, ref)).toBe("left");
    expect(proxy.writes()).toBe(2);
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "UNENROLLED" }, revision: 2 });
  });

  it("that is lost on its way is sent again and written once", async () => {
    const ref = newRef();
    await enter(other, ref);
    proxy.plan({ lose: "request" });
    expect(await leave(table, ref)).toBe("left");
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "UNENROLLED" }, revision: 2 });
  });

  it("whose reply is lost is OutcomeUnknown when another client re-enrolled before the retry, and the customer stays in", async () => {
    const ref = newRef();
    await enter(other, ref);
    proxy.plan({ lose: "reply", after: () => enter(other, ref, balance) });
    await expect(leave(table, ref)).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(proxy.writes()).toBe(2);
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 3 });
  });

  it("decides again on an activity counted between its read and its write, and keeps it", async () => {
    const ref = newRef();
    await enter(other, ref);
    proxy.plan({ before: () => deliverActivity(ref) });
    expect(await leave(table, ref)).toBe("left");
    expect(proxy.writes()).toBe(2);
    expect(await findEnrollment(other, ref)).toMatchObject({
      membership: { status: "UNENROLLED" },
      revision: 3,
      achieved: new Map([[1, 2_500_000n]]),
    });
  });

  it("is refused with 310126 when another client un-enrolled between its read and its write", async () => {
    const ref = newRef();
    await enter(other, ref);
    proxy.plan({ before: () => leave(other, ref) });
    expect(await leave(table, ref)).toBe(310126);
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "UNENROLLED" }, revision: 2 });
  });

  it("is tried once even when its read has used up the time for trying anew", async () => {
    const ref = newRef();
    await enter(other, ref);
    expect(await leave({ ...table, patienceMilliseconds: 0 }, ref)).toBe("left");
  });

  it("of a customer enrolled by a process whose clock is an hour ahead succeeds with one read and one write", async () => {
    const ref = newRef();
    await enter(ahead, ref);
    const behind = processBehind();
    proxy.plan();
    expect(await leave(behind, ref)).toBe("left");
    expect(proxy.writes()).toBe(1);
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "UNENROLLED" }, revision: 2 });
  });

  it("succeeds with one more write when a process ahead re-enrols between its read and its write", async () => {
    const ref = newRef();
    await enter(other, ref);
    const leaveAndReturnAhead = async () => {
      await leave(ahead, ref);
      await enter(ahead, ref);
    };
    const behind = processBehind();
    proxy.plan({ before: leaveAndReturnAhead });
    expect(await leave(behind, ref)).toBe("left");
    expect(proxy.writes()).toBe(2);
    expect(await findEnrollment(other, ref)).toMatchObject({ membership: { status: "UNENROLLED" }, revision: 4 });
  });
});

describe("putting a customer", () => {
  it("whose reply is lost answers the customer as put", async () => {
    const { org } = newRef();
    proxy.plan({ lose: "reply" });
    expect(await putCustomer(table, org, 1, named("Ada"), now)).toMatchObject({ firstName: "Ada", registeredAt: now });
    expect(proxy.writes()).toBe(2);
    expect(await findStoredCustomer(other, org, 1)).toMatchObject({ firstName: "Ada" });
  });

  it("whose reply is lost does not bring its profile back when another client replaced it before the retry", async () => {
    const { org } = newRef();
    proxy.plan({ lose: "reply", after: () => putCustomer(other, org, 1, named("Grace"), now + 1) });
    await expect(putCustomer(table, org, 1, named("Ada"), now)).rejects.toThrow(OutcomeUnknown);
    expect(await findStoredCustomer(other, org, 1)).toMatchObject({
      firstName: "Grace",
      registeredAt: now,
      updatedAt: now + 1,
    });
  });

  it("registered by a process whose clock is an hour ahead replaces the profile with one more request", async () => {
    const { org } = newRef();
    await putCustomer(ahead, org, 1, named("Ada"), now);
    const behind = processBehind();
    proxy.plan();
    expect(await putCustomer(behind, org, 1, named("Grace"), now + 1)).toMatchObject({
      firstName: "Grace",
      registeredAt: now,
      updatedAt: now + 1,
    });
    expect(proxy.writes()).toBe(2);
    expect(await findStoredCustomer(other, org, 1)).toMatchObject({ firstName: "Grace" });
  });

  it("behind a clock ahead never answers success for a profile that was not stored, even when its first request is lost", async () => {
    const { org } = newRef();
    await putCustomer(ahead, org, 1, named("Ada"), now);
    const behind = processBehind();
    proxy.plan({ lose: "request" });
    const answer = await putCustomer(behind, org, 1, named("Grace"), now + 1).catch((error: unknown) => error);
    const stored = await findStoredCustomer(other, org, 1);
    // Nobody else wrote meanwhile. Either the profile is stored, or the caller is told that the outcome is unknown.
    const grace = { firstName: "Grace" };
    expect(answer instanceof OutcomeUnknown ? grace : stored).toMatchObject(grace);
  });
});

function called(externalId: string | null) {
  return { externalId };
}

describe("putting a customer's external id", () => {
  it("whose reply is lost answers the customer as put", async () => {
    const { org } = newRef();
    proxy.plan({ lose: "reply" });
    expect(await putCustomer(table, org, 1, called("crm-1"), now)).toMatchObject({ externalId: "crm-1" });
    expect(await findStoredCustomer(other, org, 1)).toMatchObject({ externalId: "crm-1" });
    expect(await putCustomer(other, org, 2, called("crm-1"), now)).toBe("externalIdTaken");
  });

  it("of which an attempt was lost does not come back when the customer has released it since", async () => {
    const { org } = newRef();
    const [held, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const straggler: Fault = { lose: "connection", before: () => held.promise, after: async () => arrived.resolve() };
    proxy.plan(straggler);
    expect(await putCustomer(table, org, 1, called("crm-1"), now)).toMatchObject({ externalId: "crm-1" });
    await putCustomer(other, org, 1, called(null), now + 1);
    await putCustomer(other, org, 2, called("crm-1"), now + 1);
    held.resolve();
    await arrived.promise;
    expect(await findStoredCustomer(other, org, 1)).toMatchObject({ externalId: undefined });
    expect(await findStoredCustomer(other, org, 2)).toMatchObject({ externalId: "crm-1" });
    expect(await putCustomer(other, org, 3, called("crm-1"), now + 2)).toBe("externalIdTaken");
  });

  it("that is another customer's, and of which an attempt was lost, may still be stored: OutcomeUnknown", async () => {
    const { org } = newRef();
    proxy.plan({ lose: "request", after: () => putCustomer(other, org, 2, called("crm-1"), now) });
    await expect(putCustomer(table, org, 1, called("crm-1"), now)).rejects.toThrow(OutcomeUnknown);
    expect(await findStoredCustomer(other, org, 2)).toMatchObject({ externalId: "crm-1" });
  });

  it("behind a clock ahead is stored, as its operation is later than the one that was read", async () => {
    const { org } = newRef();
    await putCustomer(ahead, org, 1, called("crm-1"), now);
    proxy.plan();
    expect(await putCustomer(processBehind(), org, 1, called("crm-2"), now + 1)).toMatchObject({ externalId: "crm-2" });
    expect(proxy.writes()).toBe(1);
    expect(await putCustomer(other, org, 2, called("crm-1"), now + 2)).toMatchObject({ externalId: "crm-1" });
  });
});

describe("any history of enrolling and leaving, one call at a time", () => {
  const fault = fc.constantFrom<Fault>({}, {}, { lose: "request" }, { lose: "reply" });
  const call = fc.record({ enters: fc.boolean(), isAhead: fc.boolean(), faults: fc.array(fault, { maxLength: 2 }) });
  const calls = fc.array(call, { minLength: 1, maxLength: 8 });
  const limits = { numRuns: 15 };

  it("answers each call as if nothing had been lost, or an enrolment that would be refused as unknown (property)", async () => {
    await expect(fc.assert(fc.asyncProperty(calls, answersAsIfLossless), limits)).resolves.toBeUndefined();
  }, 120_000);

  it("from two processes an hour apart does the same, or says that the outcome is unknown (property)", async () => {
    await expect(fc.assert(fc.asyncProperty(calls, answersOrSaysUnknown), limits)).resolves.toBeUndefined();
  }, 120_000);
});

type Call = { readonly enters: boolean; readonly isAhead: boolean; readonly faults: readonly Fault[] };

async function answersAsIfLossless(history: readonly Call[]): Promise<void> {
  await withOwnClient(async (own) => {
    const ref = newRef();
    let before: Enrollment | undefined;
    for (const each of history) {
      proxy.plan(...each.faults);
      const answer = await perform(own, ref, each);
      const stored = await findEnrollment(other, ref);
      // The first attempt was lost, so the refusal of an enrolment is not final.
      const isOpen = each.enters && isIn(before) && each.faults[0]?.lose !== undefined;
      const expected = lossless(each, isIn(before));
      expect(effect(answer, before, stored)).toEqual(isOpen ? { ...expected, answer: "unknown" } : expected);
      before = stored;
    }
  });
}

async function answersOrSaysUnknown(history: readonly Call[]): Promise<void> {
  await withOwnClient(async (own) => {
    const ref = newRef();
    const early: Table = { ...own, operationIds: ahead.operationIds };
    let before: Enrollment | undefined;
    for (const each of history) {
      proxy.plan(...each.faults);
      const answer = await perform(each.isAhead ? early : own, ref, each);
      const stored = await findEnrollment(other, ref);
      const unchanged = { answer: "unknown", isIn: isIn(before), writes: 0 };
      const changed = { answer: "unknown", isIn: each.enters, writes: 1 };
      expect(effect(answer, before, stored)).toBeOneOf([lossless(each, isIn(before)), unchanged, changed]);
      before = stored;
    }
  });
}

/** The SDK retries less as a client meets more failures. Each history starts with the full allowance. */
async function withOwnClient(work: (own: Table) => Promise<void>): Promise<void> {
  const own = openBehindProxy();
  try {
    await work(own);
  } finally {
    own.close();
  }
}

async function perform(by: Table, ref: EnrollmentRef, { enters }: Call): Promise<string | number> {
  try {
    return await (enters ? enter(by, ref) : leave(by, ref));
  } catch (error) {
    if (error instanceof OutcomeUnknown) return "unknown";
    throw error;
  }
}

function isIn(enrollment: Enrollment | undefined): boolean {
  return enrollment?.membership.status === "ENROLLED";
}

function effect(answer: string | number, before: Enrollment | undefined, after: Enrollment | undefined) {
  return { answer, isIn: isIn(after), writes: (after?.revision ?? 0) - (before?.revision ?? 0) };
}

/** The effect of a call when nothing is lost. */
function lossless({ enters }: Call, wasIn: boolean) {
  const answer = enters ? (wasIn ? "alreadyEnrolled" : "enrolled") : wasIn ? "left" : 310126;
  return { answer, isIn: enters, writes: enters === wasIn ? 0 : 1 };
}
