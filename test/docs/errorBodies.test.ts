import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import type { ErrorCode } from "../../shared/http/errors.ts";
import type { ApiResponse } from "../support/apiClient.ts";
import { targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting, unknownId } from "../support/setting.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

const service = useService();
let setting: Setting;
beforeAll(async () => {
  setting = await newSetting(service);
});

type Refusing = (setting: Setting) => Promise<ApiResponse>;

const at = (cycle: number) => ({ now: during(cycle) });

/** A customer who was enrolled in that cycle. */
async function enrolled({ org, group }: Setting, cycle: number): Promise<number> {
  const customerId = await org.newCustomer();
  await org.enroll(group, { customerId }, at(cycle));
  return customerId;
}

function adjust({ org, group }: Setting, fields: object, cycle: number): Promise<ApiResponse> {
  const record = { adjustmentId: randomUUID(), amount: 1, reason: "A test", ...fields };
  return org.support.post(`${targetPath(group)}/adjust`, [record], at(cycle));
}

/** For every body that docs/errors.md shows, a request that is answered with it. */
const refusals: readonly (readonly [code: ErrorCode, requests: readonly Refusing[]])[] = [
  [404, [({ org }) => org.reader.get("/nothing")]],
  [401, [() => service.anonymous.get("/targetGroups")]],
  [4000, [({ org, group, customerId }) => org.reader.post(`${targetPath(group)}/enroll`, [{ customerId }])]],
  [
    300004,
    [
      ({ org, group }) => org.enroll(group, { periodName: 7, initialBalance: -1 }),
      async ({ org, group }) => {
        const customerId = await org.newCustomer();
        const options = { ...at(1), headers: { "Idempotency-Key": "till-7-000123" } };
        await org.enroll(group, { customerId, initialBalance: 1 }, options);
        return org.enroll(group, { customerId, initialBalance: 2 }, options);
      },
      async ({ org, customerId }) => {
        const activity = { activityId: "till-7:1", customerId, type: "TRANSACTION", occurredAt: during(1) };
        await org.till.post("/activities", { ...activity, amount: 1 }, at(1));
        return org.till.post("/activities", { ...activity, amount: 2 }, at(1));
      },
      async (one) => {
        const customerId = await enrolled(one, 1);
        await adjust(one, { customerId, adjustmentId: "case-17" }, 1);
        return adjust(one, { customerId, adjustmentId: "case-17", amount: 2 }, 1);
      },
    ],
  ],
  [310017, [({ org, group, customerId }) => org.enroll({ ...group, groupId: unknownId }, { customerId })]],
  [310018, [({ org, group, customerId }) => org.enroll({ ...group, targetId: unknownId }, { customerId })]],
  [
    310011,
    [
      ({ org, group }) => org.enroll(group, { customerId: unknownId }),
      ({ org, group }) => org.enroll(group, { identifierName: "externalId", identifierValue: "CARD-1" }),
    ],
  ],
  [
    310019,
    [
      ({ org, group, customerId }) => org.enroll(group, { customerId, periodName: "DEC" }, at(1)),
      ({ org, group, customerId }) => org.enroll(group, { customerId, periodName: "c1" }, at(2)),
      ({ org, group, customerId }) => org.enroll(group, { customerId }, at(6)),
      async ({ org, customerId }) => {
        const dates = { enrolmentStartDate: "2030-02-01", enrolmentEndDate: "2030-02-28" };
        return org.enroll(await org.createGroup({ ...milestone(), ...dates }), { customerId }, at(1));
      },
      async (one) => adjust(one, { customerId: await enrolled(one, 1), periodName: "c2" }, 1),
      async (one) => adjust(one, { customerId: await enrolled(one, 2), periodName: "c1" }, 2),
      async (one) => adjust(one, { customerId: await enrolled(one, 1) }, 6),
      async ({ org, customerId }) => {
        const dates = { startDate: "2029-05-01", endDate: "2029-05-14" };
        const group = await org.createGroup(streak());
        return org.support.post(`${targetPath(group)}/excuse`, [{ customerId, ...dates, reason: "A test" }], at(1));
      },
    ],
  ],
  [
    310119,
    [
      async ({ org, group }) => {
        const customerId = await org.newCustomer();
        await org.enroll(group, { customerId }, at(1));
        return org.enroll(group, { customerId }, at(1));
      },
    ],
  ],
  [
    310126,
    [
      ({ org, group, customerId }) => org.unenroll(group, customerId, at(1)),
      async (one) => {
        const customerId = await enrolled(one, 1);
        await one.org.unenroll(one.group, customerId, at(1));
        return adjust(one, { customerId }, 1);
      },
    ],
  ],
  [
    310069,
    [
      async ({ org }) => {
        await org.admin.post("/targetGroups", milestone({ name: "Spend 1000 a month" }));
        return org.admin.post("/targetGroups", milestone({ name: "spend 1000 A MONTH" }));
      },
    ],
  ],
  [310149, [({ org, customerId }) => org.reader.get(`/users/${customerId}/trackedTargetEvents/${unknownId}`)]],
];

it.each(refusals)(
  "docs/errors.md shows the bodies that requests refused with %d are answered",
  async (code, requests) => {
    const answered: string[] = [];
    for (const request of requests) answered.push(withoutValues((await request(setting)).body));
    expect(answered).toEqual(documentedBodies(code).map(withoutValues));
  },
);

function documentedBodies(code: ErrorCode): unknown[] {
  const [, section = ""] = readFileSync("docs/errors.md", "utf8").split(`\n## ${code}\n`);
  const [text = ""] = section.split("\n## ");
  return [...text.matchAll(/^```json\n(.*)\n```$/gm)].map(([, body = ""]) => JSON.parse(body));
}

/** The body without ids, names and times, because each request has its own. Codes stay. */
function withoutValues(body: unknown): string {
  return JSON.stringify(body, (key, value: unknown) => (key === "message" ? generic(String(value)) : value), 1);
}

function generic(message: string): string {
  return message
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, "<time>")
    .replaceAll(/"[^"]*"/g, "<text>")
    .replaceAll(/\d+/g, "<number>");
}
