import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Forgiving } from "../../shared/domain/forgiving.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import { adjust } from "../../shared/operations/adjust.ts";
import { createTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import { forgive } from "../../shared/operations/forgive.ts";
import { recordActivity } from "../../shared/operations/recordActivity.ts";
import { TargetGroupCache } from "../../shared/operations/targetGroupCache.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import {
  createCredential,
  disableCredential,
  findCredential,
  rotateCredential,
} from "../../shared/table/credentials.ts";
import { findEnrollment, listEnrollments } from "../../shared/table/enrollments.ts";
import { OutcomeUnknown, TooMuchContention } from "../../shared/table/failures.ts";
import { findTargetGroup } from "../../shared/table/targetGroups.ts";
import { endToken, findToken, putToken } from "../../shared/table/tokens.ts";
import { buildActivity, buildGroup, buildTarget, decimal, noonOf, startOfCycle } from "../support/domain.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { type Fault, type LossyProxy, startLossyProxy } from "../support/lossyProxy.ts";
import { byTest, enroll, unenroll } from "../support/membership.ts";
import { transactionConflict } from "../support/seededFaults.ts";
import { openTestTable } from "../support/service.ts";

/** These tests are about attempts that their caller has given up and that reach the engine all the same. */
const now = noonOf(1);
const customerId = 11;
const resume = { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" }, definitionVersion: 1 } as const;
const other = openTestTable();
let proxy: LossyProxy;
let patient: Table;
let table: Table;

beforeAll(async () => {
  proxy = await startLossyProxy(engineEndpoint());
  const config = { tableName: inject("tableName"), endpoint: proxy.endpoint, ...localAccess };
  patient = openTable(config, patientLimits);
  // Only the first round may begin.
  table = { ...patient, patienceMilliseconds: 1 };
});
afterAll(async () => {
  table.close();
  other.close();
  await proxy.close();
});

const conflict: Fault = { lose: "request", answer: transactionConflict("TransactWriteItems") };

/** An attempt whose connection the client loses. It reaches the engine when it is let go. */
function straggler(): { readonly fault: Fault; readonly arrive: () => Promise<void> } {
  const [held, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return {
    fault: { lose: "connection", before: () => held.promise, after: async () => arrived.resolve() },
    arrive: async () => {
      held.resolve();
      await arrived.promise;
    },
  };
}

async function newGroup(org: string, fields: Partial<TargetGroup> = {}) {
  const group = await createTargetGroup(other, org, buildGroup(fields), startOfCycle(1));
  if (typeof group === "string" || group.targets[0] === undefined) throw new Error("A new org has no groups");
  return { group, target: group.targets[0] };
}

async function enrolled(fields: Partial<TargetGroup> = {}) {
  const org = randomUUID();
  const { group, target } = await newGroup(org, fields);
  const ref = { org, customerId, groupId: group.id, targetId: target.id };
  await enroll(other, ref, resume, now, undefined);
  const activity = { ...buildActivity({ customerId, amount: decimal(100) }), contentDigest: "digest" };
  const targetGroups = new TargetGroupCache(other);
  const adjustment = { ...byTest, adjustmentId: "a", cycleName: undefined, amount: decimal(100), reason: "A test" };
  const command = { ...ref, customer: customerId, adjustment, contentDigest: "digest" };
  return {
    ref,
    record: () => recordActivity(table, targetGroups, org, activity, now),
    adjust: () => adjust({ table: patient, targetGroups }, command, now),
    forgive: (forgiving: Forgiving) =>
      forgive({ table: patient, targetGroups }, { ...ref, customer: customerId, forgiving }, now),
    leave: () => unenroll(other, ref, now, (stored) => decideUnenrollment(group, stored, now)),
  };
}

describe("an activity that met a transaction until its patience was over", () => {
  it("changed nothing: TooMuchContention", async () => {
    const { ref, record } = await enrolled();
    proxy.plan(...Array.from({ length: 50 }, () => conflict));
    await expect(record()).rejects.toThrow(TooMuchContention);
    expect((await findEnrollment(other, ref))?.achieved.get(1)).toBe(0n);
  });

  it("and had lost an attempt may still be counted: OutcomeUnknown", async () => {
    const { ref, record } = await enrolled();
    const { fault, arrive } = straggler();
    proxy.plan(fault, ...Array.from({ length: 50 }, () => conflict));
    await expect(record()).rejects.toThrow(OutcomeUnknown);
    await arrive();
    expect((await findEnrollment(other, ref))?.achieved.get(1)).toBe(decimal(100));
  });
});

describe("an activity of which an attempt was lost", () => {
  it("and whose customer is in too many targets by the next may still be counted: OutcomeUnknown", async () => {
    const org = randomUUID();
    const enter = async (name: string, targetCount: number) => {
      const targets = Array.from({ length: targetCount }, (_, index) => buildTarget({ name: `Target ${index}` }));
      const group = await createTargetGroup(other, org, buildGroup({ name, targets }), startOfCycle(1));
      if (typeof group === "string") throw new Error("The names differ");
      for (const { id: targetId } of group.targets) {
        await enroll(other, { org, customerId, groupId: group.id, targetId }, resume, now, undefined);
      }
    };
    for (const name of ["First", "Second"]) await enter(name, 49);
    const { fault, arrive } = straggler();
    proxy.plan(fault, { ...conflict, before: () => enter("Third", 1) });
    const activity = { ...buildActivity({ customerId, amount: decimal(100) }), contentDigest: "digest" };
    const recording = recordActivity(patient, new TargetGroupCache(other), org, activity, now);
    await expect(recording).rejects.toThrow(OutcomeUnknown);
    await arrive();
    const sums = (await listEnrollments(other, org, customerId)).map(({ achieved }) => achieved.get(1));
    expect(sums.filter((sum) => sum === decimal(100))).toHaveLength(98);
  });
});

describe("a grant of freezes of which an attempt was lost", () => {
  const streak = { trackingType: "STREAKS" } as const;
  const content = { grantId: "g", amount: 2, contentDigest: "digest" };
  const grant: Forgiving = { ...byTest, kind: "FREEZES", grant: content, reason: "A test" };

  it("and whose customer has left by the next may still be made: OutcomeUnknown", async () => {
    const { forgive: forgiveOnce, leave } = await enrolled(streak);
    const { fault, arrive } = straggler();
    proxy.plan(fault, { ...conflict, before: leave });
    await expect(forgiveOnce(grant)).rejects.toThrow(OutcomeUnknown);
    await arrive();
  });

  it("and made before the customer left is answered as a repeat, and counts once", async () => {
    const { ref, forgive: forgiveOnce, leave } = await enrolled(streak);
    const { fault, arrive } = straggler();
    proxy.plan(fault, { ...conflict, before: () => arrive().then(leave) });
    expect(await forgiveOnce(grant)).toMatchObject({ outcome: "repeated", freezesTotal: 2 });
    expect((await findEnrollment(other, ref))?.freezesGranted).toBe(2);
  });

  it("and that arrived is answered as a repeat, and an excuse as one that was made before", async () => {
    const { ref, forgive: forgiveOnce } = await enrolled(streak);
    const excuse: Forgiving = { ...byTest, kind: "EXCUSE", span: { cycleName: "c2" }, reason: "A test" };
    for (const [forgiving, outcome] of [
      [grant, "repeated"],
      [excuse, "unchanged"],
    ] as const) {
      const { fault, arrive } = straggler();
      proxy.plan(fault, { ...conflict, before: arrive });
      expect((await forgiveOnce(forgiving)).outcome).toBe(outcome);
    }
    expect(await findEnrollment(other, ref)).toMatchObject({ freezesGranted: 2, excused: new Set([2]) });
  });
});

describe("an adjustment of which an attempt was lost", () => {
  it("and whose customer has left by the next may still be counted: OutcomeUnknown", async () => {
    const { ref, adjust: adjustOnce, leave } = await enrolled();
    const { fault, arrive } = straggler();
    proxy.plan(fault, { ...conflict, before: leave });
    await expect(adjustOnce()).rejects.toThrow(OutcomeUnknown);
    await arrive();
    expect((await findEnrollment(other, ref))?.achieved.get(1)).toBe(0n);
  });

  it("and counted before the customer left is answered as a repeat, and counts once", async () => {
    const { ref, adjust: adjustOnce, leave } = await enrolled();
    const { fault, arrive } = straggler();
    proxy.plan(fault, { ...conflict, before: () => arrive().then(leave) });
    expect(await adjustOnce()).toMatchObject({ outcome: "repeated" });
    expect((await findEnrollment(other, ref))?.achieved.get(1)).toBe(decimal(100));
  });
});

describe("a target group whose creation met transactions every time", () => {
  it("does not exist: TooMuchContention", async () => {
    proxy.plan({}, conflict, conflict, conflict);
    await expect(createTargetGroup(patient, randomUUID(), buildGroup(), startOfCycle(1))).rejects.toThrow(
      TooMuchContention,
    );
  });

  it("and of which an attempt was lost may exist: OutcomeUnknown", async () => {
    const org = randomUUID();
    const { fault, arrive } = straggler();
    proxy.plan({}, fault, conflict, conflict, conflict);
    await expect(createTargetGroup(patient, org, buildGroup(), startOfCycle(1))).rejects.toThrow(OutcomeUnknown);
    await arrive();
    expect(await findTargetGroup(other, org, 1)).toMatchObject({ id: 1 });
  });

  it("recognises its own name: a lost attempt that arrived is its success", async () => {
    const org = randomUUID();
    const { fault, arrive } = straggler();
    proxy.plan({}, fault, { ...conflict, before: arrive });
    expect(await createTargetGroup(patient, org, buildGroup(), startOfCycle(1))).toMatchObject({ id: 1 });
    expect(await createTargetGroup(other, org, buildGroup(), startOfCycle(1))).toBe("nameTaken");
  });
});

async function newCredential() {
  const draft = {
    username: randomUUID(),
    org: randomUUID(),
    accessGroup: "default",
    secret: { salt: "s", hash: "h" },
  } as const;
  await createCredential(other, draft, now);
  return draft;
}

describe("a change of a credential that met transactions every time", () => {
  it("changed nothing: TooMuchContention", async () => {
    const ref = await newCredential();
    proxy.plan(conflict, conflict, conflict);
    await expect(disableCredential(patient, ref)).rejects.toThrow(TooMuchContention);
    expect(await findCredential(other, ref.username)).toMatchObject({ isActive: true });
  });

  it("is not reported as another call's change when its own lost attempt made it: OutcomeUnknown", async () => {
    const ref = await newCredential();
    const { fault, arrive } = straggler();
    proxy.plan(fault, { ...conflict, before: arrive });
    const rotation = rotateCredential(patient, ref, { salt: "s2", hash: "h2" }, now, now);
    await expect(rotation).rejects.toThrow(OutcomeUnknown);
    expect(await findCredential(other, ref.username)).toMatchObject({ secret: { salt: "s2" } });
  });

  it("and of which an attempt was lost may have changed it: OutcomeUnknown", async () => {
    const ref = await newCredential();
    const { fault, arrive } = straggler();
    proxy.plan(fault, conflict, conflict, conflict);
    await expect(disableCredential(patient, ref)).rejects.toThrow(OutcomeUnknown);
    await arrive();
    expect(await findCredential(other, ref.username)).toMatchObject({ isActive: false });
  });
});

const token = () => ({
  digest: randomUUID(),
  org: "100",
  username: "till",
  accessGroup: "default" as const,
  secretSalt: "salt",
  expiresAtEpochSeconds: 4_000_000_000,
});

describe("an access token", () => {
  it("that was revoked stays so when a lost attempt to store it arrives", async () => {
    const stored = token();
    const { fault, arrive } = straggler();
    proxy.plan(fault);
    await putToken(table, stored);
    expect(await findToken(other, stored.digest)).toEqual(stored);
    expect(await endToken(other, stored.digest, "till")).toBe("gone");
    await arrive();
    expect(await findToken(other, stored.digest)).toBeUndefined();
  });

  it("is revoked once its reply is lost, and revoking what nobody has leaves nothing behind", async () => {
    const stored = token();
    await putToken(other, stored);
    proxy.plan({ lose: "reply" });
    expect(await endToken(table, stored.digest, "till")).toBe("gone");
    expect(await endToken(other, randomUUID(), "till")).toBe("gone");
  });

  it("is ended by its owner only, also when it has ended", async () => {
    const stored = token();
    await putToken(other, stored);
    expect(await endToken(other, stored.digest, "another")).toBe("notYours");
    expect(await findToken(other, stored.digest)).toEqual(stored);
    await endToken(other, stored.digest, "till");
    expect(await endToken(other, stored.digest, "another")).toBe("notYours");
  });
});
