import { describe, expect, it } from "vitest";
import { type ApiResponse, basicAuthorization } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { ok, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, unknownId } from "../support/setting.ts";
import {
  during,
  firstInstantOf,
  lastInstantOf,
  manyIds,
  milestone,
  streak,
  type TargetGroupBody,
} from "../support/targetGroups.ts";

const service = useService();

const now = during(1);

/** Expects the whole answer of a success. */
function expectData({ status, body }: ApiResponse, expectedStatus: number, data: unknown): void {
  expect({ status, body }).toEqual({ status: expectedStatus, body: { data, errors: null, warnings: null } });
}

/**
 * A body with every field, none of them at its default. Filters and sub-targets have tests of their own.
 * `enrolmentMethod` is at its default, because the other one does not go with these dates.
 */
function fullBody(): TargetGroupBody {
  return {
    name: "Winter streak",
    description: "Three visits a month",
    active: false,
    trackingType: "NON_CONTINUOUS_STREAKS",
    targetEvaluationType: "FIXED_CALENDAR_WINDOW",
    timeZoneName: "Europe/Berlin",
    enrolmentStartDate: "2029-12-01",
    enrolmentEndDate: "2030-01-15T12:00:00+01:00",
    offsetDays: 2,
    periods: [
      { refCode: "jan", startDate: "2030-01-01", endDate: "2030-01-31", description: "January" },
      {
        refCode: "feb",
        startDate: "2030-02-01T00:00:00+01:00",
        endDate: "2030-03-01T00:00:00+01:00",
        description: "February",
      },
    ],
    targets: [
      {
        name: "Steps",
        description: "Walked in the city",
        active: false,
        targetEntity: "EVENT",
        eventName: "walk",
        targetType: "EVENT_ATTRIBUTE",
        attributeName: "steps",
        trackFromEnrollmentDate: true,
        enrolmentMethod: "IMPORT",
        rewardAllocation: "PERIOD_END",
        defaultValues: [{ defaultValue: 0.0001 }, { defaultValue: 99_999_999_999.9999 }],
        reminders: [{ name: "A day left", offsetHours: 24, condition: "STREAK_AT_RISK" }],
      },
    ],
    streaks: [
      { name: "Bronze", targetCountOfSequence: 1 },
      { name: "Silver", targetCountOfSequence: 2 },
    ],
  };
}

const isUnique = (ids: readonly number[]) => new Set(ids).size === ids.length;

describe("creating a target group", () => {
  it("answers 201 with everything as it was sent, and ids", async () => {
    const { admin, credentials } = await service.newOrg();
    const by = credentials.admin.username;
    const body = fullBody();
    const [jan, feb] = body.periods;
    const [target] = body.targets;
    expectData(await admin.post("/targetGroups", body, { now }), 201, {
      id: 1,
      version: 1,
      attribution: { createdOn: now, createdBy: by, lastUpdatedOn: now, lastUpdatedBy: by },
      ...body,
      frequencyType: null,
      frequency: null,
      recurringCycles: null,
      streakFreezes: null,
      fromDate: null,
      periods: [
        { id: 1, ...jan, periodStatus: "RUNNING", closingOn: "2030-02-02T23:00:00.000Z", closedOn: null },
        { id: 2, ...feb, periodStatus: "NOT_STARTED", closingOn: "2030-03-02T23:00:00.000Z", closedOn: null },
      ],
      targets: [{ id: 1, ...target, filters: null, targetMilestoneTriggers: null, rules: null, reevaluation: null }],
      streaks: [
        { id: 1, name: "Bronze", targetCountOfSequence: 1 },
        { id: 2, name: "Silver", targetCountOfSequence: 2 },
      ],
    });
  });

  it("answers the defaults of what was not sent", async () => {
    const { admin } = await service.newOrg();
    const { data } = (await admin.post("/targetGroups", milestone(), { now })).body;
    expect(data).toMatchObject({ description: null, active: true, timeZoneName: "UTC", offsetDays: 0, streaks: [] });
    expect(data.periods[0]).toMatchObject({ description: null });
    expect(data.targets[0]).toMatchObject({
      active: true,
      description: null,
      eventName: null,
      attributeName: null,
      trackFromEnrollmentDate: false,
      rewardAllocation: "IMMEDIATE",
      filters: null,
      targetMilestoneTriggers: null,
      rules: null,
      reminders: [],
    });
  });

  it("gives ids that no other group, target, cycle or level of the org has, also when done ten times at once", async () => {
    const org = await service.newOrg();
    const groups = await Promise.all(Array.from({ length: 10 }, () => org.createGroup(streak({ cycles: 8 }))));
    expect(isUnique(groups.map(({ groupId }) => groupId))).toBe(true);
    expect(isUnique(groups.flatMap(({ targetIds }) => targetIds))).toBe(true);
    expect(isUnique(groups.flatMap(({ cycleIds }) => cycleIds))).toBe(true);
    expect(isUnique(groups.flatMap(({ levelIds }) => levelIds))).toBe(true);
    const all = groups.flatMap(({ groupId, targetIds, cycleIds, levelIds }) => [
      groupId,
      ...targetIds,
      ...cycleIds,
      ...levelIds,
    ]);
    expect(all.filter((id) => !Number.isSafeInteger(id) || id < 1)).toEqual([]);
  });
});

describe("reading target groups", () => {
  it("one by its id answers what its creation answered", async () => {
    const { admin, reader } = await service.newOrg();
    const { data } = (await admin.post("/targetGroups", fullBody(), { now })).body;
    expectData(await reader.get(`/targetGroups/${data.id}`, { now }), 200, data);
  });

  it.each([
    ["", true],
    ["?includePeriods=true", true],
    ["?includePeriods=false", false],
  ])("one with %j holds its cycles: %s", async (query, isIncluded) => {
    const { admin, reader } = await service.newOrg();
    const { data } = (await admin.post("/targetGroups", fullBody(), { now })).body;
    const { periods, ...rest } = data;
    expectData(
      await reader.get(`/targetGroups/${data.id}${query}`, { now }),
      200,
      isIncluded ? { ...rest, periods } : rest,
    );
  });

  it.each([
    ["", false],
    ["?includePeriods=true", true],
    ["?includePeriods=false", false],
  ])("all with %j holds their cycles: %s", async (query, isIncluded) => {
    const { admin, reader } = await service.newOrg();
    const { data } = (await admin.post("/targetGroups", fullBody(), { now })).body;
    const { periods, ...rest } = data;
    expectData(await reader.get(`/targetGroups${query}`, { now }), 200, [isIncluded ? { ...rest, periods } : rest]);
  });

  it("refuses with 310017 a group that does not exist", async () => {
    const { reader } = await service.newOrg();
    expectRefused(
      await reader.get(`/targetGroups/${unknownId}`),
      400,
      310017,
      /Target group 987654321 does not exist;/,
    );
  });

  it.each(["reader", "till", "admin"] as const)("is open to the %s", async (access) => {
    const org = await service.newOrg();
    const { groupId } = await org.createGroup();
    expect((await org[access].get(`/targetGroups/${groupId}`)).status).toBe(200);
    expect((await org[access].get("/targetGroups")).body.data).toHaveLength(1);
  });
});

async function listed({ reader }: TestOrg, query = ""): Promise<string[]> {
  const { body } = await ok(reader.get(`/targetGroups${query}`));
  return body.data.map(({ name }: { name: string }) => name);
}

describe("listing target groups", () => {
  const names = ["delta", "Alpha", "charlie", "Bravo", "echo", "Écho 2", "10 visits", "9 visits"];
  const inOrder = ["10 visits", "9 visits", "Alpha", "Bravo", "charlie", "delta", "echo", "Écho 2"];

  async function orgWithGroups(): Promise<TestOrg> {
    const org = await service.newOrg();
    for (const name of names) await org.createGroup(milestone({ name, cycles: 1, active: name !== "delta" }));
    return org;
  }

  it("is empty for an org that has none", async () => {
    const { reader } = await service.newOrg();
    expectData(await reader.get("/targetGroups"), 200, []);
  });

  it("is in order of names, without regard to case, active or not", async () => {
    expect(await listed(await orgWithGroups())).toEqual(inOrder);
  });

  it("answers limit groups after the first offset", async () => {
    const org = await orgWithGroups();
    expect(await listed(org, "?limit=3")).toEqual(inOrder.slice(0, 3));
    expect(await listed(org, "?limit=3&offset=3")).toEqual(inOrder.slice(3, 6));
    expect(await listed(org, "?limit=3&offset=6")).toEqual(inOrder.slice(6));
    expect(await listed(org, "?limit=1&offset=7")).toEqual(inOrder.slice(7));
    expect(await listed(org, "?limit=1&offset=8")).toEqual([]);
    expect(await listed(org, "?offset=10000")).toEqual([]);
    expect(await listed(org, "?limit=8")).toEqual(inOrder);
    expect(await listed(org, "?limit=25")).toEqual(inOrder);
  });

  it("answers 20 when no limit is given", async () => {
    const org = await service.newOrg();
    const many = Array.from({ length: 21 }, (_, index) => `Group ${String(index).padStart(2, "0")}`);
    await Promise.all(many.map((name) => org.createGroup(milestone({ name, cycles: 1 }))));
    expect(await listed(org)).toEqual(many.slice(0, 20));
    expect(await listed(org, "?offset=20")).toEqual(many.slice(20));
  });

  it("ends a page where the answer would be too large for Lambda, and a warning says where to go on", async () => {
    const org = await service.newOrg();
    // A quotation mark takes two bytes in the body. In Lambda's answer, which holds the body as a text, it takes four.
    const filters = manyIds;
    const many = Array.from({ length: 25 }, (_, index) => `Group ${String(index).padStart(2, "0")}`);
    const [target] = milestone().targets;
    for (const name of many) await org.createGroup(milestone({ name, cycles: 1, targets: [{ ...target, filters }] }));
    const pages = [];
    const found: string[] = [];
    do {
      pages.push(await org.reader.get(`/targetGroups?limit=25&offset=${found.length}`));
      const page: string[] = pages.at(-1)?.body.data.map(({ name }: { name: string }) => name) ?? [];
      found.push(...page);
    } while (found.length < many.length);
    expect(found).toEqual(many);
    const [first, ...later] = pages;
    expect(first?.body.warnings).toEqual([
      { message: expect.stringMatching(new RegExp(`of 25 .* go on with offset=${first?.body.data.length}\\.$`)) },
    ]);
    expect(later.at(-1)?.body.warnings).toBeNull();
    for (const { body } of pages)
      expect(Buffer.byteLength(JSON.stringify(JSON.stringify(body)))).toBeLessThan(6_000_000);
  });

  it("holds a group created a moment ago", async () => {
    const org = await service.newOrg();
    expect(await listed(org)).toEqual([]);
    await org.createGroup(milestone({ name: "New" }));
    expect(await listed(org)).toEqual(["New"]);
  });
});

const statuses = async ({ reader }: TestOrg, path: string, instant: string) => {
  const { data } = (await ok(reader.get(path, { now: instant }))).body;
  const group = Array.isArray(data) ? data[0] : data;
  return group.periods.map(({ periodStatus }: { periodStatus: string }) => periodStatus);
};

async function dataIdOf(org: TestOrg): Promise<string | null> {
  return (await org.reader.get("/targetGroups")).headers.get("milestreak-data-id");
}

describe("the header Milestreak-Data-Id of the list", () => {
  it("is the same id for every credential of an org, groups or none", async () => {
    const org = await service.newOrg();
    const id = await dataIdOf(org);
    expect(id).toMatch(/^[\w-]{43}$/);
    await org.createGroup();
    // A later credential of the org does not change the id.
    await newCredential(service.table, { org: org.org, accessGroup: "read-only" });
    expect(await dataIdOf(org)).toBe(id);
    expect((await org.till.get("/targetGroups")).headers.get("milestreak-data-id")).toBe(id);
  });

  it("is another one for another org", async () => {
    expect(await dataIdOf(await service.newOrg())).not.toBe(await dataIdOf(await service.newOrg()));
  });

  it("is no credential: as a token, a secret or a user name it is answered 401", async () => {
    const org = await service.newOrg();
    const id = (await dataIdOf(org)) ?? "";
    for (const authorization of [`Bearer ${id}`, basicAuthorization(id, id), basicAuthorization(org.org, id)]) {
      const answer = await service.anonymous.get("/targetGroups", { headers: { Authorization: authorization } });
      expectRefused(answer, 401, 401);
      expect(answer.headers.has("milestreak-data-id")).toBe(false);
    }
  });
});

describe("the status of a cycle", () => {
  it.each([
    ["before the first cycle's first instant", lastInstantOf(0), ["NOT_STARTED", "NOT_STARTED"]],
    ["at the first cycle's first instant", firstInstantOf(1), ["RUNNING", "NOT_STARTED"]],
    ["at the first cycle's last instant", lastInstantOf(1), ["RUNNING", "NOT_STARTED"]],
    ["at the second cycle's first instant", firstInstantOf(2), ["ENDED", "RUNNING"]],
    ["at the second cycle's last instant", lastInstantOf(2), ["ENDED", "RUNNING"]],
    ["at the first instant after all", firstInstantOf(3), ["ENDED", "ENDED"]],
  ])("%s (%s) is %j", async (_, instant, expected) => {
    const org = await service.newOrg();
    const { groupId } = await org.createGroup(milestone({ cycles: 2 }));
    expect(await statuses(org, `/targetGroups/${groupId}`, instant)).toEqual(expected);
    expect(await statuses(org, "/targetGroups?includePeriods=true", instant)).toEqual(expected);
  });
});

const lastBefore = (instant: string) => new Date(Date.parse(instant) - 1).toISOString();

describe("a cycle of plain dates runs from 00:00 of its first day to 24:00 of its last in the group's zone:", () => {
  const boundaries = {
    "UTC by default": [undefined, "2030-01-01", "2030-01-31", "2030-01-01T00:00:00.000Z", "2030-02-01T00:00:00.000Z"],
    "a zone east of UTC": [
      "Asia/Kolkata",
      "2030-01-01",
      "2030-01-31",
      "2029-12-31T18:30:00.000Z",
      "2030-01-31T18:30:00.000Z",
    ],
    "a zone west of UTC": [
      "America/New_York",
      "2030-01-01",
      "2030-01-31",
      "2030-01-01T05:00:00.000Z",
      "2030-02-01T05:00:00.000Z",
    ],
    "a day of 23 hours": [
      "Europe/Berlin",
      "2026-03-29",
      "2026-03-29",
      "2026-03-28T23:00:00.000Z",
      "2026-03-29T22:00:00.000Z",
    ],
    "a day of 25 hours": [
      "Europe/Berlin",
      "2026-10-25",
      "2026-10-25",
      "2026-10-24T22:00:00.000Z",
      "2026-10-25T23:00:00.000Z",
    ],
    "a cycle across both changes": [
      "Europe/Berlin",
      "2026-01-01",
      "2026-12-31",
      "2025-12-31T23:00:00.000Z",
      "2026-12-31T23:00:00.000Z",
    ],
    "a day whose midnight does not exist": [
      "America/Sao_Paulo",
      "2018-11-04",
      "2018-11-04",
      "2018-11-04T03:00:00.000Z",
      "2018-11-05T02:00:00.000Z",
    ],
    "a leap day": ["Europe/Berlin", "2028-02-29", "2028-02-29", "2028-02-28T23:00:00.000Z", "2028-02-29T23:00:00.000Z"],
  } as const;
  const cases = Object.entries(boundaries).map(([title, [timeZoneName, startDate, endDate, start, end]]) => ({
    title,
    dates: { periodStartDate: startDate, periodEndDate: endDate },
    body: milestone({ timeZoneName, periods: [{ refCode: "only", startDate, endDate }] }),
    start,
    end,
  }));
  it.each(cases)("$title, $start to $end", async ({ body, dates, start, end }) => {
    const { org, group, customerId } = await newSetting(service, body);
    const statusAt = async (instant: string) => {
      const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}`, { now: instant }))).body;
      return data.periods[0].periodStatus;
    };
    expect(await statusAt(lastBefore(start))).toBe("NOT_STARTED");
    expect(await statusAt(start)).toBe("RUNNING");
    expect(await statusAt(lastBefore(end))).toBe("RUNNING");
    expect(await statusAt(end)).toBe("ENDED");
    const late = await org.enroll(group, { customerId, periodName: "only" }, { now: end });
    expectRefused(
      late,
      400,
      310019,
      new RegExp(`Cycle "only" of target group \\d+ ended at ${end.replaceAll(".", "\\.")}`),
    );
    expectAccepted(await org.enroll(group, { customerId, periodName: "only" }, { now: lastBefore(end) }), customerId);
    const state = await org.readState(group, customerId, { now: lastBefore(end) });
    const instants = { periodStartDateWithTimeStamp: start, periodEndDateWithTimeStamp: end };
    expect(state?.targets[0]).toMatchObject({ ...dates, ...instants, currentPeriod: true });
  });

  it("two cycles that meet at a date leave no gap and do not overlap", async () => {
    const periods = [
      { refCode: "march", startDate: "2026-03-01", endDate: "2026-03-29" },
      { refCode: "april", startDate: "2026-03-30", endDate: "2026-04-30" },
    ];
    const one = await newSetting(service, milestone({ timeZoneName: "Europe/Berlin", periods }));
    const currentAt = async (instant: string) => {
      const { data } = (await ok(one.org.reader.get(`/targetGroups/${one.group.groupId}`, { now: instant }))).body;
      return data.periods.find(({ periodStatus }: { periodStatus: string }) => periodStatus === "RUNNING")?.refCode;
    };
    expect(await currentAt("2026-03-29T21:59:59.999Z")).toBe("march");
    expect(await currentAt("2026-03-29T22:00:00.000Z")).toBe("april");
  });
});

describe("a cycle of instants", () => {
  it("is read with their offsets and answered as they were sent", async () => {
    const periods = [
      {
        refCode: "only",
        startDate: "2030-01-01T00:00:00+05:30",
        endDate: "2030-01-31T23:30:00.5-05:00",
        description: null,
      },
    ];
    const { org, group, customerId } = await newSetting(service, milestone({ timeZoneName: "Europe/Berlin", periods }));
    const { data } = (await org.reader.get(`/targetGroups/${group.groupId}`, { now })).body;
    const closing = { closingOn: "2030-02-01T04:30:00.500Z", closedOn: null };
    expect(data.periods).toEqual([{ id: expect.any(Number), ...periods[0], periodStatus: "RUNNING", ...closing }]);
    const late = await org.enroll(group, { customerId }, { now: "2030-02-01T04:30:00.500Z" });
    expectRefused(late, 400, 310019, /Every cycle of target group \d+ has ended/);
    expectAccepted(await org.enroll(group, { customerId }, { now: "2030-02-01T04:30:00.499Z" }), customerId);
    const state = await org.readState(group, customerId, { now });
    expect(state?.targets[0]).toMatchObject({
      periodStartDate: "2029-12-31",
      periodEndDate: "2030-02-01",
      periodStartDateWithTimeStamp: "2029-12-31T18:30:00.000Z",
      periodEndDateWithTimeStamp: "2030-02-01T04:30:00.500Z",
    });
  });

  it("may start where a cycle of plain dates ended, in the group's zone", async () => {
    const periods = [
      { refCode: "dates", startDate: "2030-01-01", endDate: "2030-01-31" },
      { refCode: "instants", startDate: "2030-01-31T23:00:00Z", endDate: "2030-02-28T23:00:00Z" },
    ];
    const { admin } = await service.newOrg();
    const berlin = await admin.post("/targetGroups", milestone({ timeZoneName: "Europe/Berlin", periods }));
    expect(berlin.status).toBe(201);
    const utc = await admin.post("/targetGroups", milestone({ timeZoneName: "UTC", periods }));
    expectRefused(utc, 400, 300004, /^Invalid input\. periods\[1\] must not start before periods\[0\] ends; /);
  });
});

const text = (prefix: string, characters: number) => prefix.padEnd(characters, "x");

/**
 * The largest body: 100 cycles, 50 targets with a value for each, 10 levels, names of 200 and descriptions of 255
 * characters.
 */
function largestBody(defaultValue: number): TargetGroupBody {
  const { periods } = milestone({ cycles: 100 });
  return {
    ...streak({ levels: Array.from({ length: 10 }, (_, index) => (index + 1) * 10) }),
    name: text("Largest", 200),
    description: text("Largest", 255),
    periods: periods.map((period) => ({ ...period, description: text("Cycle", 255) })),
    targets: Array.from({ length: 50 }, (_, index) => ({
      name: text(`Target ${index}`, 200),
      targetEntity: "EVENT",
      eventName: text("event", 200),
      targetType: "EVENT_ATTRIBUTE",
      attributeName: text("attribute", 200),
      defaultValues: Array.from({ length: 100 }, () => ({ defaultValue })),
    })),
  };
}

describe("a group at every limit", () => {
  it.each([1, 99_999_999_999.9999])(
    "can be created, read, listed and enrolled into, each value being %d",
    async (defaultValue) => {
      const org = await service.newOrg();
      const body = largestBody(defaultValue);
      const created = await org.admin.post("/targetGroups", body, { now });
      expect({ status: created.status, errors: created.body.errors }).toEqual({ status: 201, errors: null });
      const { data } = created.body;
      expect(data).toMatchObject({ name: body["name"], description: body["description"] });
      expect([data.periods.length, data.targets.length, data.streaks.length]).toEqual([100, 50, 10]);
      expect(data.targets[49].defaultValues).toEqual(Array.from({ length: 100 }, () => ({ defaultValue })));
      expectData(await org.reader.get(`/targetGroups/${data.id}`, { now }), 200, data);
      expectData(await org.reader.get("/targetGroups?includePeriods=true", { now }), 200, [data]);
      const customerId = await org.newCustomer();
      const group = { groupId: data.id, targetId: data.targets[49].id, targetIds: [], cycleIds: [], levelIds: [] };
      expectAccepted(await org.enroll(group, { customerId }, { now }), customerId);
      const state = await org.readState(group, customerId, { now });
      expect(state?.targets).toHaveLength(100);
      expect(state?.streaks).toHaveLength(10);
    },
  );
});

const at = (day: number) => during(1, day);

const profile = (customerId: number, fields: object, registeredDay: number, updatedDay: number) => ({
  customerId,
  firstName: null,
  lastName: null,
  externalId: null,
  ...fields,
  registeredOn: at(registeredDay),
  lastUpdatedOn: at(updatedDay),
});

describe("customers", () => {
  it("are registered by PUT and read back", async () => {
    const { admin, reader } = await service.newOrg();
    const fields = { firstName: "Ada", lastName: "Lovelace", externalId: "crm-1" };
    expectData(await admin.put("/customers/7", fields, { now: at(1) }), 200, profile(7, fields, 1, 1));
    expectData(await reader.get("/customers/7"), 200, profile(7, fields, 1, 1));
  });

  it("need no field at all", async () => {
    const { admin, reader } = await service.newOrg();
    expectData(await admin.put("/customers/7", {}, { now: at(1) }), 200, profile(7, {}, 1, 1));
    expectData(await reader.get("/customers/7"), 200, profile(7, {}, 1, 1));
  });

  it("are changed by a second PUT: null empties a field, an absent one stays, registeredOn is kept", async () => {
    const { admin, reader } = await service.newOrg();
    await ok(
      admin.put("/customers/7", { firstName: "Ada", lastName: "Lovelace", externalId: "crm-1" }, { now: at(1) }),
    );
    const changed = profile(7, { firstName: "Augusta", externalId: "crm-1" }, 1, 2);
    expectData(await admin.put("/customers/7", { firstName: "Augusta", lastName: null }, { now: at(2) }), 200, changed);
    expectData(await reader.get("/customers/7"), 200, changed);
  });

  it("keep what was sent last when the same PUT is repeated", async () => {
    const { admin } = await service.newOrg();
    await ok(admin.put("/customers/7", { firstName: "Ada" }, { now: at(1) }));
    expectData(
      await admin.put("/customers/7", { firstName: "Ada" }, { now: at(1) }),
      200,
      profile(7, { firstName: "Ada" }, 1, 1),
    );
  });

  it("keep their enrolments when their profile is replaced", async () => {
    const { org, group, customerId } = await newSetting(service);
    expectAccepted(await org.enroll(group, { customerId, initialBalance: 5 }, { now }), customerId);
    const before = await org.readState(group, customerId, { now });
    expect(before?.targets[0]).toMatchObject({ targetAchievedValue: 5 });
    await ok(org.admin.put(`/customers/${customerId}`, { firstName: "Ada" }, { now }));
    expect(await org.readState(group, customerId, { now })).toEqual(before);
  });

  it("keep blanks, emptiness and any script as sent", async () => {
    const { admin, reader } = await service.newOrg();
    const fields = { firstName: "", lastName: "  ", externalId: '李 \u{1F600} " \\ <b>' };
    expectData(await admin.put("/customers/7", fields, { now: at(1) }), 200, profile(7, fields, 1, 1));
    expectData(await reader.get("/customers/7"), 200, profile(7, fields, 1, 1));
  });

  it("who are not registered are refused with 310011", async () => {
    const { reader } = await service.newOrg();
    expectRefused(await reader.get("/customers/7"), 400, 310011, /^Invalid userId\. Customer 7 is not registered; /);
  });
});
