import { randomUUID } from "node:crypto";
import { TransactionConflictException } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import type { EnrollmentPlan } from "../../shared/domain/enrolling.ts";
import type { Table } from "../../shared/table/client.ts";
import { type EnrollmentRef, findEnrollment } from "../../shared/table/enrollments.ts";
import { OutcomeUnknown, TooMuchContention } from "../../shared/table/failures.ts";
import { enroll, unenroll } from "../support/membership.ts";
import { openTestTable } from "../support/service.ts";

const now = Date.parse("2030-01-15T12:00:00.000Z");
const plan: EnrollmentPlan = { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" }, definitionVersion: 1 };
const leaving = {
  outcome: "accepted",
  leftInCycle: 1,
  carriedRun: 0,
  metWhenLeft: [],
  bridgedWhenLeft: [],
  owedCycles: [],
  definitionVersion: 1,
} as const;

const opened: Table[] = [];
afterEach(() => {
  for (const { client } of opened.splice(0)) client.destroy();
});

function open(): Table {
  const table = openTestTable();
  opened.push(table);
  return table;
}

type Conflict = {
  readonly times: number;
  /** The number of times the SDK had sent the write before it met the transaction. The engine applied the first one. */
  readonly attempts?: number;
  readonly meanwhile?: () => Promise<unknown>;
};

/**
 * A table whose writes are told that many times that a transaction holds the item. The local engine never answers so by
 * itself.
 */
function conflicting({ times, attempts = 1, meanwhile }: Conflict): Table {
  const table = open();
  let left = times;
  table.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== "UpdateItemCommand" || left === 0) return next(args);
        left -= 1;
        if (attempts > 1) await next(args);
        await meanwhile?.();
        throw new TransactionConflictException({ message: "held", $metadata: { attempts } });
      },
    { step: "initialize", name: "conflict" },
  );
  return table;
}

function newRef(): EnrollmentRef {
  return { org: randomUUID(), customerId: 1, groupId: 1, targetId: 1 };
}

describe("a write that meets a transaction on the same enrolment", () => {
  it("is sent again: the customer is enrolled, and un-enrolled, once", async () => {
    const ref = newRef();
    expect(await enroll(conflicting({ times: 4 }), ref, plan, now, undefined)).toBe("enrolled");
    expect(await unenroll(conflicting({ times: 4 }), ref, now, () => leaving)).toBeUndefined();
    expect(await findEnrollment(open(), ref)).toMatchObject({ revision: 2, membership: { status: "UNENROLLED" } });
  });

  it("changes nothing when that happens every time", async () => {
    const ref = newRef();
    await expect(enroll(conflicting({ times: 5 }), ref, plan, now, undefined)).rejects.toThrow(TooMuchContention);
    expect(await findEnrollment(open(), ref)).toBeUndefined();
  });

  it("knows an earlier attempt of its own that was applied", async () => {
    const ref = newRef();
    expect(await enroll(conflicting({ times: 1, attempts: 2 }), ref, plan, now, undefined)).toBe("enrolled");
    expect((await findEnrollment(open(), ref))?.revision).toBe(1);
  });

  it("does not bring back a customer who left in between: the outcome is unknown", async () => {
    const ref = newRef();
    const other = open();
    const meanwhile = () => unenroll(other, ref, now, () => leaving);
    const table = conflicting({ times: 1, attempts: 2, meanwhile });
    await expect(enroll(table, ref, plan, now, undefined)).rejects.toThrow(OutcomeUnknown);
    expect((await findEnrollment(other, ref))?.membership.status).toBe("UNENROLLED");
  });
});
