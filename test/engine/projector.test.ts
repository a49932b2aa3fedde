import { randomUUID } from "node:crypto";
import { DeleteItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createTableIfMissing } from "../../local/createTable.ts";
import type { LedgerEntry } from "../../shared/domain/ledger.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { listEnrollments } from "../../shared/table/enrollments.ts";
import { plainItem } from "../../shared/table/item.ts";
import { customerPartition, enrollmentPrefix } from "../../shared/table/keys.ts";
import { listLedger } from "../../shared/table/ledger.ts";
import { parseLedgerEntry } from "../../shared/table/ledgerItem.ts";
import { readRows } from "../../shared/table/past.ts";
import { loseLateChanges } from "../support/brokenSettling.ts";
import { captureStream, RecordingProjector } from "../support/capturedStream.ts";
import { CustomerClosing } from "../support/customerClosing.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { send } from "../support/history.ts";
import { type ProjectedService, useProjectedService } from "../support/projectedService.ts";
import { isFullLength, searchLength } from "../support/seeds.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { takeStreamedTable } from "../support/takenTable.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

function newTable(): Table {
  const access = { endpoint: engineEndpoint(), ...localAccess };
  return openTable({ tableName: takeStreamedTable(), ...access }, patientLimits);
}

describe("records delivered again, and out of order across customers", () => {
  const table = newTable();
  beforeAll(() => createTableIfMissing(table));
  const service = useService(table);
  const customers: Setting[] = [];
  let records: readonly DynamoDBRecord[];
  let once: RecordingProjector;
  let ledgerOfOnce: readonly unknown[];

  beforeAll(async () => {
    const org = await service.newOrg();
    const groups = [await org.createGroup(milestone()), await org.createGroup(streak({ levels: [1, 2] }))];
    for (const group of groups) {
      for (const customerId of [await org.newCustomer(), await org.newCustomer()]) {
        customers.push({ org, group, customerId });
      }
    }
    for (const [index, setting] of customers.entries()) await liveThrough(setting, index);
    records = await captureStream(table);
    once = new RecordingProjector(table);
    await once.deliver(records);
    ledgerOfOnce = await ledgerOf(table);
  });

  async function expectTheSame(deliveries: readonly DynamoDBRecord[]): Promise<void> {
    await forgetLedger(table);
    const again = new RecordingProjector(table);
    expect(await again.deliver(deliveries)).toEqual([]);
    await expectNothingElse(again);
  }

  /** Expects the same rows, and each event announced once or more often but always with the same content. */
  async function expectNothingElse({ announced }: RecordingProjector): Promise<void> {
    expect(await ledgerOf(table)).toEqual(ledgerOfOnce);
    expect([...announced.keys()].toSorted()).toEqual([...once.announced.keys()].toSorted());
    for (const [eventId, texts] of announced) expect(new Set(texts)).toEqual(new Set(once.announced.get(eventId)));
  }

  it("give a row for each thing that happened, and each kind of notification", () => {
    expect(ledgerOfOnce.length).toBeGreaterThan(customers.length * 6);
    const types = new Set([...once.announced.values()].flat().map((text) => text.split(" ")[0]));
    expect([...types].toSorted()).toEqual([
      "streakCustomerEnrolment",
      "streakCustomerUnEnrolment",
      "streakLevelAchieved",
      "targetAchievedValueUpdated",
      "targetCustomerEnrolment",
      "targetCustomerUnEnrolment",
      "targetValueAchieved",
    ]);
  });

  it("give one content under one eventId", () => {
    expect([...once.announced.values()].filter((texts) => texts.length !== 1)).toEqual([]);
  });

  it("give the same ledger and the same events when each comes twice in a row", async () => {
    await expectTheSame(records.flatMap((record) => [record, record]));
  });

  it("give the same when the whole stream comes twice", async () => {
    await expectTheSame([...records, ...records]);
  });

  it("give the same when the customers come in any order, each one's own records in theirs and twice", async () => {
    const byCustomer = Object.values(Object.groupBy(records, partitionOf)).map((own = []) => [...own, ...own]);
    await expectTheSame(byCustomer.toReversed().flat());
    await expectTheSame(interleaved(byCustomer));
  });

  it("that fail stop the batch there: the one is reported, the earlier ones are done, and a redelivery does the rest", async () => {
    await forgetLedger(table);
    const failing = new RecordingProjector(table);
    const [victim = ""] = [...once.announced.keys()].slice(once.announced.size / 2);
    failing.beforeAnnouncing = ({ eventId }) => {
      if (eventId === victim) throw new Error("The bus is not there");
    };
    const [sequenceNumber, ...others] = await failing.deliver(records);
    expect(others).toEqual([]);
    const failed = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === sequenceNumber);
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan(records.length - 1);
    expect([...once.announced.keys()].slice(0, failing.announced.size)).toEqual([...failing.announced.keys()]);
    failing.beforeAnnouncing = () => undefined;
    expect(await failing.deliver(records.slice(failed))).toEqual([]);
    await expectNothingElse(failing);
  });

  it("that there is no time to begin are reported for the next call, which projects at least one", async () => {
    await forgetLedger(table);
    const impatient = new RecordingProjector({ ...table, patienceMilliseconds: 0 });
    for (const [index] of records.entries()) {
      const next = records[index + 1]?.dynamodb?.SequenceNumber;
      expect(await impatient.deliver(records.slice(index))).toEqual(next === undefined ? [] : [next]);
    }
    await expectNothingElse(impatient);
  });

  it("without a definition, or with an item that no parser takes, are reported and nothing is announced", async () => {
    const enrolled = records.find(isEnrollment);
    const lost = renamed(enrolled, customerPartition("another-org", 1));
    const malformed = {
      ...enrolled,
      dynamodb: { ...enrolled?.dynamodb, NewImage: { pk: { S: "x" }, sk: { S: "y" } } },
    };
    for (const record of [lost, malformed]) {
      const fresh = new RecordingProjector(table);
      expect(await fresh.deliver([record])).toEqual([record.dynamodb?.SequenceNumber]);
      expect(fresh.announced.size).toBe(0);
    }
  });
});

/** Enrols, spends, returns, leaves and comes back. The steps differ a little for each customer. */
async function liveThrough({ org, group, customerId }: Setting, index: number): Promise<void> {
  const enroll = (now: string, fields = {}) => org.enroll(group, { customerId, ...fields }, { now });
  await enroll(during(1, 1), { initialBalance: 1000 * (index % 2) });
  const sale = randomUUID();
  const refund = { customerId, occurredAt: during(2, 2), type: "RETURN" as const, amount: 5, originalActivityId: sale };
  await send(org.till, refund);
  await send(org.till, { customerId, activityId: sale, occurredAt: during(1, 3), amount: 1500 }, during(2, 3));
  await send(org.till, { customerId, occurredAt: during(2, 4), amount: 1200.5 });
  await org.unenroll(group, customerId, { now: during(2, 5) });
  await enroll(during(2, 6), { initialBalance: 40, resetStreakStatus: index % 2 === 0 });
  await send(org.till, { customerId, occurredAt: during(2, 7), amount: 0.5 });
}

function isEnrollment({ dynamodb }: DynamoDBRecord): boolean {
  return dynamodb?.Keys?.["sk"]?.S?.startsWith(enrollmentPrefix) === true;
}

function renamed(record: DynamoDBRecord | undefined, pk: string): DynamoDBRecord {
  const image = { ...record?.dynamodb?.NewImage, pk: { S: pk } };
  return { ...record, dynamodb: { ...record?.dynamodb, NewImage: image } };
}

function partitionOf({ dynamodb }: DynamoDBRecord): string {
  return dynamodb?.Keys?.["pk"]?.S ?? "";
}

/** One member of each list in turn. */
function interleaved<Member>(lists: readonly (readonly Member[])[]): Member[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}

async function ledgerItems(table: Table) {
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    new ScanCommand({
      TableName: table.name,
      ConsistentRead: true,
      FilterExpression: "begins_with(sk, :ledger)",
      ExpressionAttributeValues: { ":ledger": { S: "LEDGER#" } },
    }),
  );
  expect(LastEvaluatedKey).toBeUndefined();
  return Items;
}

async function ledgerOf(table: Table): Promise<readonly unknown[]> {
  const rows = (await ledgerItems(table)).map((item) => ({
    of: item["pk"]?.S ?? "",
    ...parseLedgerEntry(plainItem(item)),
  }));
  return rows.toSorted((one, other) => (`${one.of}${one.entryId}` < `${other.of}${other.entryId}` ? -1 : 1));
}

async function forgetLedger(table: Table): Promise<void> {
  for (const { pk, sk } of await ledgerItems(table)) {
    if (pk === undefined || sk === undefined) throw new Error("An item has a key");
    await table.client.send(new DeleteItemCommand({ TableName: table.name, Key: { pk, sk } }));
  }
}

type Step =
  | { readonly kind: "enroll"; readonly balance: number | undefined; readonly resets: boolean }
  | { readonly kind: "unenroll" }
  | { readonly kind: "sale"; readonly cycle: number; readonly cents: number }
  | { readonly kind: "return"; readonly cycle: number; readonly cents: number; readonly named: number | undefined };

const cycle = fc.integer({ min: 1, max: 4 });
const cents = fc.integer({ min: 0, max: 200_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("enroll" as const),
    balance: fc.option(fc.nat({ max: 1_500 }), { nil: undefined }),
    resets: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("unenroll" as const) }),
  fc.record({ kind: fc.constant("sale" as const), cycle, cents }),
  fc.record({
    kind: fc.constant("return" as const),
    cycle,
    cents,
    named: fc.option(fc.nat({ max: 14 }), { nil: undefined }),
  }),
);

type History = { readonly isStreak: boolean; readonly steps: readonly Step[] };
const history: fc.Arbitrary<History> = fc.record({
  isStreak: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 15 }),
});

/**
 * Expects the rows of every cycle to add up to the sum that is stored. The cycles 1 and 2 have left the enrolment before
 * the steps are taken.
 */
async function expectSumsOf(service: ProjectedService, { isStreak, steps }: History): Promise<void> {
  const setting = await newSetting(service, isStreak ? streak() : milestone());
  const { org, group, customerId } = setting;
  await org.enroll(group, { customerId }, { now: during(1, 1) });
  const closing = new CustomerClosing(service.table);
  for (const cycleNumber of [2, 3, 4]) {
    await closing.close({ org: org.org, customerId, group }, Date.parse(during(cycleNumber)));
  }
  for (const [index, one] of steps.entries()) await take(setting, one, index);
  await service.drain();
  const ref = { org: org.org, customerId, targetId: group.targetId };
  const { rows } = await listLedger(service.table, ref, { cycleNumber: undefined, offset: 0, limit: 200 });
  const [stored] = await listEnrollments(service.table, org.org, customerId);
  if (stored === undefined) throw new Error("The customer was never enrolled");
  expect([...stored.past.writtenRows]).toEqual([1, 2]);
  const whole = await readRows(service.table, org.org, stored, [...stored.past.writtenRows]);
  expect(sumsOf(rows)).toEqual(nonZero(whole.achieved));
}

describe("for any history, with settled cycles too", () => {
  const service = useProjectedService();

  it("the rows of every cycle add up to the sum that is stored", async () => {
    const property = fc.asyncProperty(history, (one) => expectSumsOf(service, one));
    await fc.assert(property, { numRuns: searchLength(60) });
  });
});

describe.runIf(isFullLength)("for any history of a service that loses what comes late to a settled cycle", () => {
  const service = useProjectedService();
  loseLateChanges(service.table);

  it("the rows of some cycle do not add up to the sum that is stored", async () => {
    const property = fc.asyncProperty(history, (one) => expectSumsOf(service, one));
    expect((await fc.check(property, { numRuns: 60, endOnFailure: true })).failed).toBe(true);
  });
});

/** Takes a step. A step that is refused changes nothing, which does as well. */
async function take({ org, group, customerId }: Setting, one: Step, index: number): Promise<void> {
  const now = during(4, index + 1);
  switch (one.kind) {
    case "enroll":
      await org.enroll(group, { customerId, initialBalance: one.balance, resetStreakStatus: one.resets }, { now });
      return;
    case "unenroll":
      await org.unenroll(group, customerId, { now });
      return;
    case "sale":
    case "return": {
      const original = one.kind === "return" && one.named !== undefined ? { originalActivityId: `t${one.named}` } : {};
      const type = one.kind === "sale" ? "TRANSACTION" : "RETURN";
      const amounts = { type, amount: one.cents / 100, activityId: `t${index}` } as const;
      await send(org.till, { customerId, occurredAt: during(one.cycle, 1), ...amounts, ...original }, now);
    }
  }
}

function sumsOf(rows: readonly LedgerEntry[]): Map<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const { cycleNumber = 0, delta } of rows) sums.set(cycleNumber, (sums.get(cycleNumber) ?? 0n) + delta);
  return nonZero(sums);
}

/** The sums without zeros. A cycle that was opened at 0 is stored and others are not, but neither adds anything. */
function nonZero(sums: ReadonlyMap<number, bigint>): Map<number, bigint> {
  const kept = [...sums].filter(([, sum]) => sum !== 0n);
  return new Map(kept.toSorted(([one], [other]) => one - other));
}
