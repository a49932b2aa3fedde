import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { admin } from "../support/adminCommand.ts";
import { startApiHop } from "../support/apiHop.ts";
import { useOperators } from "../support/operator.ts";
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
