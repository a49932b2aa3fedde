import fc from "fast-check";
import { type RouteName, routeNames, routes } from "../../../shared/http/routes.ts";
import { basicAuthorization } from "../apiClient.ts";
import type { RawRequest } from "../rawHttp.ts";
import { during } from "../targetGroups.ts";
import { bodyOf, takesForm } from "./bodies.ts";
import type { FuzzBrand } from "./brand.ts";

/** A request, with the route that it is about. A report of a failure names that route. */
export type FuzzRequest = RawRequest & { readonly about: RouteName };

/** Well-formed HTTP requests of any kind about the routes, most of them close to what the route takes. */
export function requestOf(brand: FuzzBrand, names: readonly RouteName[] = routeNames): fc.Arbitrary<FuzzRequest> {
  return fc.constantFrom(...names).chain((about) =>
    fc.record({
      about: fc.constant(about),
      method: methodOf(about),
      path: pathOf(about, brand),
      headers: headersOf(about, brand),
      body: bodyOf(about, brand),
    }),
  );
}

const methodOf = (about: RouteName) =>
  fc.oneof(
    { weight: 24, arbitrary: fc.constant(routes[about].method) },
    { weight: 1, arbitrary: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") },
  );

/** Path segments that are not ids, percent-encoded where HTTP demands it. */
const oddSegment = fc.oneof(
  fc.constantFrom(
    "0",
    "-1",
    "01",
    "1e3",
    "1.0",
    "9007199254740992",
    "99999999999999999999",
    "%00",
    "%2F",
    "%2e%2e",
    "..",
  ),
  fc.constantFrom("%", "%zz", "%C0%AF", "%ED%A0%80", "%EF%BC%91", "1%231", "%23GROUP%231", "{targetId}", "constructor"),
  fc.string({ unit: "binary", maxLength: 8 }).map(encoded),
  fc.integer().map(String),
);

function pathOf(about: RouteName, brand: FuzzBrand): fc.Arbitrary<string> {
  const { path } = routes[about];
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const named = about === "deleteTargetGroup" ? { ...brand, groups: [...brand.groups, brand.unused] } : brand;
  const values = fc.tuple(...names.map((name) => segmentOf(name, named)));
  const filled = values.map((segments) =>
    segments.reduce((text, segment) => text.replace(/\{\w+\}/, () => segment), path as string),
  );
  const mistyped = fc.tuple(filled, oddSegment).map(([text, extra]) => `${text}/${extra}`);
  const anyPath = fc.oneof({ weight: 24, arbitrary: filled }, { weight: 1, arbitrary: mistyped });
  return fc
    .tuple(fc.constantFrom("/v3", "/v3", "/v3", ""), anyPath, queryOf(about, brand))
    .map(([prefix, text, query]) => `${prefix}${text}${query}`);
}

function segmentOf(name: string, { groups, customerIds, forgottenId }: FuzzBrand): fc.Arbitrary<string> {
  const known = {
    requestId: [forgottenId],
    targetGroupId: groups.map(({ groupId }) => groupId),
    targetId: groups.map(({ targetId }) => targetId),
    targetRuleId: groups.map(({ targetId }) => targetId),
  };
  const ids = Object.entries(known).find(([key]) => key === name)?.[1] ?? customerIds;
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...ids.map(String)) }, { weight: 1, arbitrary: oddSegment });
}

function queryOf(about: RouteName, { groups, customerIds }: FuzzBrand): fc.Arbitrary<string> {
  const known = [...Object.keys(routes[about].query), "constructor", "__proto__", "unknown"];
  const value = fc.oneof(
    fc.constantFrom("true", "false", "TRUE", "", "0", "1", "25", "26", "10000", "10001", "-1", "1e1", "%"),
    fc.constantFrom(...groups.flatMap(({ targetId, cycleIds }) => [targetId, ...cycleIds]).map(String)),
    oddSegment,
  );
  const pair = fc.tuple(fc.oneof(fc.constantFrom(...known), oddSegment), value);
  const pairs = fc.array(pair, { minLength: 1, maxLength: 4 });
  const text = pairs.map((all) => `?${all.map(([name, given]) => `${name}=${given}`).join("&")}`);
  const usual =
    about === "findCustomer"
      ? customerIds.map((id) => `?externalId=${id}`)
      : about === "eraseCustomer"
        ? ["?mode=ANONYMISE"]
        : [""];
  return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: text });
}

/** Text of any characters that a header may hold. */
const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map(fromCode),
});

function headersOf(about: RouteName, brand: FuzzBrand): fc.Arbitrary<Record<string, string>> {
  const optional = fc.record(
    {
      "Content-Type": mostly(takesForm(about) ? formType : "application/json", contentType),
      "Idempotency-Key": fc.oneof(fc.uuid(), fc.constantFrom("key-1", "key-2"), headerText),
      "x-local-now": mostly(
        during(1),
        fc.oneof(fc.constantFrom(...[2, 3, 6, 13].map((cycle) => during(cycle))), headerText),
      ),
      Authorization: authorizationOf(brand),
    },
    { requiredKeys: ["Content-Type", "x-local-now", "Authorization"] },
  );
  return fc.tuple(optional, fc.dictionary(headerName, headerText, { maxKeys: 2 })).map(([own, others]) => {
    const headers = { ...others, ...own };
    return Object.fromEntries(
      Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  });
}

const formType = "application/x-www-form-urlencoded";

const contentType = fc.oneof(
  fc.constantFrom(formType, "application/json; charset=utf-16", "text/plain", ""),
  headerText,
);

/** Header names that mean nothing to HTTP itself, so the service decides what to ignore. */
const headerName = fc.constantFrom(
  "X-Forwarded-For",
  "X-HTTP-Method-Override",
  "constructor",
  "Accept",
  "Cookie",
  "X-A",
);

const oddName = fc.oneof(fc.constantFrom("%", "%zz", "a#b", "ü", ""), fc.string(), fc.string({ unit: "binary" }));

function authorizationOf({ credentials }: FuzzBrand): fc.Arbitrary<string | undefined> {
  const good = fc.constantFrom(...credentials).map(({ username, secret }) => basicAuthorization(username, secret));
  const admin = fc.constant(good).chain(() => fc.constantFrom(...credentials.slice(-1)));
  return fc.oneof(
    { weight: 12, arbitrary: good },
    { weight: 12, arbitrary: admin.map(({ username, secret }) => basicAuthorization(username, secret)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.tuple(good, fc.nat(60), headerText).map(([text, at, junk]) => text.slice(0, at) + junk),
    },
    { weight: 1, arbitrary: fc.base64String().map((text) => `Basic ${text}`) },
    { weight: 1, arbitrary: fc.tuple(oddName, oddName).map(([name, secret]) => basicAuthorization(name, secret)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("Bearer a.b.c", "Bearer ..", "Bearer e30.e30.", `Bearer ${"A".repeat(43)}`),
    },
    { weight: 1, arbitrary: headerText },
  );
}

function mostly(usual: string, odd: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });
}

/** The text as a careful client encodes it. Half of a surrogate pair has no encoding. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function fromCode(code: number): string {
  return String.fromCharCode(code);
}
