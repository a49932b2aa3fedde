import { describe, expect, it } from "vitest";
import { protectedRouteNames } from "../../shared/http/routes.ts";
import { basicAuthorization } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { targetPath } from "../support/org.ts";
import { permittedRequest } from "../support/permittedRequest.ts";
import { parsed, sendRaw } from "../support/rawHttp.ts";
import { useService } from "../support/service.ts";
import { newSetting } from "../support/setting.ts";
import { during, milestone } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();
const now = during(1);

type Sent = { readonly method: string; readonly path: string; readonly body?: string | Buffer };

/** An admin of a brand with one milestone and one customer, who sends headers that the test chooses. */
async function newCaller() {
  const one = await newSetting(service);
  const { username, secret } = await newCredential(service.table, { org: one.org.org, accessGroup: "admin" });
  const send = async ({ method, path, body }: Sent, headers: Record<string, string | string[]> = {}) => {
    const all = {
      Authorization: basicAuthorization(username, secret),
      "Content-Type": "application/json",
      "x-local-now": now,
      ...headers,
    };
    const rest = body === undefined ? {} : { body };
    return parsed(await sendRaw(service.baseUrl, { method, path: `/v3${path}`, headers: all, ...rest }));
  };
  return { one, send };
}

const loneHalf = "\\ud800";
const halfOfPair =
  /^Invalid input\. The text of ".*" must be well-formed Unicode; it holds half of a surrogate pair\.$/;

function activity(fields: string): string {
  return `{"activityId":"a-1","customerId":CUSTOMER,"type":"EVENT","occurredAt":"${now}",${fields}}`;
}

describe("refuses with 300004, writing nothing, half of a surrogate pair in", () => {
  const target = { ...milestone().targets[0], filters: [{ entityType: "STORE", entityIds: ["NOTE"] }] };
  const bodies: [string, string, string, string][] = [
    ["a customer's name", "PUT", "/customers/CUSTOMER", `{"firstName":"a${loneHalf}b"}`],
    ["an externalId", "PUT", "/customers/CUSTOMER", '{"externalId":"\\udc00"}'],
    ["a field nobody knows", "PUT", "/customers/CUSTOMER", `{"note":"${loneHalf}"}`],
    ["the name of a field", "PUT", "/customers/CUSTOMER", `{"${loneHalf}":1}`],
    ["a periodName", "POST", "TARGET/enroll", `[{"customerId":CUSTOMER,"periodName":"${loneHalf}"}]`],
    ["an un-enrolment", "POST", "TARGET/unEnroll", `[{"customerId":CUSTOMER,"note":"${loneHalf}"}]`],
    [
      "the reason of an adjustment",
      "POST",
      "TARGET/adjust",
      `[{"adjustmentId":"a","customerId":CUSTOMER,"amount":1,"reason":"a${loneHalf}"}]`,
    ],
    ["an event's name", "POST", "/activities", activity(`"name":"${loneHalf}"`)],
    ["an attribute", "POST", "/activities", activity(`"attributes":{"a":["${loneHalf}"]}`)],
    ["an attribute's name", "POST", "/activities", activity(`"attributes":{"${loneHalf}":1}`)],
    ["one of many activities", "POST", "/activities", `[${activity('"amount":1')},"${loneHalf}"]`],
    ["a group's name", "POST", "/targetGroups", JSON.stringify(milestone({ name: "NAME" })).replace("NAME", loneHalf)],
    [
      "a filter",
      "POST",
      "/targetGroups",
      JSON.stringify(milestone({ targets: [target] })).replace("NOTE", `x${loneHalf}`),
    ],
    ["a key", "POST", "/oauth/token/generate", `{"key":"${loneHalf}","secret":"x"}`],
    ["a secret", "POST", "/oauth/token/generate", `{"key":"x","secret":"${loneHalf}"}`],
  ];

  it.each(bodies)("%s", async (_, method, path, body) => {
    const { one, send } = await newCaller();
    const filled = {
      method,
      path: path.replace("TARGET", targetPath(one.group)).replace("CUSTOMER", String(one.customerId)),
      body: body.replaceAll("CUSTOMER", String(one.customerId)),
    };
    expectRefused(await withoutWriting(service, () => send(filled)), 400, 300004, halfOfPair);
  });
});

describe("refuses with 300004, writing nothing, a body that is not UTF-8:", () => {
  it.each([
    ["a byte of another encoding", Buffer.from('{"firstName":"Jos\xe9"}', "latin1")],
    ["a text cut within a character", Buffer.concat([Buffer.from('{"firstName":"Jos'), Buffer.from([0xc3])])],
    ["half of a surrogate pair", Buffer.from('{"firstName":"\xed\xa0\x80"}', "latin1")],
    ["UTF-16", Buffer.from('{"firstName":"José"}', "utf16le")],
    ["the character that stands for such bytes", Buffer.from('{"firstName":"Jos\ufffd"}')],
  ])("%s", async (_, body) => {
    const { one, send } = await newCaller();
    const path = `/customers/${one.customerId}`;
    const answer = await withoutWriting(service, () => send({ method: "PUT", path, body }));
    const rule = body.includes("f\0") ? /well-formed JSON|must be UTF-8/ : /^Invalid input\. The body must be UTF-8; /;
    expectRefused(answer, 400, 300004, rule);
  });

  it.each(["/oauth/token", "/oauth/revoke"])("a form of %s, in its bytes or behind percent signs", async (path) => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    for (const body of [Buffer.from("client_id=\xe9", "latin1"), Buffer.from("client_id=%e9")]) {
      const { status, text } = await sendRaw(service.baseUrl, { method: "POST", path: `/v3${path}`, headers, body });
      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ error: "invalid_request" });
    }
  });
});

it("text of every plane, an escaped replacement character included, is stored and answered as it was sent", async () => {
  const { one, send } = await newCaller();
  const path = `/customers/${one.customerId}`;
  const names = '"firstName":"José \u{1f600} \u{10ffff} \ud83d\ude00","lastName":"\\ufffd\\ud83d\\ude00"';
  expect((await send({ method: "PUT", path, body: `{${names}}` })).status).toBe(200);
  const { data } = (await send({ method: "GET", path })).body;
  expect(data).toMatchObject({ firstName: "José \u{1f600} \u{10ffff} \u{1f600}", lastName: "\ufffd\u{1f600}" });
});

describe("refuses with 300004 a query", () => {
  it.each([
    [
      "with a parameter twice",
      "includePeriods=true&includePeriods=true",
      /"includePeriods" in the query must be sent once; got 2\.$/,
    ],
    ["with a parameter twice that says two things", "includePeriods=true&includePeriods=false", /sent once; got 2\.$/],
    ["with a parameter twice that nobody knows", "a=1&b=2&a=3", /"a" in the query must be sent once; got 2\.$/],
    ["with a value that is not UTF-8", "a=%ff", /"a" in the query must be UTF-8\.$/],
    ["with half of a surrogate pair", "a=%ed%a0%80", /"a" in the query must be UTF-8\.$/],
    ["with a name that is not UTF-8", "%ff=1", /in the query must be UTF-8\.$/],
  ])("%s", async (_, query, message) => {
    const { send } = await newCaller();
    expectRefused(await send({ method: "GET", path: `/targetGroups?${query}` }), 400, 300004, message);
  });

  it.each(protectedRouteNames)("of %s, with a parameter twice and with a value that is not UTF-8", async (name) => {
    const { one, send } = await newCaller();
    const { path, ...request } = await permittedRequest(name, one.org);
    const separator = path.includes("?") ? "&" : "?";
    for (const [query, message] of [
      ["x=1&x=2", /"x" in the query must be sent once; got 2\.$/],
      ["x=%ff", /"x" in the query must be UTF-8\.$/],
    ] as const) {
      const sent = { ...request, path: `${path}${separator}${query}`, body: request.body ?? "" };
      const answer = await withoutWriting(service, () => send(sent));
      const errors = [{ code: 300004, message: expect.stringMatching(message) }];
      expect({ status: answer.status, errors: answer.body.errors }).toEqual({ status: 400, errors });
    }
  });

  it.each(["/oauth/token", "/oauth/revoke"])("of %s, in the words of OAuth", async (path) => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    for (const query of ["a=1&a=1", "a=%ff"]) {
      const request = { method: "POST", path: `/v3${path}?${query}`, headers, body: "grant_type=client_credentials" };
      const { status, text } = await sendRaw(service.baseUrl, request);
      expect(status).toBe(400);
      expect(JSON.parse(text)).toEqual({
        error: "invalid_request",
        error_description: "A parameter in the query was sent more than once or is not UTF-8.",
      });
    }
  });

  it("with a parameter twice also where no credential is asked for", async () => {
    const { send } = await newCaller();
    const body = JSON.stringify({ key: "a", secret: "b" });
    const answer = await send({ method: "POST", path: "/oauth/token/generate?a=1&a=1", body });
    expectRefused(answer, 400, 300004, /"a" in the query must be sent once; got 2\.$/);
  });
});

it("an id in the path that is not UTF-8 is refused with 300004", async () => {
  const { send } = await newCaller();
  for (const id of ["%ff", "%ed%a0%80", "1%ff"]) {
    expectRefused(
      await send({ method: "GET", path: `/customers/${id}` }),
      400,
      300004,
      /customerId in the path must be/,
    );
  }
});

describe("an Idempotency-Key that is sent twice is refused with 300004, writing nothing,", () => {
  it.each<[string, Record<string, string | string[]>]>([
    ["with two values", { "Idempotency-Key": ["one", "two"] }],
    ["with the same value", { "Idempotency-Key": ["one", "one"] }],
  ])("%s", async (_, headers) => {
    const { one, send } = await newCaller();
    const body = JSON.stringify([{ customerId: one.customerId }]);
    const enrolling = { method: "POST", path: `${targetPath(one.group)}/enroll`, body };
    const answer = await withoutWriting(service, () => send(enrolling, headers));
    expectRefused(answer, 400, 300004, /Idempotency-Key must be 1 to 255 visible ASCII characters, sent once/);
    expectAccepted(await send(enrolling, { "Idempotency-Key": "one" }), one.customerId);
  });
});
