import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { admin, spawnAdmin } from "../support/adminCommand.ts";
import { startApiHop } from "../support/apiHop.ts";
import { nowhere } from "../support/nowhere.ts";
import { newCustomers, readResults, targetOptions, useOperators } from "../support/operator.ts";
import { useService } from "../support/service.ts";
import { streak } from "../support/targetGroups.ts";

const service = useService();
const newOperator = useOperators(service);
const header = "customerId,periodName,initialBalance,resetStreakStatus";
const unregistered = 9_000_000_000_001;

/** A function that resolves for all its callers once there are that many of them. */
function newGate(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === count) resolve();
    return promise;
  };
}

describe("enroll", () => {
  it("enrols the rows it can, records the reason for each other row, and sums up by code with status 1", async () => {
    const operator = await newOperator("default");
    const group = await operator.org.createGroup();
    const [plain, named, already, late] = await newCustomers(operator, 4);
    await operator.org.enroll(group, { customerId: already });
    const rows = [
      `${plain},,250,`,
      `${named},c3,,FALSE`,
      `${already},,,`,
      `${unregistered},,,`,
      `${late},c9,,`,
      `${late},,2.5,`,
      `${late},,,perhaps`,
      "forty-two,,,",
      `${late},c1`,
    ];
    const file = operator.file("mixed.csv", header, ...rows);
    const results = `${file}.results.csv`;
    const { status, stdout, stderr } = await admin(
      "enroll",
      file,
      ...targetOptions(group),
      ...operator.access(),
      "--json",
    );
    expect({ status, summary: JSON.parse(stdout) }).toEqual({
      status: 1,
      summary: {
        rows: 9,
        done: 2,
        refused: 3,
        invalid: 4,
        failed: 0,
        left: 0,
        thisRun: 9,
        seconds: expect.any(Number),
        codes: expect.arrayContaining(
          ["310119", "310011", "310019"].map((code) => ({ outcome: "refused", code, count: 1 })),
        ),
        results,
      },
    });
    expect(stderr).toBe(`7 of 9 rows were not done; ${results} says why.\n`);
    const recorded = readResults(results);
    expect(
      [2, 3, 4, 5, 6, 7, 8, 9, 10].map((line) => recorded.get(line)).map((one) => `${one?.outcome} ${one?.code}`),
    ).toEqual([
      "done ",
      "done ",
      "refused 310119",
      "refused 310011",
      "refused 310019",
      "invalid ",
      "invalid ",
      "invalid ",
      "invalid ",
    ]);
    const [first] = (await operator.org.readState(group, plain ?? 0))?.targets ?? [];
    expect(first).toMatchObject({ periodRefCode: "c1", targetAchievedValue: 250 });
    expect((await operator.org.readState(group, named ?? 0))?.targets.map((row) => row.periodRefCode)).toEqual([
      "c3",
      "c4",
      "c5",
    ]);
    expect(await operator.org.readState(group, late ?? 0)).toBeUndefined();
  });

  it("sums up for a person: how many, by code in words, and where each row's result is", async () => {
    const operator = await newOperator();
    const group = await operator.org.createGroup();
    const [one, two] = await newCustomers(operator, 2);
    const file = operator.file("people.csv", header, `${one},,,`, `${one},,,`, `${two},,,`);
    const { stdout } = await admin("enrol", file, ...targetOptions(group), ...operator.access(), "--concurrency", "1");
    expect(stdout.split("\n").slice(1)).toEqual([
      "         2  done",
      "         1  refused",
      "By code:",
      "         1  310119   User already enrolled for the target.",
      `Each row's result: ${file}.results.csv`,
      "",
    ]);
  });

  it("records the API's warnings with the row they are about", async () => {
    const operator = await newOperator();
    const group = await operator.org.createGroup(streak());
    const [customer] = await newCustomers(operator, 1);
    const file = operator.file("streak.csv", header, `${customer},,100,true`);
    const { status } = await admin("enroll", file, ...targetOptions(group), ...operator.access());
    expect(status).toBe(0);
    expect(readResults(`${file}.results.csv`).get(2)).toMatchObject({ outcome: "done" });
    expect(readFileSync(`${file}.results.csv`, "utf8")).toMatch(/initialBalance.*ignored/);
  });

  it("takes what a spreadsheet writes: a byte order mark, semicolons, CRLF, quotes, empty lines, fewer columns", async () => {
    const operator = await newOperator();
    const group = await operator.org.createGroup();
    const [one, two] = await newCustomers(operator, 2);
    const file = operator.file("sheet.csv", `\uFEFF"customerId";periodName\r`, `"${one}";"c2"\r`, "\r", `${two};c2\r`);
    const options = [...targetOptions(group), ...operator.access(), "--delimiter", ";"];
    expect((await admin("enroll", file, ...options)).status).toBe(0);
    expect([...readResults(`${file}.results.csv`).keys()].toSorted()).toEqual([2, 4]);
    for (const id of [one, two]) expect(await operator.org.readState(group, id ?? 0)).toBeDefined();
  });

  it("has as many rows under way as --concurrency says, and never more", async () => {
    const operator = await newOperator();
    const group = await operator.org.createGroup();
    const customers = await newCustomers(operator, 24);
    const gate = newGate(4);
    const hop = await startApiHop(service.baseUrl, (number) => (number > 2 && number <= 6 ? { before: gate } : {}));
    const file = operator.file("many.csv", header, ...customers.map((id) => `${id},,,`));
    const options = [...targetOptions(group), ...operator.access(hop.baseUrl), "--concurrency", "4"];
    expect((await admin("enroll", file, ...options)).status).toBe(0);
    await hop.close();
    expect({ most: hop.mostUnderWay(), requests: hop.requests() }).toEqual({ most: 4, requests: 2 + 24 });
  });

  it("waits and repeats when it is throttled or a dependency is away", async () => {
    const operator = await newOperator();
    const group = await operator.org.createGroup();
    const [one, two] = await newCustomers(operator, 2);
    const throttled = { lose: "request", answer: envelope(429, 429) } as const;
    const away = { lose: "request", answer: envelope(503, 4001) } as const;
    const hop = await startApiHop(service.baseUrl, (number) => [throttled, away][number - 3] ?? {});
    const file = operator.file("throttled.csv", header, `${one},,,`, `${two},,,`);
    const options = [...targetOptions(group), ...operator.access(hop.baseUrl), "--concurrency", "1"];
    expect((await admin("enroll", file, ...options)).status).toBe(0);
    await hop.close();
    expect(hop.requests()).toBe(2 + 2 + 2);
  });

  it("gives a row up after --attempts, says so with status 1, and does it again in the next run", async () => {
    const operator = await newOperator();
    const group = await operator.org.createGroup();
    const [one, two] = await newCustomers(operator, 2);
    const away = { lose: "request", answer: envelope(503, 4001) } as const;
    const hop = await startApiHop(service.baseUrl, (number) => (number === 3 || number === 4 ? away : {}));
    const file = operator.file("away.csv", header, `${one},,,`, `${two},,,`);
    const options = [...targetOptions(group), ...operator.access(hop.baseUrl), "--concurrency", "1", "--attempts", "2"];
    const first = await admin("enroll", file, ...options, "--json");
    expect(first.status).toBe(1);
    expect(JSON.parse(first.stdout)).toMatchObject({
      done: 1,
      failed: 1,
      codes: [{ outcome: "failed", code: "4001", count: 1 }],
    });
    const second = await admin("enroll", file, ...options, "--json");
    await hop.close();
    expect(second.status).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ done: 2, failed: 0, thisRun: 1 });
  });
});

function envelope(status: number, code: number) {
  return { status, body: { data: null, errors: [{ code, message: "Not now." }], warnings: null } };
}

describe("unenroll", () => {
  it("un-enrols with the file that enrolled, and refuses with 310126 a customer who is not enrolled", async () => {
    const operator = await newOperator();
    const group = await operator.org.createGroup();
    const [one, two] = await newCustomers(operator, 2);
    const file = operator.file("both.csv", header, `${one},c2,5,true`, `${two},,,`);
    await operator.org.enroll(group, { customerId: one });
    const { status, stdout } = await admin("unenroll", file, ...targetOptions(group), ...operator.access(), "--json");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ done: 1, codes: [{ outcome: "refused", code: "310126", count: 1 }] });
    expect(await operator.org.readState(group, one ?? 0)).toBeUndefined();
  });
});

describe("customers import", () => {
  it("registers and changes customers, who can then be enrolled", async () => {
    const operator = await newOperator();
    const first = operator.file("a.csv", "customerId,firstName,externalId", "5001,Asha,CRM-1", "5002,Ben,");
    expect((await admin("customers", "import", first, ...operator.access())).status).toBe(0);
    const second = operator.file("b.csv", "customerId,lastName", '5002,"Okafor, Jr."', "5002x,No");
    const { status, stdout } = await admin("customers", "import", second, ...operator.access(), "--json");
    expect({ status, invalid: JSON.parse(stdout).invalid }).toEqual({ status: 1, invalid: 1 });
    const read = async (id: number) => (await operator.org.reader.get(`/customers/${id}`)).body.data;
    expect(await read(5001)).toMatchObject({ firstName: "Asha", externalId: "CRM-1", lastName: null });
    expect(await read(5002)).toMatchObject({ firstName: "Ben", lastName: "Okafor, Jr." });
    const group = await operator.org.createGroup();
    const file = operator.file("e.csv", "customerId", "5001", "5002");
    expect((await admin("enroll", file, ...targetOptions(group), ...operator.access())).status).toBe(0);
  });

  it("registers customers by the brand's own ids alone, who can then be enrolled and un-enrolled by them", async () => {
    const operator = await newOperator();
    const customers = operator.file("a.csv", "externalId,firstName", "CARD-1,Asha", "CARD-2,Ben");
    expect((await admin("customers", "import", customers, ...operator.access())).status).toBe(0);
    const group = await operator.org.createGroup();
    const rows = ["CARD-1,", "CARD-2,", "CARD-3,TRUE", "CARD-4,no", ","];
    const file = operator.file("e.csv", "externalId,registerCustomer", ...rows);
    expect((await admin("enroll", file, ...targetOptions(group), ...operator.access())).status).toBe(1);
    const outcomes = [...readResults(`${file}.results.csv`)].map(([line, { outcome }]) => [line, outcome]).toSorted();
    expect(outcomes).toEqual([
      [2, "done"],
      [3, "done"],
      [4, "done"],
      [5, "invalid"],
      [6, "invalid"],
    ]);
    const leaving = operator.file("u.csv", "customerId,externalId", ",CARD-3", "1,CARD-1");
    expect((await admin("unenroll", leaving, ...targetOptions(group), ...operator.access())).status).toBe(1);
    const read = (await operator.org.reader.get("/customers?externalId=CARD-3")).body.data;
    expect(await operator.org.readState(group, read.customerId)).toBeUndefined();
    const left = readResults(`${leaving}.results.csv`);
    expect(left.get(2)).toMatchObject({ outcome: "done", customerId: "CARD-3" });
    expect(left.get(3)).toMatchObject({ outcome: "invalid", customerId: "1" });
  });

  it("records what the API refuses of a row, and goes on", async () => {
    const operator = await newOperator();
    const file = operator.file("c.csv", "customerId,firstName", `6001,${"x".repeat(201)}`, "6002,Emma");
    const { status } = await admin("customers", "import", file, ...operator.access());
    expect(status).toBe(1);
    expect([...readResults(`${file}.results.csv`).entries()].toSorted()).toEqual([
      [2, { outcome: "refused", code: "300004", customerId: "6001" }],
      [3, { outcome: "done", code: "", customerId: "6002" }],
    ]);
  });
});

describe("a bulk command", () => {
  it.each([
    ["is not there", undefined, /^Cannot read .*ENOENT/],
    ["is empty", "", /is empty; its first line must name the columns/],
    ["lacks the id", "periodName\nc1", /line 1: the column customerId or externalId is missing/],
    ["has a column that is mistyped", "customerId,intialBalance\n1,2", /line 1: unknown column "intialBalance"/],
    ["names a column twice", "customerId,customerId\n1,2", /line 1: a column is named twice/],
    ["has an open quote, on its last line only", `customerId\n1\n"2`, /Quote Not Closed/],
    ["is not UTF-8", Buffer.from("customerId,periodName\n1,f\xfcr", "latin1"), /is not UTF-8/],
  ])("refuses an input that %s with status 2, before a row is sent", async (_, content, expected) => {
    const operator = await newOperator();
    const group = await operator.org.createGroup();
    const hop = await startApiHop(service.baseUrl);
    const file = operator.file("input.csv");
    if (content === undefined) rmSync(file);
    else writeFileSync(file, content);
    const { status, stdout, stderr } = await admin(
      "enroll",
      file,
      ...targetOptions(group),
      ...operator.access(hop.baseUrl),
    );
    await hop.close();
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(expected);
    expect(hop.requests()).toBe(0);
    expect(existsSync(`${file}.results.csv`)).toBe(false);
  });

  it("ends with status 3 for a wrong secret or a missing permission, and leaves the rows to the next run", async () => {
    const operator = await newOperator("read-only");
    const group = await operator.org.createGroup();
    const file = operator.file("x.csv", "customerId", "7001");
    const wrong = [
      "--url",
      service.baseUrl,
      "--username",
      operator.username,
      "--secret-file",
      operator.file("wrong", "no"),
    ];
    const refused = await admin("enroll", file, ...targetOptions(group), ...wrong);
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 3, stdout: "" });
    expect(refused.stderr).toMatch(/^Not authenticated\./);
    const { status, stderr } = await admin("customers", "import", file, ...operator.access());
    expect(status).toBe(3);
    expect(stderr).toMatch(/^Given up, as no row can succeed for now: Not allowed\..*\nRun the same command again/);
    expect(readResults(`${file}.results.csv`).get(2)).toMatchObject({ outcome: "failed", code: "4000" });
  });

  it("ends with status 3 when nothing answers, and names the address", async () => {
    const operator = await newOperator();
    const file = operator.file("x.csv", "customerId", "7001");
    for (const command of [
      ["enroll", file, "--group", "1", "--target", "1"],
      ["customers", "import", file],
      ["target-groups", "list"],
    ]) {
      const { status, stdout, stderr } = await admin(...command, ...operator.access(`${nowhere}/v3`));
      expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
      expect(stderr).toMatch(
        new RegExp(`^GET ${RegExp.escape(nowhere)}/v3/targetGroups\\S* has no answer: .*ECONNREFUSED`),
      );
    }
    expect(existsSync(`${file}.results.csv`)).toBe(false);
  });

  it("gives up with status 3 when the service goes away, and goes on where it stopped once the service is back", async () => {
    const operator = await newOperator();
    const group = await operator.org.createGroup();
    const customers = await newCustomers(operator, 30);
    let isAway = true;
    const hop = await startApiHop(service.baseUrl, (number) => (isAway && number > 6 ? { lose: "request" } : {}));
    const file = operator.file("x.csv", "customerId", ...customers.map(String));
    const options = [...targetOptions(group), ...operator.access(hop.baseUrl), "--concurrency", "2", "--attempts", "1"];
    const first = await admin("enroll", file, ...options, "--json");
    expect(first.status).toBe(3);
    expect(JSON.parse(first.stdout)).toMatchObject({ done: 4, failed: expect.any(Number) });
    // The command gives up after eight failures in a row. Up to seven may have come before it learned of the last
    // success, which may be slow. Two more were on their way.
    expect(JSON.parse(first.stdout).failed).toBeLessThanOrEqual(7 + 8 + 2);
    isAway = false;
    const second = await admin("enroll", file, ...options, "--json");
    await hop.close();
    expect({ status: second.status, ...JSON.parse(second.stdout) }).toMatchObject({ status: 0, done: 30, thisRun: 26 });
  });

  it("refuses with status 1 a target that the group does not have, before a row is sent", async () => {
    const operator = await newOperator();
    const { groupId } = await operator.org.createGroup();
    const file = operator.file("x.csv", "customerId", "7001");
    const { status, stderr } = await admin(
      "enroll",
      file,
      "--group",
      String(groupId),
      "--target",
      "99999999",
      ...operator.access(),
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/has no target 99999999; see target-groups show/);
  });

  it("takes the secret from the environment, and asks for one when there is none", async () => {
    const operator = await newOperator();
    const { username, secret } = operator;
    const args = ["target-groups", "list", "--url", service.baseUrl, "--username", username, "--json"];
    expect(await spawnAdmin({ MILESTREAK_SECRET: secret }, ...args)).toMatchObject({ status: 0, stdout: "[]\n" });
    expect(await spawnAdmin({ MILESTREAK_SECRET: "wrong" }, ...args)).toMatchObject({ status: 3, stdout: "" });
    const without = await spawnAdmin({}, ...args);
    expect(without).toMatchObject({ status: 2, stdout: "" });
    expect(without.stderr).toMatch(/^No secret\. Set MILESTREAK_SECRET/);
  });
});
