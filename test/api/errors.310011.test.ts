import { describe, expect, it } from "vitest";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { useService } from "../support/service.ts";
import { newSetting, unknownId } from "../support/setting.ts";
import { during } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

const now = during(1);
const message = (customerId: number) =>
  new RegExp(
    `^Invalid userId\\. Customer ${customerId} is not registered; PUT /v3/customers/${customerId} registers one\\.$`,
  );

describe.each([unknownId, Number.MAX_SAFE_INTEGER])(
  "refuses with 310011 the unregistered customer %d, writing nothing,",
  (customerId) => {
    it("on enroll", async () => {
      const { org, group } = await newSetting(service);
      expectRefused(
        await withoutWriting(service, () => org.enroll(group, { customerId }, { now })),
        400,
        310011,
        message(customerId),
      );
    });

    it("on enroll, the id sent as a string of digits", async () => {
      const { org, group } = await newSetting(service);
      const call = () => org.enroll(group, { customerId: String(customerId) }, { now });
      expectRefused(await withoutWriting(service, call), 400, 310011, message(customerId));
    });

    it("on unenroll", async () => {
      const { org, group } = await newSetting(service);
      expectRefused(
        await withoutWriting(service, () => org.unenroll(group, customerId, { now })),
        400,
        310011,
        message(customerId),
      );
    });

    it.each([`/customers/${customerId}`, `/users/${customerId}/targetGroups`])("on GET %s", async (path) => {
      const { reader } = await service.newOrg();
      expectRefused(await withoutWriting(service, () => reader.get(path)), 400, 310011, message(customerId));
    });
  },
);

describe("310011 is not answered", () => {
  it("for a customer registered a moment ago, even when the customer was asked for before", async () => {
    const { org, group } = await newSetting(service);
    const customerId = unknownId;
    expectRefused(await org.enroll(group, { customerId }, { now }), 400, 310011, message(customerId));
    expectRefused(await org.reader.get(`/customers/${customerId}`), 400, 310011, message(customerId));
    expect((await org.admin.put(`/customers/${customerId}`, {})).status).toBe(200);
    expectAccepted(await org.enroll(group, { customerId }, { now }), customerId);
    expect((await org.reader.get(`/customers/${customerId}`)).status).toBe(200);
  });

  it("for the smallest and the largest id, once registered", async () => {
    const { org, group } = await newSetting(service);
    for (const customerId of [1, Number.MAX_SAFE_INTEGER]) {
      expect((await org.admin.put(`/customers/${customerId}`, {})).status).toBe(200);
      expectAccepted(await org.enroll(group, { customerId }, { now }), customerId);
    }
  });

  it("for a registered customer who is enrolled in nothing: the state is empty", async () => {
    const { org, customerId } = await newSetting(service);
    const { status, body } = await org.reader.get(`/users/${customerId}/targetGroups`, { now });
    expect({ status, body }).toEqual({
      status: 200,
      body: { data: { userId: customerId, targetGroups: [] }, errors: null, warnings: null },
    });
  });
});
