import { describe, expect, it } from "vitest";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during } from "../support/targetGroups.ts";

const service = useService();

const message =
  /^Invalid input\. This Idempotency-Key has enrolled the same customer with another record; use a new key for a new request\.$/;

function enroll({ org, group, customerId }: Setting, key: string, fields: Readonly<Record<string, unknown>> = {}) {
  return org.enroll(group, { customerId, periodName: "c2", initialBalance: 20, ...fields }, keyed(key));
}

const keyed = (key: string) => ({ now: during(1), headers: { "Idempotency-Key": key } });

async function achieved({ org, group, customerId }: Setting): Promise<Record<string, number>> {
  const state = await org.readState(group, customerId, { now: during(1) });
  return Object.fromEntries((state?.targets ?? []).map((row) => [row.periodRefCode, row.targetAchievedValue]));
}

describe("refuses with 422 and changes nothing when an Idempotency-Key comes again with another", () => {
  it.each([
    ["initialBalance", { initialBalance: 21 }],
    ["initialBalance, absent now", { initialBalance: undefined }],
    ["periodName", { periodName: "c3" }],
    ["periodName, absent now", { periodName: undefined }],
  ])("%s", async (_, fields) => {
    const one = await newSetting(service);
    expectAccepted(await enroll(one, "key-1"), one.customerId);
    expectRefused(await enroll(one, "key-1", fields), 422, 300004, message);
    expect(await achieved(one)).toEqual({ c2: 20, c3: 0, c4: 0, c5: 0 });
  });
});

describe("does not refuse with 422", () => {
  it("the same record: it answers the first call's 200 again", async () => {
    const one = await newSetting(service);
    expectAccepted(await enroll(one, "key-1"), one.customerId);
    expectAccepted(await enroll(one, "key-1"), one.customerId);
    expectAccepted(await enroll(one, "key-1", { customerId: String(one.customerId) }), one.customerId);
  });

  it("another record under another key, or under none: 310119", async () => {
    const one = await newSetting(service);
    expectAccepted(await enroll(one, "key-1"), one.customerId);
    expectRefused(await enroll(one, "key-2", { initialBalance: 21 }), 400, 310119, /^User already enrolled/);
    const { customerId } = one;
    const unkeyed = await one.org.enroll(one.group, { customerId, initialBalance: 21 }, { now: during(1) });
    expectRefused(unkeyed, 400, 310119, /^User already enrolled/);
  });

  it("one key for two customers, each of whom it enrols", async () => {
    const one = await newSetting(service);
    const other = { ...one, customerId: await one.org.newCustomer() };
    expectAccepted(await enroll(one, "key-1"), one.customerId);
    expectAccepted(await enroll(other, "key-1", { initialBalance: 30 }), other.customerId);
  });
});

describe("refuses with 300004 and 400, not 422, a key", () => {
  it.each([
    ["empty", ""],
    ["of 256 characters", "k".repeat(256)],
    ["with a space within", "a b"],
    ["with a character beyond ASCII", "caf\u00e9"],
  ])("%s", async (_, key) => {
    const one = await newSetting(service);
    const rule =
      /^Invalid input\. The header Idempotency-Key must be 1 to 255 visible ASCII characters, sent once; got \d+\.$/;
    expectRefused(await enroll(one, key), 400, 300004, rule);
    expect(await achieved(one)).toEqual({});
  });

  it.each(["k", "k".repeat(255), "!~"])("but takes %j", async (key) => {
    const one = await newSetting(service);
    expectAccepted(await enroll(one, key), one.customerId);
    expectAccepted(await enroll(one, key), one.customerId);
  });
});
