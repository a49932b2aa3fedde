import { expect, it } from "vitest";
import { expectRefused } from "../support/envelopes.ts";
import { useService } from "../support/service.ts";
import { during, milestone } from "../support/targetGroups.ts";

const service = useService();
const now = during(1);
const invalid = "Invalid input.";

/** The size in bytes to which a body of `POST /targetGroups` is filled. */
const mostBytes = 262_000;

it.each([
  ["targets", `{"targets":[${"{},".repeat(mostBytes / 3 - 20)}{}]}`, 50],
  ["periods", `{"periods":[${"{},".repeat(mostBytes / 3 - 20)}{}]}`, 100],
  ["streaks", `{"streaks":[${"0,".repeat(mostBytes / 2 - 20)}0]}`, 10],
])("a list that is too long is refused with 300004 by its length alone: %s", async (name, body, most) => {
  const { admin } = await service.newOrg();
  const answer = await admin.send("POST", "/targetGroups", body, { now });
  expectRefused(
    answer,
    400,
    300004,
    new RegExp(`^${invalid} ${name} must not have more than ${most} items; got an array`),
  );
});

it("lists within a target are judged by their lengths too, before anything in them", async () => {
  const { admin } = await service.newOrg();
  const long = { defaultValues: Array.from({ length: 1001 }, () => ({})) };
  const body = { targets: [{}, long, long] };
  expectRefused(
    await admin.post("/targetGroups", body, { now }),
    400,
    300004,
    /targets\[1\]\.defaultValues must not have more than 1000 items; got an array of 1001\.$/,
    /targets\[2\]\.defaultValues must not have more than 1000 items/,
  );
});

it("300004 names 100 faults, and one more error says how many others there are", async () => {
  const { admin } = await service.newOrg();
  const targets = Array.from({ length: 50 }, () => ({}));
  const { status, body } = await admin.post("/targetGroups", { targets }, { now });
  expect(status).toBe(400);
  const messages = (body.errors ?? []).map(({ code, message }) => `${code} ${message}`);
  expect(messages).toHaveLength(101);
  // Each target lacks four fields, and the group lacks four more.
  expect(messages.at(-1)).toBe(`300004 ${invalid} There are ${50 * 4 + 4 - 100} more faults.`);
});

it("100 warnings are given, and one more says how many others there are", async () => {
  const { admin } = await service.newOrg();
  const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`f${index}`, 0]));
  const { status, body } = await admin.post("/targetGroups", { ...milestone(), ...unknown }, { now });
  expect(status).toBe(201);
  expect(body.warnings).toHaveLength(101);
  expect(body.warnings?.at(-1)).toEqual({ message: "There are 19900 more warnings." });
});
