import fc from "fast-check";
import type { RouteName } from "../../../shared/http/routes.ts";
import type { BodyRouteName } from "../routeContracts.ts";
import { during, milestone, streak, type TargetGroupBody } from "../targetGroups.ts";
import type { FuzzBrand } from "./brand.ts";

const cycleNumbers = fc.integer({ min: 1, max: 6 });

/** Values that fields rarely hold, near the edges of what they may hold. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    " ",
    "0",
    "1e3",
    "#",
    "c1#GROUP#2",
    "__proto__",
    "\u0000",
    "\ud800",
    "é\u0301",
  ),
  fc.constantFrom<unknown>(0, -1, 0.5, 0.00001, 1e21, 5e-324, 2 ** 53, 99_999_999_999.9999, 100_000_000_000),
  fc.constantFrom<unknown>("2030-02-30T00:00:00Z", "2030-01-31", "+275760-09-13T00:00:00Z", "0000-01-01T00:00:00Z"),
  fc.constantFrom<unknown>("Europe/Nowhere", "UTC", "Africa/Casablanca", "CUSTOMER", "EVENT_ATTRIBUTE"),
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    { toString: 1 },
    Array.from({ length: 101 }, () => ({})),
  ),
  fc.integer({ min: 0, max: 2_000 }).map((length) => "ü".repeat(length)),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Literals that JSON can write and a parsed value cannot hold, and others at the edges of JSON. */
const oddLiteral = fc.constantFrom(
  "1e400",
  "1.0000000000000001",
  "9007199254740993",
  "-0",
  "1E2",
  "00",
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{}}}',
  '"\\u0000"',
  '"\\ud800"',
  nested(40),
  nested(3_000),
  nested(7_000),
  "",
);

type Change = { readonly at: number; readonly change: "replace" | "remove" | "rename"; readonly value: unknown };

const change = fc.record<Change>({
  at: fc.nat(),
  change: fc.constantFrom("replace", "replace", "remove", "rename"),
  value: oddValue,
});

/** A valid body, one that is a few changes away from a valid one, or any other text. */
export function bodyOf(name: RouteName, brand: FuzzBrand): fc.Arbitrary<string> {
  if (!takesForm(name)) return anyBody(name, brand);
  const good = fc.constant("grant_type=client_credentials&token=unknown");
  return fc.oneof({ weight: 3, arbitrary: good }, { weight: 6, arbitrary: form(brand) }, anyBody(name, brand));
}

/** Whether RFC 6749 or RFC 7009 defines the route's request. */
export function takesForm(name: RouteName): name is "issueToken" | "revokeToken" {
  return name === "issueToken" || name === "revokeToken";
}

function anyBody(name: RouteName, brand: FuzzBrand): fc.Arbitrary<string> {
  const valid = validBodyOf(name, brand);
  return fc.oneof(
    { weight: 6, arbitrary: valid.map((body) => JSON.stringify(body) ?? "") },
    { weight: 6, arbitrary: fc.tuple(valid, fc.array(change, { minLength: 1, maxLength: 3 })).map(changed) },
    {
      weight: 2,
      arbitrary: fc.tuple(valid, fc.nat(), oddLiteral).map(([body, at, literal]) => spliced(body, at, literal)),
    },
    { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
    { weight: 1, arbitrary: fc.oneof(fc.string(), fc.string({ unit: "binary" })) },
    { weight: 1, arbitrary: form(brand) },
    { weight: 1, arbitrary: bigBody },
  );
}

/** Bodies at the edges of what is read: as large as allowed, as deep as that size allows, and beyond both. */
const bigBody = fc.constantFrom(
  nested(8_000),
  nested(32_000),
  nested(128_000),
  "[".repeat(9_000),
  '{"a":'.repeat(3_000),
  `"${"x".repeat(17_000)}"`,
);

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

type BodyOf = (brand: FuzzBrand) => fc.Arbitrary<unknown>;

/** A valid body for each route that takes JSON. */
const validBodies: Record<BodyRouteName | "generateToken", BodyOf> = {
  enroll: (brand) => fc.array(enrollment(brand), { minLength: 1, maxLength: 1 }),
  unenroll: (brand) => namedCustomer(brand).map((record) => [record]),
  adjust: (brand) => adjustment(brand).map((record) => [record]),
  excuse: (brand) => excuse(brand).map((record) => [record]),
  unexcuse: (brand) => excuse(brand).map((record) => [record]),
  grantFreezes: (brand) => grant(brand).map((record) => [record]),
  recordActivities: (brand) => fc.oneof(activity(brand), fc.array(activity(brand), { minLength: 1, maxLength: 4 })),
  simulateEnrollment: (brand) => fc.array(enrollment(brand), { minLength: 1, maxLength: 1 }),
  simulateUnenrollment: (brand) => namedCustomer(brand).map((record) => [record]),
  simulateActivities: (brand) => fc.oneof(activity(brand), fc.array(activity(brand), { minLength: 1, maxLength: 4 })),
  createTargetGroup: () =>
    fc.oneof(
      cycleNumbers.map((cycles) => filtered(milestone({ cycles }))),
      fc.constant(0).map(() => streak()),
    ),
  editTargetGroup: () => fc.record({ name: fc.string({ minLength: 1 }), description: fc.option(fc.string()) }),
  editTargetPeriods: () =>
    fc.record({ id: fc.integer({ min: 1, max: 5 }), description: fc.option(fc.string()) }).map((edit) => [edit]),
  appendTargetPeriods: () => fc.uuid().map((refCode) => [{ refCode, startDate: "9999-12-30", endDate: "9999-12-30" }]),
  addTarget: () => fc.constantFrom(...milestone().targets),
  editTarget: () =>
    fc.record({ name: fc.string({ minLength: 1 }), filters: fc.option(fc.array(filter, { maxLength: 3 })) }),
  putCustomer: () =>
    fc.record({ firstName: fc.string(), lastName: fc.option(fc.string()), externalId: fc.option(fc.string()) }),
  registerCustomer: () =>
    fc.record({ externalId: fc.string({ minLength: 1 }), firstName: fc.string() }, { requiredKeys: ["externalId"] }),
  generateToken: (brand) => keyAndSecret(brand),
};

function validBodyOf(name: RouteName, brand: FuzzBrand): fc.Arbitrary<unknown> {
  return takesJson(name) ? validBodies[name](brand) : fc.constant(undefined);
}

function takesJson(name: RouteName): name is keyof typeof validBodies {
  return Object.hasOwn(validBodies, name);
}

const filter = fc.oneof(
  fc.record({
    entityType: fc.constantFrom("STORE", "ZONE", "CONCEPT", "CHANNEL", "TENDER"),
    entityIds: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 64 }), { minLength: 1, maxLength: 5 }),
    exclude: fc.boolean(),
  }),
  fc.record({ entityType: fc.constant("AMOUNT"), minimum: fc.integer({ min: 0, max: 100 }) }),
);

/** Adds what a target may have besides: filters of texts and of numbers, a sub-target, enrolment by an activity. */
function filtered(body: TargetGroupBody): TargetGroupBody {
  return {
    ...body,
    targets: body.targets.map((target) => ({
      ...target,
      enrolmentMethod: "TRANSACTION",
      filters: [{ entityType: "STORE", entityIds: [1, "x"] }],
      targetMilestoneTriggers: [{ triggerName: "half", triggerValueType: "PERCENTAGE", triggerValue: 50 }],
    })),
  };
}

const customerId = ({ customerIds }: FuzzBrand) => fc.constantFrom(...customerIds, ...customerIds.map(String));

/** A customer by either name. Most external ids are nobody's. */
const namedCustomer = (brand: FuzzBrand) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ customerId: customerId(brand) }) },
    fc.record({
      identifierName: fc.constantFrom("externalId", "id", "mobile"),
      identifierValue: fc.oneof(fc.string({ maxLength: 5 }), customerId(brand)),
    }),
  );

const enrollment = (brand: FuzzBrand) =>
  fc.record(
    {
      customerId: customerId(brand),
      periodName: fc.option(cycleNumbers.map((cycle) => `c${cycle}`)),
      initialBalance: fc.option(fc.nat(2_000)),
      resetStreakStatus: fc.option(fc.boolean()),
      registerCustomer: fc.constantFrom(false, false, false, true),
    },
    { requiredKeys: ["customerId"] },
  );

const activityIds = fc.integer({ min: 1, max: 200 }).map((number) => `a-${number}`);

const entityId = fc.constantFrom("x", "ü");

const lineItem = fc.record(
  { itemCode: entityId, category: entityId, brand: entityId, amount: fc.nat(9), quantity: fc.nat(9) },
  { requiredKeys: ["itemCode"] },
);

const adjustment = (brand: FuzzBrand) =>
  fc.record(
    {
      adjustmentId: activityIds,
      customerId: customerId(brand),
      periodName: fc.option(cycleNumbers.map((cycle) => `c${cycle}`)),
      amount: fc.integer({ min: -200_000, max: 200_000 }).map((cents) => cents / 100),
      reason: fc.string({ minLength: 1 }),
    },
    { requiredKeys: ["adjustmentId", "customerId", "amount", "reason"] },
  );

const excuse = (brand: FuzzBrand) =>
  fc.record({
    customerId: customerId(brand),
    periodName: cycleNumbers.map((cycle) => `c${cycle}`),
    reason: fc.string({ minLength: 1 }),
  });

const grant = (brand: FuzzBrand) =>
  fc.record({
    grantId: activityIds,
    customerId: customerId(brand),
    amount: fc.integer({ min: 1, max: 10 }),
    reason: fc.string({ minLength: 1 }),
  });

const activity = (brand: FuzzBrand) =>
  fc.record(
    {
      activityId: activityIds,
      customerId: customerId(brand),
      type: fc.constantFrom("TRANSACTION", "RETURN", "VISIT", "EVENT"),
      name: fc.constantFrom("visit", "review"),
      occurredAt: cycleNumbers.map((cycle) => during(cycle)),
      amount: fc.integer({ min: 0, max: 2_000_000 }).map((cents) => cents / 100),
      quantity: fc.nat(20),
      attributes: fc.dictionary(fc.string(), fc.oneof(fc.double(), fc.string()), { maxKeys: 3 }),
      originalActivityId: activityIds,
      storeId: entityId,
      channel: entityId,
      zoneIds: fc.uniqueArray(entityId, { maxLength: 2 }),
      conceptIds: fc.uniqueArray(entityId, { maxLength: 2 }),
      tenders: fc.uniqueArray(entityId, { maxLength: 2 }),
      lineItems: fc.array(lineItem, { maxLength: 3 }),
    },
    { requiredKeys: ["activityId", "customerId", "type", "occurredAt"] },
  );

const keyAndSecret = ({ credentials }: FuzzBrand) =>
  fc.constantFrom(...credentials).map(({ username, secret }) => ({ key: username, secret }));

/** The form that an OAuth route takes. Each field but the first may be absent. */
const form = ({ credentials }: FuzzBrand) =>
  fc
    .record(
      {
        grant_type: fc.constantFrom("client_credentials", "client_credentials", "password", ""),
        token: fc.oneof(fc.constant("A".repeat(43)), fc.string()),
        client_id: fc.constantFrom(...credentials.map(({ username }) => username), "nobody"),
        client_secret: fc.constantFrom(...credentials.map(({ secret }) => secret), ""),
        scope: fc.string(),
      },
      { requiredKeys: ["grant_type"] },
    )
    .map((fields) => new URLSearchParams(fields).toString());

function changed([body, changes]: [unknown, readonly Change[]]): string {
  const copy: { root: unknown } = { root: structuredClone(body) };
  for (const each of changes) changeOnce(copy, each);
  return JSON.stringify(copy.root) ?? "";
}

/** Changes one place of the tree, the root included. The number picks the place. */
function changeOnce(tree: { root: unknown }, { at, change: how, value }: Change): void {
  const places = placesIn(tree);
  const place = places[at % places.length];
  if (place === undefined) return;
  const [holder, key] = place;
  const previous: unknown = Reflect.get(holder, key);
  if (how !== "replace") Reflect.deleteProperty(holder, key);
  if (how === "replace") Reflect.set(holder, key, structuredClone(value));
  if (how === "rename") Reflect.set(holder, `${key}s`, previous);
}

function placesIn(holder: object): [object, string][] {
  return Object.entries(holder).flatMap(([key, value]: [string, unknown]): [object, string][] => {
    const inner = typeof value === "object" && value !== null ? placesIn(value) : [];
    return [[holder, key], ...inner];
  });
}

/** The body as text, with the literal in the place of one of its values. */
function spliced(body: unknown, at: number, literal: string): string {
  const text = JSON.stringify(body) ?? "";
  const values = [...text.matchAll(/(?<=[:[,])(?:"[^"]*"|-?\d+(?:\.\d+)?|true|false|null)/g)];
  const value = values[at % Math.max(1, values.length)];
  if (value === undefined) return literal;
  return text.slice(0, value.index) + literal + text.slice(value.index + value[0].length);
}
