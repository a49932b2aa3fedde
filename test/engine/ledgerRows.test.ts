import { randomUUID } from "node:crypto";
import { afterAll, expect, it } from "vitest";
import type { LedgerEntry } from "../../shared/domain/ledger.ts";
import { addLedgerEntries, listLedger } from "../../shared/table/ledger.ts";
import { noonOf } from "../support/domain.ts";
import { openTestTable } from "../support/service.ts";

const table = openTestTable();
afterAll(() => table.close());

function excuseOf(cycleNumber: number): LedgerEntry {
  return {
    entryId: `row-${cycleNumber}`,
    kind: "EXCUSE",
    groupId: 1,
    targetId: 1,
    cycleNumber,
    delta: 0n,
    valueAfter: 0n,
    activityId: undefined,
    reason: "on holiday",
    occurredAt: noonOf(1),
    recordedAt: noonOf(1),
    definitionVersion: 1,
    enteredBy: "support",
    source: "API",
  };
}

it("the rows of an excuse of a year are added a few at a time, so that none waits too long for a connection", async () => {
  const ref = { org: randomUUID(), customerId: 1, targetId: 1 };
  let underWay = 0;
  let most = 0;
  table.client.middlewareStack.add(
    (next) => async (args) => {
      underWay += 1;
      most = Math.max(most, underWay);
      try {
        return await next(args);
      } finally {
        underWay -= 1;
      }
    },
    { step: "initialize", name: "countUnderWay" },
  );
  const entries = Array.from({ length: 366 }, (_, index) => excuseOf(index + 1));
  await addLedgerEntries(table, ref.org, ref.customerId, entries);
  expect(most).toBe(25);
  const { rows } = await listLedger(table, ref, { cycleNumber: undefined, offset: 0, limit: 400 });
  expect(rows.map(({ cycleNumber }) => cycleNumber).toSorted((one, other) => Number(one) - Number(other))).toEqual(
    entries.map(({ cycleNumber }) => cycleNumber),
  );
});
