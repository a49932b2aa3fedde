import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse as parseYaml, stringify as stringifyYaml } from "yaml";
import { admin } from "../support/adminCommand.ts";
import { startApiHop } from "../support/apiHop.ts";
import { type Operator, useOperators } from "../support/operator.ts";
import { ok } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { milestone, streak } from "../support/targetGroups.ts";

const service = useService();
const newOperator = useOperators(service);

const example = readFileSync("docs/examples/streak.yaml", "utf8");

describe("target-groups create", () => {
  it("makes the group that a YAML file defines, and prints it as the API answers it", async () => {
    const operator = await newOperator();
    const file = operator.file("streak.yaml", example);
    const { status, stdout, stderr } = await admin("target-groups", "create", file, ...operator.access(), "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const created = JSON.parse(stdout);
    expect(created).toMatchObject({ name: "A visit a week", trackingType: "STREAKS", timeZoneName: "Europe/Berlin" });
    expect((await operator.org.reader.get(`/targetGroups/${created.id}`)).body.data).toEqual(created);
    expect(created).toMatchObject(parseYaml(example));
  });

  it("makes the 365 cycles of a year from the rule in docs/examples/streak-of-a-year.yaml", async () => {
    const operator = await newOperator();
    const yaml = readFileSync("docs/examples/streak-of-a-year.yaml", "utf8");
    const file = operator.file("year.yaml", yaml);
    const { status, stdout, stderr } = await admin("target-groups", "create", file, ...operator.access(), "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const created = JSON.parse(stdout);
    expect(created).toMatchObject(parseYaml(yaml));
    expect(created.periods).toHaveLength(365);
    expect(created.periods.at(-1)).toMatchObject({ refCode: "2030-12-31", endDate: "2030-12-31" });
  });

  it("makes the same of a JSON file, and shows a person the ids to go on with", async () => {
    const operator = await newOperator();
    const file = operator.file("milestone.json", JSON.stringify(milestone({ name: "Spend" }), null, 2));
    const { status, stdout } = await admin("target-groups", "create", file, ...operator.access());
    expect(status).toBe(0);
    const [group] = (await operator.org.reader.get("/targetGroups?includePeriods=true")).body.data;
    expect(stdout).toMatch(new RegExp(`^Created\\.\\n +${group.id}  DEFAULT +active +Spend\\n`));
    expect(stdout).toMatch(new RegExp(`^ +${group.targets[0].id}  Spend 1000: TRANSACTION SALES, to reach 1000$`, "m"));
    expect(stdout).toMatch(new RegExp(`^ +${group.periods[4].id}  c5: .*, NOT_STARTED$`, "m"));
  });

  it("names file, line and column of every fault in the YAML, with status 2, and asks nothing of the service", async () => {
    const operator = await newOperator();
    const hop = await startApiHop(service.baseUrl);
    const file = operator.file(
      "bad.yaml",
      "name: Summer",
      "periods:",
      "  - refCode: a",
      "   startDate: b",
      "name: Again",
    );
    const { status, stdout, stderr } = await admin("target-groups", "create", file, ...operator.access(hop.baseUrl));
    await hop.close();
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(`${file}:4:1: `);
    expect(stderr).toMatch(/^\S+bad\.yaml:5:1: Map keys must be unique/m);
    expect(hop.requests()).toBe(0);
  });

  it.each([
    ["a list", "- name: Summer"],
    ["a word", "Summer"],
    ["nothing", "# to be written"],
  ])("refuses a file that holds %s with status 2", async (_, text) => {
    const operator = await newOperator();
    const { status, stderr } = await admin(
      "target-groups",
      "create",
      operator.file("x.yaml", text),
      ...operator.access(),
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/^\S+x\.yaml: not the fields of a target group/);
  });

  it("shows all faults of the API, each with the line of its field or of its parent, with status 1", async () => {
    const operator = await newOperator();
    const text = example
      .replace("W11", "7")
      .replace("targetType: VISIT", "targetType: VISITS")
      .replace("name: A visit a week", "title: x");
    const file = operator.file("faulty.yaml", text);
    const { status, stdout, stderr } = await admin("target-groups", "create", file, ...operator.access());
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    const lineOf = (part: string) => text.split("\n").findIndex((line) => line.includes(part)) + 1;
    expect(stderr.trimEnd().split("\n").toSorted()).toEqual(
      [
        `${file}: Invalid input. name is required.`,
        `${file}:${lineOf("refCode: 7")}: Invalid input. periods[1].refCode must be a string; got 7.`,
        expect.stringMatching(
          `^${RegExp.escape(file)}:${lineOf("VISITS")}: Invalid input\\. targets\\[0\\]\\.targetType must be one of `,
        ),
      ].toSorted(),
    );
  });

  it("passes the API's warnings on, and writes only the result to standard output", async () => {
    const operator = await newOperator();
    const file = operator.file("extra.json", JSON.stringify(milestone({ colour: "red" })));
    const { status, stdout, stderr } = await admin("target-groups", "create", file, ...operator.access(), "--json");
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `${file}: "colour" was ignored: it is not a field of this request.\n`,
    });
    expect(JSON.parse(stdout)).toMatchObject({ targetEvaluationType: "FIXED_CALENDAR_WINDOW" });
  });

  it("refuses with status 1 a name that is taken, and with status 2 a file that is not there", async () => {
    const operator = await newOperator();
    const file = operator.file("twice.json", JSON.stringify(milestone({ name: "Twice" })));
    expect((await admin("target-groups", "create", file, ...operator.access())).status).toBe(0);
    const second = await admin("target-groups", "create", file, ...operator.access());
    expect(second.status).toBe(1);
    expect(second.stderr).toMatch(/^Target group name already taken\./);
    const missing = await admin("target-groups", "create", `${file}.none`, ...operator.access());
    expect(missing.status).toBe(2);
    expect(missing.stderr).toMatch(/^Cannot read .*ENOENT/);
  });

  it("is sent once, and says that it may have succeeded when the answer is lost", async () => {
    const operator = await newOperator();
    const hop = await startApiHop(service.baseUrl, () => ({ lose: "reply" }));
    const file = operator.file("lost.json", JSON.stringify(milestone({ name: `Lost ${randomUUID()}` })));
    const { status, stderr } = await admin("target-groups", "create", file, ...operator.access(hop.baseUrl));
    await hop.close();
    expect({ status, requests: hop.requests() }).toEqual({ status: 3, requests: 1 });
    expect(stderr).toContain("may have been created");
    expect((await operator.org.reader.get("/targetGroups")).body.data).toHaveLength(1);
  });
});

describe("target-groups list", () => {
  it("lists more than a page by name, whole with --json and a line each for a person", async () => {
    const operator = await newOperator();
    const names = Array.from({ length: 27 }, (_, index) => `Group ${String(index).padStart(2, "0")}`);
    for (const name of names) await operator.org.createGroup(milestone({ name, cycles: 1 }));
    const whole = JSON.parse((await admin("target-groups", "list", ...operator.access(), "--json")).stdout);
    expect(whole.map(({ name }: { name: string }) => name)).toEqual(names);
    const { stdout } = await admin("target-groups", "list", ...operator.access());
    expect(stdout.trimEnd().split("\n")).toEqual(
      whole.map(({ id, name }: { id: number; name: string }) =>
        expect.stringMatching(new RegExp(`^ *${id}  DEFAULT +active +${name}$`)),
      ),
    );
  });

  it("says that there are none", async () => {
    const operator = await newOperator("read-only");
    expect(await admin("target-groups", "list", ...operator.access())).toEqual({
      status: 0,
      stdout: "There are no target groups.\n",
      stderr: "",
    });
  });
});

describe("a command that calls the API", () => {
  it("ends with status 3 when the URL leads elsewhere, into the API or out of it", async () => {
    const operator = await newOperator();
    const wrongStage = await admin("target-groups", "list", ...operator.access(`${service.baseUrl}/v2`));
    expect({ ...wrongStage, stderr: "" }).toEqual({ status: 3, stdout: "", stderr: "" });
    expect(wrongStage.stderr).toMatch(/^No such route\./);
    const page = { lose: "request", answer: { status: 200, body: { hello: "world" } } } as const;
    const hop = await startApiHop(service.baseUrl, () => page);
    const elsewhere = await admin("target-groups", "list", ...operator.access(hop.baseUrl));
    await hop.close();
    expect(elsewhere).toEqual({ status: 3, stdout: "", stderr: "What answered 200 is not the API.\n" });
  });
});

describe("target-groups show", () => {
  it("shows cycles, targets and levels, and with --json what the API answers", async () => {
    const operator = await newOperator();
    const { groupId, levelIds } = await operator.org.createGroup(streak());
    const { stdout } = await admin("target-groups", "show", String(groupId), ...operator.access());
    expect(stdout).toMatch(new RegExp(`^Levels\\n +${levelIds[0]}  l1: 2 cycles\\n`, "m"));
    const { stdout: json } = await admin("target-groups", "show", String(groupId), ...operator.access(), "--json");
    expect(JSON.parse(json)).toEqual((await operator.org.reader.get(`/targetGroups/${groupId}`)).body.data);
  });

  it("refuses with status 1 a group that does not exist, and with status 2 an invalid id", async () => {
    const operator = await newOperator();
    const missing = await admin("target-groups", "show", "99999999", ...operator.access());
    expect({ status: missing.status, stdout: missing.stdout }).toEqual({ status: 1, stdout: "" });
    expect(missing.stderr).toMatch(/^Target group not found or inactive\./);
    expect((await admin("target-groups", "show", "zero", ...operator.access())).status).toBe(2);
  });
});

/** What a command prints with `--json`. */
const jsonOf = async (...args: string[]) => {
  const { status, stdout, stderr } = await admin("target-groups", ...args, "--json");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
};

describe("target-groups update, deactivate, activate and extend", () => {
  it("change what a file names, and print the group as the API answers it", async () => {
    const operator = await newOperator();
    const { groupId } = await operator.org.createGroup(streak({ description: "kept" }));
    const file = operator.file("edit.yaml", "name: Renamed");
    const edited = await jsonOf("update", String(groupId), file, ...operator.access());
    expect(edited).toMatchObject({ name: "Renamed", description: "kept", version: 2 });
    expect((await operator.org.reader.get(`/targetGroups/${groupId}`)).body.data).toEqual(edited);
  });

  it("refuse with status 1 another version, and name the line of a fault", async () => {
    const operator = await newOperator();
    const { groupId } = await operator.org.createGroup();
    const file = operator.file("edit.yaml", "description: x", "trackingType: STREAKS");
    const stale = await admin(
      "target-groups",
      "update",
      String(groupId),
      file,
      "--if-version",
      "7",
      ...operator.access(),
    );
    expect(stale).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("is at version 1") });
    const fixed = await admin("target-groups", "update", String(groupId), file, ...operator.access());
    expect(fixed).toMatchObject({ status: 1, stdout: "" });
    expect(fixed.stderr).toContain(`${file}:2: Invalid input. trackingType cannot be changed after creation`);
  });

  it("stop a group or one target, and let it go on", async () => {
    const operator = await newOperator();
    const { groupId, targetId } = await operator.org.createGroup();
    const id = String(groupId);
    expect(await jsonOf("deactivate", id, ...operator.access())).toMatchObject({ active: false });
    // The cycles of the group lie ahead of the clock.
    expect(await jsonOf("activate", id, ...operator.access())).toMatchObject({ active: true });
    const target = ["--target", String(targetId), ...operator.access()];
    expect(await jsonOf("deactivate", id, ...target)).toMatchObject({ active: true, targets: [{ active: false }] });
    expect(await jsonOf("activate", id, ...target)).toMatchObject({ version: 5, targets: [{ active: true }] });
  });

  it("append the cycles of a file, or more cycles of a rule", async () => {
    const operator = await newOperator();
    const { groupId } = await operator.org.createGroup();
    const file = operator.file("more.yaml", "- refCode: more", "  startDate: 2040-01-01", "  endDate: 2040-01-31");
    const extended = await jsonOf("extend", String(groupId), file, ...operator.access());
    expect(extended.periods.at(-1)).toMatchObject({ refCode: "more", endDate: "2040-01-31" });
    const yaml = readFileSync("docs/examples/streak-of-a-year.yaml", "utf8");
    const year = await jsonOf("create", operator.file("year.yaml", yaml), ...operator.access());
    const longer = await jsonOf("extend", String(year.id), "--cycles", "366", ...operator.access());
    expect(longer.periods).toHaveLength(366);
  });

  it.each([[[]], [["file.yaml", "--cycles", "3"]]])(
    "extend needs a file or a count, not both (2): %j",
    async (args) => {
      const operator = await newOperator();
      expect((await admin("target-groups", "extend", "1", ...args, ...operator.access())).status).toBe(2);
    },
  );
});

describe("target-groups history", () => {
  it("lists every change, the newest first, and with --json what the API answers", async () => {
    const operator = await newOperator("admin");
    const { groupId } = await operator.org.createGroup(milestone({ name: "First" }));
    await operator.org.admin.put(`/targetGroups/editTargetGroup/${groupId}`, { name: "Second" });
    const { status, stdout } = await admin("target-groups", "history", String(groupId), ...operator.access());
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ +2  \S+  \S+  name: "First" → "Second"\n +1  \S+  \S+  targetGroup: null → "First"\n$/);
    const { stdout: json } = await admin("target-groups", "history", String(groupId), ...operator.access(), "--json");
    expect(JSON.parse(json)).toEqual((await operator.org.reader.get(`/targetGroups/${groupId}/auditLogs`)).body.data);
  });
});

/** What the file says, as create reads it. */
type Written = Readonly<Record<string, unknown>>;

async function shownOf(operator: Operator, id: number): Promise<string> {
  const shown = await admin("target-groups", "show", String(id), "--yaml", ...operator.access());
  expect(shown).toMatchObject({ status: 0, stderr: "" });
  return shown.stdout.replace(/^name: .*$/m, "name: Again");
}

async function create(operator: Operator, yaml: string) {
  const file = operator.file(`${randomUUID()}.yaml`, yaml);
  const { status, stdout, stderr } = await admin("target-groups", "create", file, ...operator.access(), "--json");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("target-groups show --yaml", () => {
  it.each(["docs/examples/streak.yaml", "docs/examples/streak-of-a-year.yaml", "docs/examples/pens.yaml"])(
    "prints a file of which create makes all that was written: %s",
    async (path) => {
      const operator = await newOperator();
      const written: Written = parseYaml(readFileSync(path, "utf8"));
      const { id } = await create(operator, stringifyYaml(written));
      const again = await create(operator, await shownOf(operator, id));
      expect(again).toMatchObject({ ...written, name: "Again" });
    },
  );

  it("prints every optional field of a group", async () => {
    const operator = await newOperator();
    const target = {
      name: "Steps",
      description: "Walked in the city",
      active: false,
      targetEntity: "EVENT",
      eventName: "walk",
      targetType: "EVENT_ATTRIBUTE",
      attributeName: "steps",
      trackFromEnrollmentDate: true,
      rewardAllocation: "PERIOD_END",
      defaultValues: [{ defaultValue: 1 }, { defaultValue: 2 }],
      filters: [{ entityType: "STORE", entityIds: ["7"], exclude: true }],
      targetMilestoneTriggers: [
        { triggerName: "A few", triggerValueType: "ABSOLUTE", triggerValue: 0.25 },
        { triggerName: "Half of it", triggerValueType: "PERCENTAGE", triggerValue: 50 },
      ],
      reminders: [{ name: "A day left", offsetHours: 24, condition: "ALWAYS" }],
    };
    const written: Written = {
      ...milestone({ cycles: 2, description: "Full", active: false, timeZoneName: "Europe/Berlin", offsetDays: 2 }),
      enrolmentStartDate: "2029-12-01",
      enrolmentEndDate: "2030-01-15",
      targets: [target],
    };
    const { id } = await create(operator, stringifyYaml(written));
    const again = await create(operator, await shownOf(operator, id));
    expect(again).toMatchObject({ ...written, name: "Again" });
  });

  it("prints how customers get in, and every kind of filter, and show without it counts them", async () => {
    const operator = await newOperator();
    const filters = [
      { entityType: "AMOUNT", minimum: 0, maximum: 99.5 },
      { entityType: "ATTRIBUTE", attributeName: "grade", entityIds: ["1", "true", "gold"] },
      { entityType: "BRAND", entityIds: ["Quill"], exclude: true },
    ];
    const trigger = { triggerName: "Half of it", triggerValueType: "PERCENTAGE", triggerValue: 50 };
    const written: Written = milestone({
      targets: [
        {
          name: "Pens",
          targetEntity: "LINEITEM",
          targetType: "SALES",
          enrolmentMethod: "TRANSACTION",
          filters,
          targetMilestoneTriggers: [trigger],
          defaultValues: [{ defaultValue: 100 }],
        },
      ],
    });
    const { id } = await create(operator, stringifyYaml(written));
    const again = await create(operator, await shownOf(operator, id));
    expect(again).toMatchObject({ ...written, name: "Again" });
    const { stdout } = await admin("target-groups", "show", String(id), ...operator.access());
    const line = "Pens: LINEITEM SALES, to reach 100; 3 filters; 1 sub-target; the first activity enrols";
    expect(stdout).toContain(line);
  });

  it("prints a file that create takes also when each of 365 cycles has a value in the list", async () => {
    const operator = await newOperator();
    const rule = { frequencyType: "DAILY", frequency: 1, recurringCycles: 365, fromDate: "2030-01-01" };
    const { periods: _, ...days } = milestone(rule);
    const { id, targets, periods } = await create(operator, stringifyYaml(days));
    const value = { defaultValues: [{ periodId: periods[300].id, defaultValue: 7 }] };
    await ok(
      operator.org.admin.put(`/targetGroups/${id}/targets/${targets[0].id}`, value, { now: "2030-01-01T12:00:00Z" }),
    );
    const again = await create(operator, await shownOf(operator, id));
    expect(again.targets[0].defaultValues[300]).toEqual({ defaultValue: 7 });
  });
});
