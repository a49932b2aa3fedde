import { describe, expect, expectTypeOf, it } from "vitest";
import { createMilestreakClient, type ErrorCode, unwrap } from "../../client/client.ts";
import type { ErrorCode as ServedCode } from "../../shared/http/errors.ts";
import { errorCatalogue } from "../../shared/http/errors.ts";
import { newCredential } from "../support/credential.ts";
import { useService } from "../support/service.ts";
import { newSetting } from "../support/setting.ts";
import { during } from "../support/targetGroups.ts";

const service = useService();
const now = { headers: { "x-local-now": during(1) } };

/** A customer who is not enrolled, and a client of the same brand. */
async function newCall() {
  const { org, group, customerId } = await newSetting(service);
  const credentials = await newCredential(service.table, { org: org.org });
  const ref = { targetGroupId: group.groupId, targetId: group.targetId };
  return { client: createMilestreakClient({ baseUrl: service.baseUrl, credentials }), ref, customerId };
}

/** The type check holds each `@ts-expect-error`, because one without an error below it is an error itself. */
describe("the client's types", () => {
  it("have exactly the codes of the catalogue", () => {
    expectTypeOf<ErrorCode>().toEqualTypeOf<ServedCode>();
    expect(Object.keys(errorCatalogue)).toHaveLength(15);
  });

  it("know a record's fields: a mistyped one does not compile, and the API would ignore it with a warning", async () => {
    const { client, ref, customerId } = await newCall();
    // @ts-expect-error -- it is called initialBalance.
    const answer = await client.enroll(ref, { customerId, intialBalance: 5 }, now);
    expect(answer.warnings).toEqual([{ message: expect.stringContaining("intialBalance") }]);
  });

  it("know a field's values: a wrong one does not compile, and the API would refuse it", async () => {
    const { client, ref, customerId } = await newCall();
    // @ts-expect-error -- a balance is a number.
    const answer = await client.enroll(ref, { customerId, initialBalance: "5" }, now);
    expect(answer.code).toBe(300004);
  });

  it("know the required fields: a record without one does not compile, and the API would refuse it", async () => {
    const { client, customerId } = await newCall();
    // @ts-expect-error -- activityId is missing.
    const answer = await client.recordActivity({ customerId, type: "TRANSACTION", occurredAt: during(1) }, now);
    expect(answer.code).toBe(300004);
  });

  it("have data exactly when the code is null", async () => {
    const { client, customerId } = await newCall();
    const answer = await client.getCustomer(customerId);
    // @ts-expect-error -- it may have been refused.
    expect(answer.data.customerId).toBe(customerId);
    if (answer.code === null) expectTypeOf(answer.data.customerId).toEqualTypeOf<number>();
    else expectTypeOf(answer.data).toEqualTypeOf<null>();
    expectTypeOf(unwrap(answer).firstName).toEqualTypeOf<string | null>();
  });

  it("have the pagination of a history: a read without pages has none, and so does a refusal", async () => {
    const { client, ref, customerId } = await newCall();
    await client.enroll(ref, { customerId }, now);
    const answer = await client.getTrackedTargetEvents(customerId, ref.targetId, { limit: 5, offset: 1 }, now);
    if (answer.code !== null) throw new Error("It was refused");
    expectTypeOf(answer.pagination.total).toEqualTypeOf<number | null>();
    expect(answer.pagination).toEqual({ limit: 5, offset: 1, total: 0 });
    const enrolled = await client.getEnrolledTargets(customerId, now);
    // @ts-expect-error -- it answers no pages.
    expect(enrolled.pagination).toBeUndefined();
    const refused = await client.getTrackedTargetEvents(customerId, 987_654_321);
    expect(refused).toMatchObject({ code: 310149 });
    expect(refused).not.toHaveProperty("pagination");
  });

  it("have the codes of the operation: a code that it never answers does not compile", async () => {
    const { client, ref, customerId } = await newCall();
    const { code } = await client.unenroll(ref, customerId, now);
    // @ts-expect-error -- un-enrolling is never refused with 310119.
    expect(code === 310119).toBe(false);
    expectTypeOf(code).toEqualTypeOf<
      null | 300004 | 310011 | 310017 | 310018 | 310126 | 401 | 404 | 429 | 500 | 4000 | 4001
    >();
    expect(code).toBe(310126);
  });
});
