import { describe, expect, it } from "vitest";
import { ApiClient, type ApiResponse, type RequestOptions } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, unknownId } from "../support/setting.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

const now = during(1);
/** When no process uses a definition of {@link now} any more. */
const later = new Date(Date.parse(now) + 30_000).toISOString();

function edit(
  { admin }: TestOrg,
  { groupId }: Pick<TestGroup, "groupId">,
  body: unknown,
  options: RequestOptions = {},
) {
  return admin.put(`/targetGroups/editTargetGroup/${groupId}`, body, { now, ...options });
}

async function read({ reader }: TestOrg, { groupId }: TestGroup): Promise<ApiResponse> {
  return ok(reader.get(`/targetGroups/${groupId}`, { now }));
}

async function auditRows({ reader }: TestOrg, { groupId }: TestGroup, query = ""): Promise<unknown[]> {
  return (await ok(reader.get(`/targetGroups/${groupId}/auditLogs${query}`))).body.data;
}

const at = (instant: number) => ({ now: new Date(instant).toISOString() });
const level = (count: number) => ({ name: `l${count}`, targetCountOfSequence: count });
const ifMatch = (version: number | string) => ({ headers: { "If-Match": `"${version}"` } });

describe("a group says who made it and who changed it", () => {
  it("with version 1 and the credential's user name when it is created", async () => {
    const org = await service.newOrg();
    const { body, headers } = await ok(org.admin.post("/targetGroups", milestone(), { now }));
    const by = org.credentials.admin.username;
    expect(body.data).toMatchObject({
      version: 1,
      attribution: { createdOn: now, createdBy: by, lastUpdatedOn: now, lastUpdatedBy: by },
    });
    expect(headers.get("etag")).toBe('"1"');
  });

  it("with the next version and the editor after an edit, in the answer and in a read", async () => {
    const { org, group } = await newSetting(service);
    const before = (await read(org, group)).body.data;
    const edited = await ok(edit(org, group, { description: "new" }, { now: later }));
    const by = org.credentials.admin.username;
    expect(edited.body.data).toEqual({
      ...before,
      version: 2,
      description: "new",
      attribution: { ...before.attribution, lastUpdatedOn: later, lastUpdatedBy: by },
    });
    const after = await read(org, group);
    expect(after.body.data).toEqual(edited.body.data);
    expect([edited.headers.get("etag"), after.headers.get("etag")]).toEqual(['"2"', '"2"']);
  });
});

it("an edit names the credential that made it, in the group and in the audit log, and leaves the creator's name", async () => {
  const { org, group } = await newSetting(service);
  const credential = await newCredential(service.table, { org: org.org, accessGroup: "admin" });
  const editor = { ...org, admin: new ApiClient(service.baseUrl, credential) };
  await ok(edit(editor, group, { description: "new" }, { now: later }));
  const { attribution } = (await read(org, group)).body.data;
  const [createdBy, changedBy] = [org.credentials.admin.username, credential.username];
  expect(attribution).toMatchObject({ createdBy, lastUpdatedOn: later, lastUpdatedBy: changedBy });
  expect(await auditRows(org, group)).toMatchObject([{ changedBy }, { changedBy: createdBy }]);
});

describe("an edit changes what it names and nothing else", () => {
  it("leaves a field that is absent as it is, and empties one that is null", async () => {
    const { org, group } = await newSetting(service, milestone({ name: "Kept", description: "kept" }));
    expect((await ok(edit(org, group, { active: false }))).body.data).toMatchObject({
      name: "Kept",
      description: "kept",
      active: false,
    });
    expect((await ok(edit(org, group, { description: null }))).body.data).toMatchObject({
      name: "Kept",
      description: null,
      active: false,
    });
  });

  it("answers 200 with the version as it is and writes nothing when nothing is different", async () => {
    const { org, group } = await newSetting(service, milestone({ name: "Same", description: "same" }));
    const body = { name: "Same", description: "same", active: true, streaks: [] };
    const answer = await withoutWriting(service, () => ok(edit(org, group, body)));
    expect(answer.body.data).toMatchObject({ version: 1 });
    expect(await auditRows(org, group)).toHaveLength(1);
  });

  it("warns of a field that it does not know", async () => {
    const { org, group } = await newSetting(service);
    const { body } = await ok(edit(org, group, { nmae: "x" }));
    expect(body.warnings).toEqual([{ message: expect.stringContaining('"nmae" was ignored') }]);
  });
});

describe("a new name", () => {
  it("is taken from then on, and the old one is free", async () => {
    const { org, group } = await newSetting(service, milestone({ name: "Old" }));
    expect((await ok(edit(org, group, { name: "New" }))).body.data).toMatchObject({ name: "New", version: 2 });
    expectRefused(await org.admin.post("/targetGroups", milestone({ name: "NEW" })), 400, 310069);
    await ok(org.admin.post("/targetGroups", milestone({ name: "Old" })));
    expect((await ok(org.reader.get("/targetGroups"))).body.data.map(({ name }: { name: string }) => name)).toEqual([
      "New",
      "Old",
    ]);
  });

  it("is refused with 310069 when another group has it, and nothing is changed", async () => {
    const { org, group } = await newSetting(service, milestone({ name: "Mine" }));
    await org.createGroup(milestone({ name: "Theirs" }));
    const before = (await read(org, group)).body;
    expectRefused(await edit(org, group, { name: "THEIRS", active: false }), 400, 310069, /named "THEIRS"/);
    expect((await read(org, group)).body).toEqual(before);
    expect(await auditRows(org, group)).toHaveLength(1);
  });

  it("may differ from the old one in case only", async () => {
    const { org, group } = await newSetting(service, milestone({ name: "coffee" }));
    expect((await ok(edit(org, group, { name: "Coffee" }))).body.data).toMatchObject({ name: "Coffee", version: 2 });
    expectRefused(await org.admin.post("/targetGroups", milestone({ name: "COFFEE" })), 400, 310069);
  });

  it("goes to exactly one of ten groups that ask for it at once; the others are refused with 310069", async () => {
    const org = await service.newOrg();
    const groups = await Promise.all(Array.from({ length: 10 }, () => org.createGroup()));
    const answers = await Promise.all(groups.map((group) => edit(org, group, { name: "Wanted" })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 400)]);
    for (const answer of answers) if (answer.status === 400) expectRefused(answer, 400, 310069);
  });
});

describe("If-Match", () => {
  it("of the current version lets the edit through", async () => {
    const { org, group } = await newSetting(service);
    expect((await edit(org, group, { description: "a" }, ifMatch(1))).status).toBe(200);
    expect((await edit(org, group, { description: "b" }, ifMatch(2))).status).toBe(200);
  });

  it("of another version refuses with 300004 (412), names the current one and changes nothing", async () => {
    const { org, group } = await newSetting(service);
    await ok(edit(org, group, { description: "a" }));
    expectRefused(await edit(org, group, { description: "b" }, ifMatch(1)), 412, 300004, /is at version 2, /);
    expect((await read(org, group)).body.data).toMatchObject({ version: 2, description: "a" });
  });

  it.each(["1", "*", 'W/"1"', '"0"', '"1", "2"'])(
    "of %j is refused with 300004, because it is no version",
    async (tag) => {
      const { org, group } = await newSetting(service);
      const answer = await edit(org, group, { description: "b" }, { headers: { "If-Match": tag } });
      expectRefused(answer, 400, 300004, /The header If-Match must be one version in quotes/);
    },
  );

  it("lets exactly one of ten simultaneous edits of one version through", async () => {
    const { org, group } = await newSetting(service);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => edit(org, group, { description: `d${index}` }, ifMatch(1))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(9);
  });
});

it("two admins who edit different fields at once both succeed, and neither change is lost", async () => {
  const { org, group } = await newSetting(service, milestone({ name: "Before" }));
  const answers = await Promise.all([edit(org, group, { name: "After" }), edit(org, group, { description: "new" })]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect((await read(org, group)).body.data).toMatchObject({ version: 3, name: "After", description: "new" });
});

describe("the audit log", () => {
  it("has a row for each changed field, the newest first, and the creation as the oldest", async () => {
    const { org, group } = await newSetting(service, milestone({ name: "First", description: "text" }));
    await ok(edit(org, group, { name: "Second", description: null }));
    await ok(edit(org, group, { active: false }, { now: later }));
    const by = org.credentials.admin.username;
    const created = (await read(org, group)).body.data.attribution.createdOn;
    const second = { version: 2, changedOn: now, changedBy: by };
    expect(await auditRows(org, group)).toEqual([
      { version: 3, changedOn: later, changedBy: by, field: "active", oldValue: true, newValue: false },
      { ...second, field: "name", oldValue: "First", newValue: "Second" },
      { ...second, field: "description", oldValue: "text", newValue: null },
      { version: 1, changedOn: created, changedBy: by, field: "targetGroup", oldValue: null, newValue: "First" },
    ]);
    expect(await auditRows(org, group, "?limit=1&offset=1")).toEqual([
      { ...second, field: "name", oldValue: "First", newValue: "Second" },
    ]);
    expect(await auditRows(org, group, "?offset=4")).toEqual([]);
  });

  it("of a group that there is not is refused with 310017", async () => {
    const { reader } = await service.newOrg();
    expectRefused(await reader.get(`/targetGroups/${unknownId}/auditLogs`), 400, 310017);
  });

  it("has no row of an edit that was refused", async () => {
    const { org, group } = await newSetting(service);
    expectRefused(await edit(org, group, { name: "x", trackingType: "STREAKS" }), 400, 300004);
    expect(await auditRows(org, group)).toHaveLength(1);
  });
});

describe("an inactive group", () => {
  it("refuses enrolment with 310017 at the latest 30 s later, counts nothing, and lets members leave", async () => {
    const { org, group, customerId } = await newSetting(service);
    const other = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now }));
    await ok(edit(org, group, { active: false }));
    expectRefused(await org.enroll(group, { customerId: other }, { now: later }), 400, 310017);
    const activity = { activityId: "a", customerId, type: "TRANSACTION", occurredAt: later, amount: 10 };
    const { data } = (await ok(org.till.post("/activities", activity, { now: later }))).body;
    expect(data).toMatchObject({ targets: [], notCounted: [{ reason: "TARGET_INACTIVE" }] });
    expectAccepted(await org.unenroll(group, customerId, { now: later }), customerId);
  });

  it("can be activated until its last cycle has ended; after that it is refused with 310019", async () => {
    const { org, group } = await newSetting(service, milestone({ cycles: 2, active: false }));
    const end = Date.parse(firstInstantOf(3));
    expectRefused(await edit(org, group, { active: true }, at(end)), 400, 310019, /have ended/);
    expect((await ok(edit(org, group, { active: true }, at(end - 1)))).body.data.active).toBe(true);
    expect((await ok(edit(org, group, { active: true }, at(end)))).body.data.version).toBe(2);
  });
});

describe("levels of a streak", () => {
  it("are renamed by their ids, and one above the highest is added with an id of its own", async () => {
    const { org, group } = await newSetting(service, streak({ cycles: 12, levels: [2, 4] }));
    const [first = 0, second = 0] = group.levelIds;
    const body = {
      streaks: [
        { name: "Gold", targetCountOfSequence: 12 },
        { id: first, name: "Bronze" },
      ],
    };
    const { data } = (await ok(edit(org, group, body))).body;
    expect(data.streaks).toEqual([
      { id: first, name: "Bronze", targetCountOfSequence: 2 },
      { id: second, name: "l2", targetCountOfSequence: 4 },
      { id: expect.any(Number), name: "Gold", targetCountOfSequence: 12 },
    ]);
    expect(new Set(data.streaks.map(({ id }: { id: number }) => id)).size).toBe(3);
    expect(await auditRows(org, group, "?limit=3")).toMatchObject([
      { field: `streaks[${first}].name`, oldValue: "l1", newValue: "Bronze" },
      { field: `streaks[${data.streaks[2].id}].name`, oldValue: null, newValue: "Gold" },
      { field: `streaks[${data.streaks[2].id}].targetCountOfSequence`, oldValue: null, newValue: 12 },
    ]);
  });

  it.each([
    [
      "not above the highest",
      { name: "x", targetCountOfSequence: 4 },
      /streaks\[0\]\.targetCountOfSequence must be greater/,
    ],
    [
      "above the number of cycles",
      { name: "x", targetCountOfSequence: 13 },
      /must not exceed the number of cycles \(12\)/,
    ],
    ["without a name", { targetCountOfSequence: 5 }, /streaks\[0\]\.name is required of a new level/],
    ["of another group", { id: unknownId, name: "x" }, /streaks\[0\]\.id must be the id of a level of the group/],
  ])("one that is %s is refused with 300004", async (_, faulty, message) => {
    const { org, group } = await newSetting(service, streak({ cycles: 12, levels: [2, 4] }));
    expectRefused(await edit(org, group, { streaks: [faulty] }), 400, 300004, message);
  });

  it("are at most 10 in all", async () => {
    const { org, group } = await newSetting(service, streak({ cycles: 12, levels: [1, 2, 3, 4, 5, 6, 7, 8, 9] }));
    expectRefused(await edit(org, group, { streaks: [level(10), level(11)] }), 400, 300004, /must not be more than 10/);
    expect((await ok(edit(org, group, { streaks: [level(10)] }))).body.data.streaks).toHaveLength(10);
  });

  it("cannot be given to a milestone", async () => {
    const { org, group } = await newSetting(service);
    const body = { streaks: [{ name: "x", targetCountOfSequence: 1 }] };
    expectRefused(await edit(org, group, body), 400, 300004, /streaks must be absent or empty/);
  });
});

describe("what is fixed for ever", () => {
  it.each([
    ["id", unknownId],
    ["trackingType", "STREAKS"],
    ["targetEvaluationType", "ROLLING"],
    ["timeZoneName", "Europe/Vienna"],
  ])("%s with another value is refused with 300004", async (field, value) => {
    const { org, group } = await newSetting(service);
    const message = new RegExp(`${field} cannot be changed after creation`);
    expectRefused(await edit(org, group, { [field]: value }), 400, 300004, message);
  });

  it("the number of cycles that a level takes is refused with 300004", async () => {
    const { org, group } = await newSetting(service, streak({ levels: [2] }));
    const body = { streaks: [{ id: group.levelIds[0], targetCountOfSequence: 3 }] };
    const message = /streaks\[0\]\.targetCountOfSequence cannot be changed after creation; it is 2, got 3/;
    expectRefused(await edit(org, group, body), 400, 300004, message);
  });

  it("may be sent with the value it has", async () => {
    const { org, group } = await newSetting(service, streak({ levels: [2] }));
    const { body } = await read(org, group);
    const { id, trackingType, targetEvaluationType, timeZoneName, streaks } = body.data;
    const same = { id, trackingType, targetEvaluationType, timeZoneName, streaks };
    expect((await ok(edit(org, group, same))).body.data).toEqual(body.data);
  });
});

describe("refusals come in their order", () => {
  it("300004 for the shape, then 310017, then 412, then 300004 for the rules, then 310069", async () => {
    const { org, group } = await newSetting(service);
    await org.createGroup(milestone({ name: "Taken" }));
    const nowhere = { groupId: unknownId };
    const stale = ifMatch(7);
    const broken = { name: "Taken", trackingType: "STREAKS" };
    expectRefused(await edit(org, nowhere, { name: 7 }, stale), 400, 300004, /name must be a string/);
    expectRefused(await edit(org, nowhere, broken, stale), 400, 310017);
    expectRefused(await edit(org, group, broken, stale), 412, 300004);
    expectRefused(await edit(org, group, broken), 400, 300004, /trackingType cannot be changed/);
    expectRefused(await edit(org, group, { name: "Taken" }), 400, 310069);
  });
});
