import { describe, expect, it } from "vitest";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { recordProgress } from "../support/progress.ts";
import type { EngineRequest } from "../support/recorder.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting, unknownId } from "../support/setting.ts";
import { during, milestone, streak, type TargetGroupBody } from "../support/targetGroups.ts";

const service = useService();

/** The commands that asked for a consistent read. */
const sentConsistent: string[] = [];
service.table.client.middlewareStack.add(
  (next, { commandName = "unknown" }) =>
    (args) => {
      if (isConsistentRead(args.input)) sentConsistent.push(commandName.replace(/Command$/, ""));
      return next(args);
    },
  { step: "initialize", name: "noteConsistentReads" },
);

/** While it is set, eventually consistent reads find nothing, as may happen for a moment after a write. */
let isLagging = false;
service.table.client.middlewareStack.add(
  (next) => async (args) => {
    const result = await next(args);
    if (!isLagging || isConsistentRead(args.input)) return result;
    if ("Item" in result.output) return { ...result, output: { ...result.output, Item: undefined } };
    if ("Items" in result.output) return { ...result, output: { ...result.output, Items: [], Count: 0 } };
    return result;
  },
  { step: "initialize", name: "lag" },
);

function isConsistentRead(input: object): boolean {
  return "ConsistentRead" in input && input.ConsistentRead === true;
}

const read: EngineRequest = { command: "GetItem", units: 0.5 };
const consistentRead: EngineRequest = { command: "GetItem", units: 1 };
const write: EngineRequest = { command: "UpdateItem", units: 1 };
/** A write whose condition failed. The engine does not say what it charges for it. */
const refusedWrite: EngineRequest = { command: "UpdateItem", units: 0 };

/**
 * Enrols and un-enrols another customer with the same credential at the same time. Definition and credential are then
 * cached.
 */
async function warmUp({ org, group }: Setting, now = during(1)): Promise<void> {
  const customerId = await org.newCustomer();
  expectAccepted(await org.enroll(group, { customerId }, { now }), customerId);
  expectAccepted(await org.unenroll(group, customerId, { now }), customerId);
}

async function warmSetting(body: TargetGroupBody = milestone()): Promise<Setting> {
  const one = await newSetting(service, body);
  await warmUp(one);
  return one;
}

function enter({ org, group, customerId }: Setting, fields: object = {}, headers: Record<string, string> = {}) {
  return async (): Promise<void> => {
    const response = await org.enroll(group, { customerId, ...fields }, { now: during(1), headers });
    expect({ status: response.status, data: response.body.data }).toEqual({ status: 200, data: customerId });
  };
}

function leave({ org, group, customerId }: Setting) {
  return async (): Promise<void> =>
    expectAccepted(await org.unenroll(group, customerId, { now: during(1) }), customerId);
}

const sizes = [1, 10, 100];
const kinds = [
  ["a milestone with no balance", (cycles: number) => milestone({ cycles }), {}],
  ["a milestone with balance null", (cycles: number) => milestone({ cycles }), { initialBalance: null }],
  ["a milestone with a balance", (cycles: number) => milestone({ cycles }), { initialBalance: 300 }],
  [
    "a milestone with a balance that reaches the target",
    (cycles: number) => milestone({ cycles }),
    { initialBalance: 1000 },
  ],
  ["a milestone's named cycle", (cycles: number) => milestone({ cycles }), { periodName: "c1", initialBalance: 0 }],
  ["a streak", (cycles: number) => streak({ cycles, levels: [1] }), {}],
  ["a streak with reset", (cycles: number) => streak({ cycles, levels: [1] }), { resetStreakStatus: true }],
  [
    "a non-continuous streak",
    (cycles: number) => streak({ cycles, levels: [1], trackingType: "NON_CONTINUOUS_STREAKS" }),
    {},
  ],
] as const;
const kindsAndSizes = kinds.flatMap(([name, body, fields]) =>
  sizes.map((cycles) => [name, cycles, body, fields] as const),
);

describe("a warm enrolment is one read (0.5 units) and one write (1 unit)", () => {
  it.each(kindsAndSizes)(
    "into %s of %d cycles, the first time and after leaving alike",
    async (_, cycles, body, fields) => {
      const one = await warmSetting(body(cycles));
      expect(await service.recorder.during(enter(one, fields))).toEqual([read, write]);
      await leave(one)();
      expect(await service.recorder.during(enter(one, fields))).toEqual([read, write]);
    },
  );

  it.each(sizes)(
    "with an Idempotency-Key of 255 characters, into a group of %d cycles, first and after leaving",
    async (cycles) => {
      const one = await warmSetting(milestone({ cycles }));
      expect(
        await service.recorder.during(enter(one, { initialBalance: 5 }, { "Idempotency-Key": "1".repeat(255) })),
      ).toEqual([read, write]);
      await leave(one)();
      expect(
        await service.recorder.during(enter(one, { initialBalance: 5 }, { "Idempotency-Key": "2".repeat(255) })),
      ).toEqual([read, write]);
    },
  );

  it("after leaving with 10 cycles met: the item, which grows with every cycle that is touched, still is below 1 kB", async () => {
    const met = Array.from({ length: 10 }, (_, index) => index + 1);
    const one = await warmSetting(milestone({ cycles: 100 }));
    await enter(one)();
    const cycles = Object.fromEntries(met.map((cycle) => [cycle, "1234.56"]));
    await recordProgress(service.table, { ...one, cycles, reached: met, now: during(1) });
    await leave(one)();
    expect(await service.recorder.during(enter(one, {}, { "Idempotency-Key": "k" }))).toEqual([read, write]);
  });

  it("into a streak of 10 levels, all reached, with reset", async () => {
    const levels = Array.from({ length: 10 }, (_, index) => index + 1);
    const one = await warmSetting(streak({ cycles: 10, levels }));
    await enter(one)();
    await recordProgress(service.table, {
      ...one,
      cycles: { 1: "1000" },
      reached: [1],
      levelIds: one.group.levelIds,
      now: during(1),
    });
    await leave(one)();
    expect(await service.recorder.during(enter(one, { resetStreakStatus: true }))).toEqual([read, write]);
  });

  it.each(["periodName", "unknownField"])("into a streak with %s sent, which only earns a warning", async (field) => {
    const one = await warmSetting(streak());
    expect(await service.recorder.during(enter(one, { [field]: 5 }))).toEqual([read, write]);
  });
});

describe("a refusal costs no more than an enrolment", () => {
  it.each([
    ["without an Idempotency-Key", {}],
    ["with an Idempotency-Key", { "Idempotency-Key": "k" }],
  ])("310119 %s: the same read and the same write, which the engine refuses", async (_, headers) => {
    const one = await warmSetting();
    await enter(one)();
    const requests = await service.recorder.during(async () => {
      const again = await one.org.enroll(
        one.group,
        { customerId: one.customerId },
        { now: during(1), headers: { ...headers } },
      );
      expectRefused(again, 400, 310119);
    });
    expect(requests).toEqual([read, refusedWrite]);
  });

  it("the repeat of an Idempotency-Key: the same two requests", async () => {
    const one = await warmSetting();
    await enter(one, {}, { "Idempotency-Key": "k" })();
    const repeat = enter(one, {}, { "Idempotency-Key": "k" });
    expect(await service.recorder.during(repeat)).toEqual([read, refusedWrite]);
  });

  it("310019: one read of the customer, one consistent read of the definition, and no write", async () => {
    const one = await warmSetting();
    const work = async () =>
      expectRefused(
        await one.org.enroll(one.group, { customerId: one.customerId, periodName: "none" }, { now: during(1) }),
        400,
        310019,
      );
    expect(await service.recorder.during(work)).toEqual([read, { command: "Query", units: 1 }]);
  });

  it("310126: one consistent read of the enrolment, one of the customer, and no write", async () => {
    const one = await warmSetting();
    const work = async () =>
      expectRefused(await one.org.unenroll(one.group, one.customerId, { now: during(1) }), 400, 310126);
    expect(await service.recorder.during(work)).toEqual([consistentRead, read]);
  });
});

describe("a warm un-enrolment is one consistent read (1 unit) and one write (1 unit)", () => {
  it.each(
    sizes.flatMap(
      (cycles) =>
        [
          ["milestone", cycles, milestone({ cycles })],
          ["streak", cycles, streak({ cycles, levels: [1] })],
        ] as const,
    ),
  )("from a %s of %d cycles", async (_, __, body) => {
    const one = await warmSetting(body);
    await enter(one)();
    expect(await service.recorder.during(leave(one))).toEqual([consistentRead, write]);
  });
});

/** The instant that many milliseconds after the middle of the first cycle. */
function after(milliseconds: number): string {
  return new Date(Date.parse(during(1)) + milliseconds).toISOString();
}

/** Runs `work` while only consistent reads find anything. */
async function lagging(work: () => Promise<void>): Promise<void> {
  isLagging = true;
  try {
    await work();
  } finally {
    isLagging = false;
  }
}

describe("a cold enrolment", () => {
  it("adds the credential (1 unit) and the definition (1 unit for each 4 kB) to that, once", async () => {
    const one = await newSetting(service);
    const requests = await service.recorder.during(enter(one));
    expect(requests).toHaveLength(4);
    expect(requests).toEqual(expect.arrayContaining([consistentRead, { command: "Query", units: 1 }, read, write]));
    const next = { ...one, customerId: await one.org.newCustomer() };
    expect(await service.recorder.during(enter(next))).toEqual([read, write]);
  });

  it("of a definition with 100 cycles is one query all the same", async () => {
    const one = await newSetting(service, milestone({ cycles: 100 }));
    const requests = await service.recorder.during(enter(one));
    expect(requests.map(({ command }) => command).toSorted()).toEqual(["GetItem", "GetItem", "Query", "UpdateItem"]);
    expect(requests.find(({ command }) => command === "Query")?.units).toBeLessThanOrEqual(5);
  });

  it("reads the definition again after 30 s of request time, and not before", async () => {
    const one = await newSetting(service);
    const enterAt = (customerId: number, milliseconds: number) => async () =>
      expectAccepted(await one.org.enroll(one.group, { customerId }, { now: after(milliseconds) }), customerId);
    await enterAt(one.customerId, 0)();
    const [second, third] = [await one.org.newCustomer(), await one.org.newCustomer()];
    expect(await service.recorder.during(enterAt(second, 29_999))).toEqual([read, write]);
    const requests = await service.recorder.during(enterAt(third, 30_000));
    expect(requests).toHaveLength(3);
    expect(requests).toEqual(expect.arrayContaining([{ command: "Query", units: 1 }, read, write]));
  });
});

describe("what was created a moment ago, while eventually consistent reads may not find it", () => {
  it("is found on the first call: group and customer", async () => {
    const one = await newSetting(service);
    await enter(one)();
    expect(await one.org.readState(one.group, one.customerId, { now: during(1) })).toBeDefined();
  });

  it("is enrolled even while eventually consistent reads do not find it yet: group, target and customer", async () => {
    const one = await newSetting(service);
    await lagging(enter(one));
    expect(await one.org.readState(one.group, one.customerId, { now: during(1) })).toBeDefined();
  });

  it("is un-enrolled and read even while eventually consistent reads do not find it yet", async () => {
    const one = await newSetting(service);
    await enter(one)();
    await lagging(async () => {
      expect(await one.org.readState(one.group, one.customerId, { now: during(1) })).toBeDefined();
      await leave(one)();
    });
    expect(await one.org.readState(one.group, one.customerId, { now: during(1) })).toBeUndefined();
  });

  it("differs from what does not exist: 310011 and 310017 are answered only after a consistent read", async () => {
    const one = await warmSetting();
    const unknownCustomer = async () =>
      expectRefused(await one.org.enroll(one.group, { customerId: unknownId }, { now: during(1) }), 400, 310011);
    expect(await service.recorder.during(unknownCustomer)).toEqual([read, consistentRead]);
    const unknownGroup = { ...one.group, groupId: unknownId };
    const work = async () =>
      expectRefused(
        await one.org.enroll(unknownGroup, { customerId: one.customerId }, { now: during(1) }),
        400,
        310017,
      );
    sentConsistent.length = 0;
    const requests = await service.recorder.during(work);
    expect(sentConsistent).toContain("Query");
    expect(requests.map(({ command }) => command)).not.toContain("UpdateItem");
  });
});

describe("an enrolment is 0.5 RCU + 1 WCU whatever the definition has become", () => {
  it("at version 50, and with 1000 cycles of a rule", async () => {
    const { periods: _, ...rest } = streak({ levels: [2] });
    const body = { ...rest, frequencyType: "DAILY", frequency: 1, recurringCycles: 1000, fromDate: "2030-01-01" };
    const one = await newSetting(service, body);
    for (let version = 2; version <= 50; version += 1) {
      const edit = { description: `Version ${version}` };
      const path = `/targetGroups/editTargetGroup/${one.group.groupId}`;
      expect((await one.org.admin.put(path, edit, { now: during(1) })).body.data.version).toBe(version);
    }
    await enter({ ...one, customerId: await one.org.newCustomer() })();
    expect(await service.recorder.during(enter(one))).toEqual([read, write]);
  });
});
