import { describe, expect, it } from "vitest";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { ok, targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { milestone } from "../support/targetGroups.ts";

const service = useService();

/** A milestone of 2030 that can be joined in the second half of January, by the calendar of Vienna. */
const dates = { enrolmentStartDate: "2030-01-16", enrolmentEndDate: "2030-01-31" };
const opens = "2030-01-15T23:00:00.000Z";
const closes = "2030-01-31T23:00:00.000Z";
const before = (instant: string) => new Date(Date.parse(instant) - 1).toISOString();

async function windowed(fields: object = dates) {
  const org = await service.newOrg();
  const group = await org.createGroup({ ...milestone(), timeZoneName: "Europe/Vienna", ...fields });
  return { org, group, customerId: await org.newCustomer() };
}

const outside = new RegExp(`can be enrolled in target group \\d+ only from ${opens} until before ${closes}`);

describe("a group with enrolmentStartDate and enrolmentEndDate", () => {
  it("can be joined from 00:00 of the first day to 24:00 of the last in its zone, and is 310019 outside", async () => {
    const { org, group, customerId } = await windowed();
    for (const now of [before(opens), closes]) {
      expectRefused(await org.enroll(group, { customerId }, { now }), 400, 310019, outside);
    }
    expectAccepted(await org.enroll(group, { customerId }, { now: opens }), customerId);
    const other = await org.newCustomer();
    expectAccepted(await org.enroll(group, { customerId: other }, { now: before(closes) }), other);
  });

  it("can be left at any time, and joined again only within it", async () => {
    const { org, group, customerId } = await windowed();
    expectAccepted(await org.enroll(group, { customerId }, { now: opens }), customerId);
    expectAccepted(await org.unenroll(group, customerId, { now: closes }), customerId);
    expectRefused(await org.enroll(group, { customerId }, { now: closes }), 400, 310019, outside);
    const tried = await org.reader.post(`${targetPath(group)}/enroll/simulate`, [{ customerId }], { now: closes });
    expectRefused(tried, 400, 310019, outside);
  });

  it("takes instants, of which the end is the first moment outside", async () => {
    const end = "2030-01-20T12:00:00Z";
    const { org, group, customerId } = await windowed({ enrolmentEndDate: end });
    expectRefused(
      await org.enroll(group, { customerId }, { now: end }),
      400,
      310019,
      /only until before 2030-01-20T12/,
    );
    expectAccepted(await org.enroll(group, { customerId }, { now: before(end) }), customerId);
  });

  it("refuses a call outside of it before it looks for the named cycle", async () => {
    const { org, group, customerId } = await windowed();
    const record = { customerId, periodName: "none" };
    expectRefused(await org.enroll(group, record, { now: closes }), 400, 310019, outside);
  });

  it("is answered as it was sent, with null where there is no bound", async () => {
    const { org, group } = await windowed({ enrolmentStartDate: dates.enrolmentStartDate });
    const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}`))).body;
    expect(data).toMatchObject({ enrolmentStartDate: dates.enrolmentStartDate, enrolmentEndDate: null });
  });

  it.each([
    [
      "ends before it begins",
      { enrolmentStartDate: "2030-02-01", enrolmentEndDate: "2030-01-31" },
      /must be after enrolmentStartDate/,
    ],
    ["is no date", { enrolmentStartDate: "2030-02-30" }, /enrolmentStartDate must be a date/],
    ["is no text", { enrolmentEndDate: 20300131 }, /enrolmentEndDate must be a string or null/],
  ])("is refused with 300004 when the time %s, at its creation and by an edit", async (_, fields, message) => {
    const { org, group } = await windowed();
    const body = { ...milestone(), ...fields };
    expectRefused(await org.admin.post("/targetGroups", body), 400, 300004, message);
    const edited = await org.admin.put(`/targetGroups/editTargetGroup/${group.groupId}`, fields);
    expectRefused(edited, 400, 300004, message);
  });

  it("can be changed: absent is unchanged, null takes a bound away, and the audit log tells it", async () => {
    const { org, group, customerId } = await windowed();
    const path = `/targetGroups/editTargetGroup/${group.groupId}`;
    const edit = { enrolmentStartDate: "2030-01-10", enrolmentEndDate: null };
    expect((await ok(org.admin.put(path, edit))).body.data).toMatchObject({ version: 2, ...edit });
    expect((await ok(org.admin.put(path, { description: "x" }))).body.data).toMatchObject({ version: 3, ...edit });
    const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}/auditLogs`))).body;
    expect(data).toContainEqual(
      expect.objectContaining({
        version: 2,
        field: "enrolmentEndDate",
        oldValue: dates.enrolmentEndDate,
        newValue: null,
      }),
    );
    expect(data).toContainEqual(
      expect.objectContaining({ version: 2, field: "enrolmentStartDate", newValue: "2030-01-10" }),
    );
    expectAccepted(await org.enroll(group, { customerId }, { now: closes }), customerId);
  });
});
