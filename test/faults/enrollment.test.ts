import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import type { Table } from "../../shared/table/client.ts";
import { names } from "../../shared/table/enrollmentItem.ts";
import {
  describeHistory,
  type EnrollmentHistory,
  enrollmentModel,
  recordEnrollmentHistory,
} from "../support/enrollmentHistory.ts";
import { type Sabotage, useStage } from "../support/faultStage.ts";
import { findLinearization } from "../support/linearizability.ts";
import { baseSeed, historyCount, inParallel, isFullLength, report } from "../support/seeds.ts";
import { useService } from "../support/service.ts";

const onStage = useStage(useService());
const atOnce = 8;
const limitMilliseconds = 1_800_000;

async function record(rate: number, index: number, sabotage?: Sabotage): Promise<EnrollmentHistory> {
  const { stage } = onStage;
  const customerId = await stage.org.newCustomer();
  return recordEnrollmentHistory(stage, {
    seed: baseSeed + index,
    rate,
    customerId,
    sabotage,
    isSettled: index % 2 === 0,
  });
}

function isLinearizable({ calls }: EnrollmentHistory): boolean {
  return findLinearization(enrollmentModel, calls) !== undefined;
}

describe("enrolling, un-enrolling and reading one customer and target from two processes at once", () => {
  it.each([0, 0.15, 0.4])(
    "is linearizable when %f of the engine's requests meet a fault",
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
    "is linearizable when faults outlast the attempts, so that calls stay unanswered",
    async () => {
      // Three requests in five meet a fault, and a write has three attempts, so about every sixth write is given up.
      const histories = await inParallel(atOnce, atOnce, (index) => record(0.6, index));
      expect(violationsIn(histories)).toEqual([]);
      expect(unansweredIn(histories)).toBeGreaterThan(0);
    },
    limitMilliseconds,
  );
});

function violationsIn(histories: readonly EnrollmentHistory[]): string[] {
  return histories.filter((history) => !isLinearizable(history)).map(describeHistory);
}

function unansweredIn(histories: readonly EnrollmentHistory[]): number {
  return histories.flatMap(({ calls }) => calls).filter(({ returned }) => returned === undefined).length;
}

function summary(histories: readonly EnrollmentHistory[], started: number): string {
  const calls = histories.flatMap((history) => history.calls);
  const faults = histories.reduce((sum, history) => sum + history.faults, 0);
  const seconds = Math.round((performance.now() - started) / 1000);
  return `${histories.length} histories, ${calls.length} calls, ${unansweredIn(histories)} of unknown outcome, ${faults} faults, ${seconds} s`;
}

/** Takes away the store's fence. Any late write may then enrol a customer who has left and is out. */
function ignoreOperationIds({ client }: Table): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { input } = args;
      if (!("UpdateExpression" in input) || input.ConditionExpression === undefined) return next(args);
      const aliases = Object.entries(input.ExpressionAttributeNames ?? {});
      const [alias = ""] = aliases.find(([, name]) => name === names.operationId) ?? [];
      const ConditionExpression = input.ConditionExpression.replace(
        new RegExp(`${alias} < :\\w+`),
        `($& OR attribute_exists(${alias}))`,
      );
      return next({ ...args, input: { ...input, ConditionExpression } });
    },
    { step: "initialize", name: "ignoreOperationIds" },
  );
}

/** Makes the store forget its own writes, as a plain conditional write does. */
function forgetOwnWrites({ client }: Table): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException && error.Item?.[names.operationId] !== undefined)
          error.Item[names.operationId] = { S: "0" };
        throw error;
      }
    },
    { step: "initialize", name: "forgetOwnWrites" },
  );
}

describe.runIf(isFullLength)("the same check", () => {
  // About one history in fifteen shows the first fault, and every second one the other.
  const mostHistories = 600;

  it.each([
    ["whose writes are conditioned on the state alone", ignoreOperationIds],
    ["that takes its own earlier attempt for somebody else's", forgetOwnWrites],
  ])(
    "notices a store %s",
    async (_, sabotage) => {
      let recorded = 0;
      let isNoticed = false;
      while (!isNoticed && recorded < mostHistories) {
        const first = recorded;
        const histories = await inParallel(atOnce, atOnce, (index) => record(0.4, first + index, sabotage));
        isNoticed = !histories.every(isLinearizable);
        recorded += atOnce;
      }
      report(`FAULTS_SEED=${baseSeed}: ${sabotage.name} noticed within ${recorded} histories`);
      expect(isNoticed).toBe(true);
    },
    limitMilliseconds,
  );
});
