import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import type { Table } from "../../shared/table/client.ts";
import { type ActivityHistory, faultsOf, recordActivityHistory, subTargets } from "../support/activityHistory.ts";
import { type Sabotage, useStage } from "../support/faultStage.ts";
import { baseSeed, historyCount, inParallel, isFullLength, report } from "../support/seeds.ts";
import { useService } from "../support/service.ts";
import { milestone } from "../support/targetGroups.ts";

const service = useService();
const onStage = useStage(service);
const [target] = milestone().targets;
const targetMilestoneTriggers = subTargets.map((triggerValue) => ({
  triggerName: `${triggerValue}`,
  triggerValueType: "ABSOLUTE",
  triggerValue,
}));
const automatic = { ...target, enrolmentMethod: "TRANSACTION", targetMilestoneTriggers };
const onAutomaticStage = useStage(service, milestone({ targets: [automatic] }));
const atOnce = 8;
const limitMilliseconds = 1_800_000;

type Recording = (rate: number, index: number, sabotage?: Sabotage) => Promise<ActivityHistory>;

/** In every fifth history the customer gets in with an activity. */
const record: Recording = (rate, index, sabotage) =>
  (index % 5 === 4 ? recordAutomatic : recordEnrolled)(rate, index, sabotage);

async function recordAutomatic(rate: number, index: number, sabotage?: Sabotage): Promise<ActivityHistory> {
  const { stage } = onAutomaticStage;
  const customerId = await stage.org.newCustomer();
  const still = { hasReturns: false, isSettled: false, isOver: false };
  return recordActivityHistory(stage, {
    seed: baseSeed + index,
    rate,
    customerId,
    sabotage,
    ...still,
    isAutomatic: true,
  });
}

async function recordEnrolled(rate: number, index: number, sabotage?: Sabotage): Promise<ActivityHistory> {
  const { stage } = onStage;
  const customerId = await stage.org.newCustomer();
  return recordActivityHistory(stage, {
    seed: baseSeed + index,
    rate,
    customerId,
    sabotage,
    hasReturns: index % 4 !== 1,
    isSettled: index % 2 === 0,
    isOver: index % 4 >= 2,
  });
}

describe("activities and adjustments of one customer, delivered more than once, to two processes, at once", () => {
  it.each([0, 0.15, 0.4])(
    "count once when they are answered and at most once when not, when %f of the engine's requests meet a fault",
    async (rate) => {
      const started = performance.now();
      const histories = await inParallel(historyCount(200), atOnce, (index) => record(rate, index));
      report(`FAULTS_SEED=${baseSeed}, ${Math.round(rate * 100)} % faults: ${summary(histories, started)}`);
      expect(violationsIn(histories)).toEqual([]);
      expect(histories.some(({ faults }) => faults > 0)).toBe(rate > 0);
      expect(rate > 0 || unansweredIn(histories) === 0).toBe(true);
    },
    limitMilliseconds,
  );

  it(
    "count at most once when faults outlast the attempts, so that deliveries stay unanswered",
    async () => {
      // Three requests in five meet a fault, and a write has three attempts, so about every sixth write is given up.
      const histories = await inParallel(atOnce, atOnce, (index) => record(0.6, index));
      expect(violationsIn(histories)).toEqual([]);
      expect(unansweredIn(histories)).toBeGreaterThan(0);
    },
    limitMilliseconds,
  );
});

function violationsIn(histories: readonly ActivityHistory[]): (number | string)[][] {
  const wrong = histories.filter((history) => faultsOf(history).length > 0);
  return wrong.map((history) => [history.seed, ...faultsOf(history)]);
}

function unansweredIn(histories: readonly ActivityHistory[]): number {
  return histories.reduce((total, { unanswered }) => total + unanswered, 0);
}

function summary(histories: readonly ActivityHistory[], started: number): string {
  const sum = (count: (history: ActivityHistory) => number) =>
    histories.reduce((total, history) => total + count(history), 0);
  const answered = sum(({ deliveries }) => deliveries.flatMap(({ answers }) => answers).length);
  const seconds = Math.round((performance.now() - started) / 1000);
  return `${histories.length} histories, ${answered} deliveries answered, ${unansweredIn(histories)} not, ${sum(({ faults }) => faults)} faults, ${seconds} s`;
}

/** Changes the writes of every transaction that a process sends. */
function rewriteTransactions({ client }: Table, rewrite: (item: TransactWriteItem) => TransactWriteItem): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { input } = args;
      if (!("TransactItems" in input) || input.TransactItems === undefined) return next(args);
      const TransactItems = input.TransactItems.map((item) => ("Get" in item ? item : rewrite(item)));
      return next({ ...args, input: { TransactItems } });
    },
    { step: "initialize", name: "rewriteTransactions" },
  );
}

function ignoreEarlierDeliveries(table: Table): void {
  rewriteTransactions(table, (item) => {
    if (item.Put === undefined) return item;
    const { ConditionExpression: _, ExpressionAttributeValues: __, ...Put } = item.Put;
    return { Put };
  });
}

function ignoreRevisions(table: Table): void {
  rewriteTransactions(table, (item) => {
    if (item.Update === undefined) return item;
    return {
      Update: {
        ...item.Update,
        ConditionExpression: `attribute_exists(pk) OR ${item.Update.ConditionExpression}`,
      },
    };
  });
}

/** The condition of an enrolment that an activity makes. */
const notThere = /^attribute_not_exists\(#\d+\)$/;

function ignoreOtherFirsts(table: Table): void {
  rewriteTransactions(table, (item) => {
    const { Update } = item;
    if (Update?.ConditionExpression === undefined || !notThere.test(Update.ConditionExpression)) return item;
    return { Update: { ...Update, ConditionExpression: `attribute_exists(pk) OR ${Update.ConditionExpression}` } };
  });
}

describe.runIf(isFullLength)("the same check", () => {
  const mostHistories = 200;

  it.each([
    ["that counts an activity without looking for its record", ignoreEarlierDeliveries, record],
    ["that counts on an enrolment which has changed meanwhile", ignoreRevisions, record],
    ["that lays a first enrolment over another one", ignoreOtherFirsts, recordAutomatic],
  ] satisfies [string, Sabotage, Recording][])(
    "notices a store %s",
    async (_, sabotage, recordOne) => {
      let recorded = 0;
      let isNoticed = false;
      while (!isNoticed && recorded < mostHistories) {
        const first = recorded;
        const histories = await inParallel(atOnce, atOnce, (index) => recordOne(0.15, first + index, sabotage));
        isNoticed = histories.some((history) => faultsOf(history).length > 0);
        recorded += atOnce;
      }
      report(`FAULTS_SEED=${baseSeed}: ${sabotage.name} noticed within ${recorded} histories`);
      expect(isNoticed).toBe(true);
    },
    limitMilliseconds,
  );
});
