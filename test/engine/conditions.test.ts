import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { holds } from "../../shared/table/conditions.ts";
import { buildEnrollmentUpdate, buildUnenrollmentUpdate } from "../../shared/table/enrollmentUpdate.ts";
import type { Item } from "../../shared/table/item.ts";
import { get, put, type Update, update } from "../../shared/table/store.ts";
import { buildEnrollment } from "../support/domain.ts";
import { openTestTable } from "../support/service.ts";

const table = openTestTable();
afterAll(() => table.close());

const now = Date.UTC(2030, 0, 15);
const authorship = { enteredBy: "till", source: "API" } as const;
const ids = ["0000000000001-0-a", "0000000000002-0-a", "0000000000003-0-a"] as const;

/** What is stored of an enrolment, as far as conditions look at it. Any attribute may be absent. */
const storedItem = fc.option(
  fc.record(
    {
      status: fc.constantFrom("ENROLLED", "UNENROLLED"),
      operationId: fc.constantFrom(...ids),
      revision: fc.constantFrom(1, 2, 10),
      settledThrough: fc.constantFrom(0, 1, 2, 10),
      "key#1": fc.constantFrom("digest-1.r", "digest-2.r"),
      "key#3": fc.constantFrom("digest-1.s", "other"),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);

const enrollment = fc
  .record({ fromCycle: fc.constantFrom(1, 2, 9), operationId: fc.constantFrom(...ids), hasKey: fc.boolean() })
  .map(
    ({ fromCycle, operationId, hasKey }) =>
      (key: Update["Key"]) =>
        buildEnrollmentUpdate({
          key,
          now,
          operationId,
          authorship,
          plan: { outcome: "accepted", fromCycle, opening: { kind: "resume" }, definitionVersion: 1 },
          idempotency: hasKey ? { keyDigest: "digest-1", recordDigest: "r" } : undefined,
        }),
  );

const unenrollment = fc.record({ revision: fc.constantFrom(0, 1, 2, 10), operationId: fc.constantFrom(...ids) }).map(
  ({ revision, operationId }) =>
    (key: Update["Key"]) =>
      buildUnenrollmentUpdate({
        key,
        now,
        operationId,
        authorship,
        stored: buildEnrollment({ revision }),
        plan: {
          outcome: "accepted",
          leftInCycle: 1,
          carriedRun: 0,
          metWhenLeft: [],
          bridgedWhenLeft: [],
          owedCycles: [],
          definitionVersion: 1,
        },
      }),
);

it("a rehearsed condition of an enrolment or un-enrolment holds exactly when the engine says so", async () => {
  await fc.assert(
    fc.asyncProperty(storedItem, fc.oneof(enrollment, unenrollment), async (stored, build) => {
      const key = { pk: `TEST#${randomUUID()}`, sk: "ENROLLMENT" };
      if (stored !== undefined) await putItem({ ...key, ...stored });
      const write = build(key);
      const rehearsed = holds(write, await get(table, key, { isConsistent: true }));
      expect((await update(table, write)).outcome).toBe(rehearsed ? "applied" : "refused");
    }),
    { numRuns: 150 },
  );
});

function putItem(Item: Item): Promise<boolean> {
  // No other request has this key.
  return put(table, { Item, ConditionExpression: "attribute_not_exists(pk)" });
}

it.each(["size(a) > :0", "a = :0 b", "contains(a, :0)", "(a = :0"])(
  "a condition that it does not know throws: %s",
  (text) => {
    expect(() => holds({ ConditionExpression: text, ExpressionAttributeValues: { ":0": 1 } }, { a: "x" })).toThrow(
      /rehearse/,
    );
  },
);
