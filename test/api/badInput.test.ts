import { describe, expect, it } from "vitest";
import { type ApiResponse, basicAuthorization } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { targetPath } from "../support/org.ts";
import { parsed, sendRaw } from "../support/rawHttp.ts";
import { useService } from "../support/service.ts";
import { newSetting, once, type Setting, unknownId } from "../support/setting.ts";
import { during, streak } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

const now = during(1);
const actions = ["enroll", "unEnroll"] as const;
type Action = (typeof actions)[number];

/** Sends a body exactly as written, as the till, in the first cycle. */
function send({ org, group }: Setting, action: Action, body: string): Promise<ApiResponse> {
  return org.till.send("POST", `${targetPath(group)}/${action}`, body, { now });
}

/** An array of one record. The fields are JSON text such as `"customerId": 1e400`. */
const record = (fields: string) => `[{${fields}}]`;

/**
 * The setting of an action. For un-enrolling the customer is enrolled, so that a body taken by mistake would change
 * something.
 */
async function settingFor(action: Action, body?: Parameters<typeof newSetting>[1]): Promise<Setting> {
  const one = await newSetting(service, body);
  if (action === "unEnroll")
    expectAccepted(await send(one, "enroll", record(`"customerId":${one.customerId}`)), one.customerId);
  return one;
}

/** Settings that are never written to. Requests that are refused share them, and each proves that it wrote nothing. */
const untouched = {
  enroll: once(() => settingFor("enroll")),
  unEnroll: once(() => settingFor("unEnroll")),
  streak: once(() => newSetting(service, streak())),
};
const emptyOrg = once(service.newOrg);

async function expectRefusedUnwritten(one: Setting, action: Action, body: string, code: number, ...messages: RegExp[]) {
  expectRefused(await withoutWriting(service, () => send(one, action, body)), 400, code, ...messages);
}

async function isEnrolled({ org, group, customerId }: Setting): Promise<boolean> {
  return (await org.readState(group, customerId, { now })) !== undefined;
}

const tooDeep = /^Invalid input\. The body must not nest lists and objects more than 100 deep\.$/;

describe.each(actions)("%s refuses with 300004, writing nothing,", (action) => {
  const malformed = /^Invalid input\. The body must be well-formed JSON\.$/;

  it.each([
    ["no body", ""],
    ["blanks", "  \n"],
    ["a record cut off", '[{"customerId":'],
    ["two values", '[{"customerId":1}] []'],
    ["a trailing comma", '[{"customerId":1,}]'],
    ["single quotes", "[{'customerId':1}]"],
    ["a bare word", "customerId"],
    ["NaN", '[{"customerId":NaN}]'],
    ["a byte order mark", '\ufeff[{"customerId":1}]'],
    ["a number with a leading zero", '[{"customerId":01}]'],
    ["a hexadecimal number", '[{"customerId":0x1F}]'],
    ["a form", "customerId=1"],
  ])("%s", async (_, body) => {
    await expectRefusedUnwritten(await untouched[action](), action, body, 300004, malformed);
  });

  it.each([
    ["an empty array", "[]", /The body must hold exactly one record; got 0\.$/],
    ["two records", '[{"customerId":1},{"customerId":1}]', /The body must hold exactly one record; got 2\.$/],
    ["a thousand records", `[${'{"a":1},'.repeat(999)}{}]`, /The body must hold exactly one record; got 1000\.$/],
    ["an array in an array", '[[{"customerId":1}]]', /The record must be an object; got an array of 1\.$/],
    ["null in an array", "[null]", /The record must be an object; got null\.$/],
    ["null", "null", /The record must be an object; got null\.$/],
    ["a string", '"345651201"', /The record must be an object; got "345651201"\.$/],
    ["a number", "345651201", /The record must be an object; got 345651201\.$/],
    ["a number in an array", "[345651201]", /The record must be an object; got 345651201\.$/],
    ["true", "true", /The record must be an object; got true\.$/],
    ["an empty record", "{}", /customerId is required, or identifierName with identifierValue in its place\.$/],
    [
      "an empty record in an array",
      "[{}]",
      /customerId is required, or identifierName with identifierValue in its place\.$/,
    ],
    [
      "a record whose customerId is in another case",
      '[{"customerid":1}]',
      /customerId is required, or identifierName with identifierValue in its place\.$/,
    ],
  ])("%s", async (_, body, message) => {
    await expectRefusedUnwritten(await untouched[action](), action, body, 300004, message);
  });

  it.each([
    ["well-formed nesting of 16 kB", `${"[".repeat(8_000)}${"]".repeat(8_000)}`],
    ["16 kB of opening brackets", "[".repeat(16_000)],
  ])("%s", async (_, body) => {
    await expectRefusedUnwritten(await untouched[action](), action, body, 300004, tooDeep);
  });
});

describe.each(actions)("%s takes", (action) => {
  it.each<[string, (id: number) => string]>([
    ["one record in an array", (id) => `[{"customerId":${id}}]`],
    ["a bare record", (id) => `{"customerId":${id}}`],
    ["a string of digits", (id) => `[{"customerId":"${id}"}]`],
    ["blanks around everything", (id) => ` \n[ { "customerId" : ${id} } ]\t `],
    ["an integer written with a fraction of zero", (id) => `[{"customerId":${id}.0}]`],
    ["the field's last mention", (id) => `[{"customerId":0,"customerId":${id}}]`],
  ])("%s, and answers the id as an integer", async (_, body) => {
    const one = await settingFor(action);
    expectAccepted(await send(one, action, body(one.customerId)), one.customerId);
    expect(await isEnrolled(one)).toBe(action === "enroll");
  });
});

describe.each(actions)("%s refuses with 310011, writing nothing, the customerId", (action) => {
  it.each([
    ["null", /got null\.$/],
    ["0", /got 0\.$/],
    ["-1", /got -1\.$/],
    ["1.5", /got 1\.5\.$/],
    ["9007199254740992", /got 9007199254740992\.$/],
    ['"abc"', /got "abc"\.$/],
    ['"01"', /got "01"\.$/],
    ['"0"', /got "0"\.$/],
    ['"-1"', /got "-1"\.$/],
    ['"+1"', /got "\+1"\.$/],
    ['"1.0"', /got "1\.0"\.$/],
    ['"1e3"', /got "1e3"\.$/],
    ['" 1"', /got " 1"\.$/],
    ['"٣"', /got "٣"\.$/],
    ['"9007199254740992"', /got "9007199254740992"\.$/],
    ['"1#ENROLLMENT"', /got "1#ENROLLMENT"\.$/],
    ['""', /got ""\.$/],
    ["true", /got true\.$/],
    ["{}", /got an object\.$/],
    ["[1]", /got an array of 1\.$/],
  ])("%s", async (customerId, given) => {
    const body = record(`"customerId":${customerId}`);
    const one = await untouched[action]();
    await expectRefusedUnwritten(
      one,
      action,
      body,
      310011,
      /^Invalid userId\. customerId must be an integer from 1 to 9007199254740991/,
    );
    expectRefused(await send(one, action, body), 400, 310011, given);
  });

  it.each(["1e400", "-1e400", "1.0000000000000001", "9007199254740993", "1e-400"])(
    "%s, and says so",
    async (customerId) => {
      const one = await untouched[action]();
      const body = record(`"customerId":${customerId}`);
      await expectRefusedUnwritten(
        one,
        action,
        body,
        310011,
        /^Invalid userId\. customerId must be .*; got a number that cannot be held exactly\.$/,
      );
    },
  );
});

describe("enroll refuses with 300004, writing nothing,", () => {
  it.each([
    ["initialBalance -1", '"initialBalance":-1', /^Invalid input\. initialBalance must be >= 0; got -1\.$/],
    [
      "initialBalance 1.5",
      '"initialBalance":1.5',
      /^Invalid input\. initialBalance must be an integer or null; got 1\.5\.$/,
    ],
    [
      "initialBalance 0.5",
      '"initialBalance":0.5',
      /^Invalid input\. initialBalance must be an integer or null; got 0\.5\.$/,
    ],
    [
      'initialBalance "5"',
      '"initialBalance":"5"',
      /^Invalid input\. initialBalance must be an integer or null; got "5"\.$/,
    ],
    [
      "initialBalance 1e400",
      '"initialBalance":1e400',
      /^Invalid input\. initialBalance must be an integer or null; got a number/,
    ],
    [
      "initialBalance 1e-400",
      '"initialBalance":1e-400',
      /^Invalid input\. initialBalance must be an integer or null; got a number/,
    ],
    [
      "initialBalance 2^53",
      '"initialBalance":9007199254740992',
      /^Invalid input\. initialBalance must be <= 9007199254740991; got/,
    ],
    [
      "initialBalance 2^53 + 1",
      '"initialBalance":9007199254740993',
      /^Invalid input\. initialBalance must be an integer or null; got a/,
    ],
    [
      "initialBalance 5.0000000000000001",
      '"initialBalance":5.0000000000000001',
      /^Invalid input\. initialBalance must be an integer/,
    ],
    [
      "initialBalance true",
      '"initialBalance":true',
      /^Invalid input\. initialBalance must be an integer or null; got true\.$/,
    ],
    [
      "initialBalance []",
      '"initialBalance":[]',
      /^Invalid input\. initialBalance must be an integer or null; got an array of 0\.$/,
    ],
    [
      "initialBalance {}",
      '"initialBalance":{}',
      /^Invalid input\. initialBalance must be an integer or null; got an object\.$/,
    ],
    ["periodName 1", '"periodName":1', /^Invalid input\. periodName must be a string or null; got 1\.$/],
    ["periodName {}", '"periodName":{}', /^Invalid input\. periodName must be a string or null; got an object\.$/],
    [
      "periodName [c1]",
      '"periodName":["c1"]',
      /^Invalid input\. periodName must be a string or null; got an array of 1\.$/,
    ],
    ["periodName false", '"periodName":false', /^Invalid input\. periodName must be a string or null; got false\.$/],
    [
      'resetStreakStatus "yes"',
      '"resetStreakStatus":"yes"',
      /^Invalid input\. resetStreakStatus must be a boolean.*; got "yes"\.$/,
    ],
    [
      'resetStreakStatus "true"',
      '"resetStreakStatus":"true"',
      /^Invalid input\. resetStreakStatus must be a boolean.*; got "true"\.$/,
    ],
    [
      "resetStreakStatus 1",
      '"resetStreakStatus":1',
      /^Invalid input\. resetStreakStatus must be a boolean.*; got 1\.$/,
    ],
  ])("%s", async (_, field, message) => {
    const one = await untouched.enroll();
    await expectRefusedUnwritten(one, "enroll", record(`"customerId":${one.customerId},${field}`), 300004, message);
  });

  it.each(['"resetStreakStatus":"yes"', '"resetStreakStatus":0'])("%s for a streak too", async (field) => {
    const one = await untouched.streak();
    const body = record(`"customerId":${one.customerId},${field}`);
    await expectRefusedUnwritten(one, "enroll", body, 300004, /^Invalid input\. resetStreakStatus must be a boolean/);
  });

  it("every fault of a record at once", async () => {
    const body = record('"periodName":7,"initialBalance":"5","resetStreakStatus":"yes"');
    await expectRefusedUnwritten(
      await untouched.enroll(),
      "enroll",
      body,
      300004,
      /^Invalid input\. customerId is required, or identifierName with identifierValue in its place\.$/,
      /^Invalid input\. periodName must be a string or null; got 7\.$/,
      /^Invalid input\. initialBalance must be an integer or null; got "5"\.$/,
      /^Invalid input\. resetStreakStatus must be a boolean/,
    );
  });

  it("faults of path, header and record at once", async () => {
    const { org, customerId } = await untouched.enroll();
    const options = { now, headers: { "Idempotency-Key": "a b" } };
    const body = [{ customerId, initialBalance: -1, resetStreakStatus: "yes" }];
    const call = () => org.till.post("/targetGroups/abc/targets/1.0/enroll", body, options);
    expectRefused(
      await withoutWriting(service, call),
      400,
      300004,
      /^Invalid input\. targetGroupId in the path must be an integer from 1 to 9007199254740991; got "abc"\.$/,
      /^Invalid input\. targetId in the path must be an integer from 1 to 9007199254740991; got "1\.0"\.$/,
      /^Invalid input\. The header Idempotency-Key must be/,
      /^Invalid input\. initialBalance must be >= 0; got -1\.$/,
      /^Invalid input\. resetStreakStatus must be a boolean/,
    );
  });

  it("a fault of the path and one of the number of records at once", async () => {
    const { org } = await untouched.enroll();
    const call = () => org.till.post("/targetGroups/0/targets/1/enroll", [], { now });
    expectRefused(
      await withoutWriting(service, call),
      400,
      300004,
      /targetGroupId in the path .* got "0"\.$/,
      /one record; got 0\.$/,
    );
  });
});

describe("unenroll refuses with 300004, writing nothing,", () => {
  it("faults of path and record at once", async () => {
    const { org } = await untouched.enroll();
    const call = () => org.till.post("/targetGroups/abc/targets/-1/unEnroll", [{}], { now });
    expectRefused(
      await withoutWriting(service, call),
      400,
      300004,
      /targetGroupId in the path .* got "abc"\.$/,
      /targetId in the path .* got "-1"\.$/,
      /^Invalid input\. customerId is required, or identifierName with identifierValue in its place\.$/,
    );
  });
});

describe("enroll takes, without a warning,", () => {
  it.each([
    ["initialBalance null", '"initialBalance":null'],
    ["initialBalance 0", '"initialBalance":0'],
    ["initialBalance -0", '"initialBalance":-0'],
    ["initialBalance 1e2", '"initialBalance":1e2'],
    ["initialBalance 5.0", '"initialBalance":5.0'],
    ["initialBalance 2^53 - 1", '"initialBalance":9007199254740991'],
    ["periodName null", '"periodName":null'],
    ["resetStreakStatus null", '"resetStreakStatus":null'],
    ["resetStreakStatus false", '"resetStreakStatus":false'],
  ])("%s", async (_, field) => {
    const one = await newSetting(service);
    expectAccepted(await send(one, "enroll", record(`"customerId":${one.customerId},${field}`)), one.customerId);
  });
});

const ignored = (field: string) => new RegExp(`^"${field}" was ignored: it is not a field of this request\\.$`);

describe.each(actions)("%s ignores with a warning that names it", (action) => {
  it.each([
    ["a mistyped field", '"intialBalance":5', "intialBalance"],
    ["a field in another case", '"CustomerId":5', "CustomerId"],
    ["__proto__", '"__proto__":{"initialBalance":5,"isAdmin":true}', "__proto__"],
    ["constructor", '"constructor":{"prototype":{"initialBalance":5}}', "constructor"],
    ["prototype", '"prototype":{}', "prototype"],
    ["toString", '"toString":1', "toString"],
    ["hasOwnProperty", '"hasOwnProperty":null', "hasOwnProperty"],
    ["an unknown field that is null", '"note":null', "note"],
    ["an unknown field with any number", '"note":1e400', "note"],
    ["the empty name", '"":1', ""],
  ])("%s", async (_, field, name) => {
    const one = await settingFor(action);
    const response = await send(one, action, record(`"customerId":${one.customerId},${field}`));
    expectAccepted(response, one.customerId, [ignored(name)]);
    expect(await isEnrolled(one)).toBe(action === "enroll");
  });

  it("each of several unknown fields", async () => {
    const one = await settingFor(action);
    const response = await send(one, action, record(`"a":1,"customerId":${one.customerId},"b":2`));
    expectAccepted(response, one.customerId, [ignored("a"), ignored("b")]);
  });

  it("a very long name, cut short", async () => {
    const one = await settingFor(action);
    const response = await send(one, action, record(`"customerId":${one.customerId},"${"x".repeat(10_000)}":1`));
    expectAccepted(response, one.customerId, [/^"x{60}…" was ignored/]);
  });

  it("a parameter in the query", async () => {
    const { org, group, customerId } = await settingFor(action);
    const response = await org.till.post(`${targetPath(group)}/${action}?dryRun=true`, [{ customerId }], { now });
    expectAccepted(response, customerId, [/^"dryRun" in the query was ignored: it is not known here\.$/]);
  });

  it("an unknown field nested as deep as a body may be, and refuses it with 300004 when it is deeper", async () => {
    const one = await settingFor(action);
    const nested = (depth: number) =>
      record(`"customerId":${one.customerId},"note":${"[".repeat(depth)}${"]".repeat(depth)}`);
    // The record and its list are two levels.
    expectRefused(await send(one, action, nested(99)), 400, 300004, tooDeep);
    expectRefused(await send(one, action, nested(8_000)), 400, 300004, tooDeep);
    expectAccepted(await send(one, action, nested(98)), one.customerId, [ignored("note")]);
  });
});

describe("a __proto__ key", () => {
  it("gives the record no field it did not send: customerId is still required (300004)", async () => {
    const one = await newSetting(service);
    const body = record(`"__proto__":{"customerId":${one.customerId}}`);
    await expectRefusedUnwritten(
      one,
      "enroll",
      body,
      300004,
      /^Invalid input\. customerId is required, or identifierName with identifierValue in its place\.$/,
    );
  });

  it("of one request changes nothing for the next", async () => {
    const one = await newSetting(service);
    const spoiled = record(
      `"customerId":${one.customerId},"__proto__":{"initialBalance":-1},"constructor":{"prototype":{"x":1}}`,
    );
    expectAccepted(await send(one, "enroll", spoiled), one.customerId, [/__proto__/, /constructor/]);
    const other = { ...one, customerId: await one.org.newCustomer() };
    expectAccepted(await send(other, "enroll", record(`"customerId":${other.customerId}`)), other.customerId);
  });
});

const decoded = (text: string) => (text === "%zz" ? text : decodeURIComponent(text));

const notAnId = (parameter: string, text: string) => {
  const given = JSON.stringify(decoded(text)).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(
    `^Invalid input\\. ${parameter} in the path must be an integer from 1 to 9007199254740991; got ${given}\\.$`,
  );
};

describe("an id in a path", () => {
  const faulty = [
    "abc",
    "0",
    "-1",
    "1.0",
    "01",
    "1e3",
    "9007199254740992",
    "+1",
    "%20",
    "1%20",
    "%31%2E0",
    "1%2F2",
    "%zz",
    "1%23",
    "%00",
    "null",
  ];

  it.each(faulty)("is refused with 300004 by every read when it is %s", async (id) => {
    const { reader } = await emptyOrg();
    const call = async () => {
      expectRefused(await reader.get(`/targetGroups/${id}`), 400, 300004, notAnId("targetGroupId", id));
      expectRefused(await reader.get(`/customers/${id}`), 400, 300004, notAnId("customerId", id));
      expectRefused(await reader.get(`/users/${id}/targetGroups`), 400, 300004, notAnId("userId", id));
    };
    await withoutWriting(service, call);
  });

  it.each(faulty)("is refused with 300004 by every write, which writes nothing, when it is %s", async (id) => {
    const { org, group, customerId } = await untouched.enroll();
    const { groupId, targetId } = group;
    const call = async () => {
      for (const action of actions) {
        const badGroup = await org.till.post(`/targetGroups/${id}/targets/${targetId}/${action}`, [{ customerId }], {
          now,
        });
        expectRefused(badGroup, 400, 300004, notAnId("targetGroupId", id));
        const badTarget = await org.till.post(`/targetGroups/${groupId}/targets/${id}/${action}`, [{ customerId }], {
          now,
        });
        expectRefused(badTarget, 400, 300004, notAnId("targetId", id));
      }
      expectRefused(await org.admin.put(`/customers/${id}`, {}), 400, 300004, notAnId("customerId", id));
    };
    await withoutWriting(service, call);
  });

  it("may be percent-encoded, as API Gateway decodes it", async () => {
    const { org } = await newSetting(service);
    expect((await org.admin.put("/customers/%37", {})).body.data.customerId).toBe(7);
    expect((await org.reader.get("/customers/7")).body.data.customerId).toBe(7);
  });

  it("may be the largest safe integer", async () => {
    const { org } = await newSetting(service);
    const path = `/customers/${Number.MAX_SAFE_INTEGER}`;
    expect((await org.admin.put(path, {})).body.data.customerId).toBe(Number.MAX_SAFE_INTEGER);
    expect((await org.reader.get(path)).body.data.customerId).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each(["/targetGroups//targets/1/enroll", "/targetGroups/1/targets//enroll"])(
    "that is empty is no route: POST %s is 404",
    async (path) => {
      const { till } = await emptyOrg();
      expectRefused(await till.post(path, [{ customerId: 1 }]), 404, 404, /^No such route\./);
    },
  );
});

const notBoolean = (name: string, given: string) =>
  new RegExp(`^Invalid input\\. ${name} in the query must be true or false; got "${given}"\\.$`);
const booleans = ["", "yes", "1", "0", "TRUE", "True", "null", " true"];

const integers = (name: string, minimum: number, maximum: number) => ({ name, minimum, maximum });

describe("the query of a read", () => {
  it.each(booleans)("is refused with 300004 when a boolean is %j", async (text) => {
    const { org, group, customerId } = await untouched.enroll();
    const given = encodeURIComponent(text);
    const one = await org.reader.get(`/targetGroups/${group.groupId}?includePeriods=${given}`);
    expectRefused(one, 400, 300004, notBoolean("includePeriods", text));
    const list = await org.reader.get(`/targetGroups?includePeriods=${given}`);
    expectRefused(list, 400, 300004, notBoolean("includePeriods", text));
    const state = await org.reader.get(
      `/users/${customerId}/targetGroups?includeInactive=${given}&includeInactiveTargets=${given}`,
    );
    expectRefused(state, 400, 300004, notBoolean("includeInactive", text), notBoolean("includeInactiveTargets", text));
  });

  describe.each([integers("limit", 1, 25), integers("offset", 0, 10_000)])("$name", ({ name, minimum, maximum }) => {
    it.each([minimum - 1, maximum + 1, "", "abc", "1.0", "01", "1e1", "+1", " 1", 2 ** 53])(
      "%j is refused with 300004",
      async (given) => {
        const { reader } = await emptyOrg();
        const response = await reader.get(`/targetGroups?${name}=${encodeURIComponent(String(given))}`);
        expectRefused(
          response,
          400,
          300004,
          new RegExp(`${name} in the query must be an integer from ${minimum} to ${maximum}; got "`),
        );
      },
    );

    it.each([minimum, maximum])("%d is taken", async (given) => {
      const { reader } = await emptyOrg();
      const { status, body } = await reader.get(`/targetGroups?${name}=${given}`);
      expect({ status, body }).toEqual({ status: 200, body: { data: [], errors: null, warnings: null } });
    });
  });

  it.each(["", "abc", "0", "-1", "1.0", "9007199254740992"])(
    "is refused with 300004 when targetRuleId is %j",
    async (given) => {
      const { org, customerId } = await untouched.enroll();
      const response = await org.reader.get(`/users/${customerId}/targetGroups?targetRuleId=${given}`);
      expectRefused(
        response,
        400,
        300004,
        /^Invalid input\. targetRuleId in the query must be an integer from 1 to 9007199254740991; got "/,
      );
    },
  );

  it("is refused for all its faults and the path's at once", async () => {
    const { reader } = await emptyOrg();
    const response = await reader.get("/users/abc/targetGroups?includeInactive=1&targetRuleId=0");
    const messages = [/userId in the path/, /includeInactive in the query/, /targetRuleId in the query/];
    expectRefused(response, 400, 300004, ...messages);
  });

  it.each(["includeperiods", "constructor", "__proto__", "toString", "hasOwnProperty"])(
    "answers 200 with a warning when it holds the unknown name %s",
    async (name) => {
      const { reader } = await emptyOrg();
      const { status, body } = await reader.get(`/targetGroups?${name}=false`);
      const warnings = [{ message: `"${name}" in the query was ignored: it is not known here.` }];
      expect({ status, body }).toEqual({ status: 200, body: { data: [], errors: null, warnings } });
    },
  );

  it("that is refused does not depend on whether the customer exists", async () => {
    const { reader } = await emptyOrg();
    const response = await reader.get(`/users/${unknownId}/targetGroups?includeInactive=maybe`);
    expectRefused(response, 400, 300004, notBoolean("includeInactive", "maybe"));
  });
});

describe("a header named like a property of every object", () => {
  it.each(["constructor", "__proto__", "toString"])("%s is harmless: the request is answered 200", async (name) => {
    const org = await service.newOrg();
    const { username, secret } = await newCredential(service.table, { org: org.org });
    const headers = { Authorization: basicAuthorization(username, secret), [name]: "x" };
    const response = parsed(await sendRaw(service.baseUrl, { method: "GET", path: "/v3/targetGroups", headers }));
    expect(response).toMatchObject({ status: 200, body: { data: [], errors: null, warnings: null } });
  });
});

describe("a customer's profile", () => {
  it.each([
    ["no body", "", [/well-formed JSON/]],
    ["an array", "[]", [/^Invalid input\. The record must be an object; got an array of 0\.$/]],
    ["a string", '"Ada"', [/^Invalid input\. The record must be an object; got "Ada"\.$/]],
    ["null", "null", [/^Invalid input\. The record must be an object; got null\.$/]],
    ["a number for a name", '{"firstName":5}', [/^Invalid input\. firstName must be a string or null; got 5\.$/]],
    [
      "an object for a name",
      '{"lastName":{}}',
      [/^Invalid input\. lastName must be a string or null; got an object\.$/],
    ],
    [
      "a name of 201 characters",
      `{"externalId":"${"x".repeat(201)}"}`,
      [/^Invalid input\. externalId must not have more than 200/],
    ],
    [
      "three faults, all named,",
      '{"firstName":1,"lastName":[],"externalId":false}',
      [/firstName must be/, /lastName must be/, /externalId must be/],
    ],
  ])("of %s is refused with 300004 and nobody is registered", async (_, body, messages) => {
    const { admin } = await emptyOrg();
    const call = () => admin.send("PUT", "/customers/7", body);
    expectRefused(await withoutWriting(service, call), 400, 300004, ...messages);
    expectRefused(await admin.get("/customers/7"), 400, 310011, /is not registered/);
  });

  it("may hold 200 characters of four bytes each, and unknown fields earn a warning", async () => {
    const { admin } = await service.newOrg();
    const firstName = "\u{1F600}".repeat(200);
    const { status, body } = await admin.send(
      "PUT",
      "/customers/7",
      `{"firstName":"${firstName}","__proto__":{"lastName":"x"},"fristName":"y"}`,
    );
    expect({ status, errors: body.errors }).toEqual({ status: 200, errors: null });
    expect(body.data).toMatchObject({ customerId: 7, firstName, lastName: null });
    expect(body.warnings).toEqual([
      { message: expect.stringMatching(ignored("__proto__")) },
      { message: expect.stringMatching(ignored("fristName")) },
    ]);
  });
});
