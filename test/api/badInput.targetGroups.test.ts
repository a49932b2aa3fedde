import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/envelopes.ts";
import { useService } from "../support/service.ts";
import { once } from "../support/setting.ts";
import { firstInstantOf, milestone, streak, type TargetGroupBody } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

const [period = {}] = milestone().periods;
const [target = {}] = milestone().targets;
const periods = (...changes: readonly Record<string, unknown>[]) => ({
  periods: milestone({ cycles: changes.length }).periods.map((one, index) => ({ ...one, ...changes[index] })),
});
const targets = (...changes: readonly Record<string, unknown>[]) => ({
  targets: changes.map((change) => ({ ...target, ...change })),
});
const values = (...numbers: readonly unknown[]) =>
  targets({ defaultValues: numbers.map((defaultValue) => ({ defaultValue })) });
const levels = (...counts: readonly unknown[]) => ({
  streaks: counts.map((targetCountOfSequence, index) => ({ name: `l${index + 1}`, targetCountOfSequence })),
});
const without = (field: string) => ({ [field]: undefined });
const dates = (startDate: unknown, endDate: unknown) => periods({ startDate, endDate });
const characters = (count: number) => "é".repeat(count);

/** A brand without a group, which requests that are refused share. */
const emptyOrg = once(service.newOrg);

/** Expects one error for each message, nothing written, and no group afterwards. */
async function expectRefusedWhole(body: unknown, ...messages: readonly RegExp[]): Promise<void> {
  const org = await emptyOrg();
  expectRefused(await withoutWriting(service, () => org.admin.post("/targetGroups", body)), 400, 300004, ...messages);
  expect((await org.reader.get("/targetGroups")).body.data).toEqual([]);
}

async function expectCreated(body: TargetGroupBody): Promise<void> {
  const org = await service.newOrg();
  const response = await org.admin.post("/targetGroups", body);
  expect({ status: response.status, errors: response.body.errors, warnings: response.body.warnings }).toEqual({
    status: 201,
    errors: null,
    warnings: null,
  });
  const stored = await org.reader.get(`/targetGroups/${response.body.data.id}`);
  expect(stored.body.data).toEqual(response.body.data);
}

type Case = readonly [title: string, changes: Record<string, unknown>, message: RegExp];

describe("createTargetGroup refuses with 300004, writing nothing, a body that", () => {
  it.each([
    ["is an array", [milestone()], /^Invalid input\. The record must be an object; got an array of 1\.$/],
    ["is null", null, /^Invalid input\. The record must be an object; got null\.$/],
    ["is a string", "milestone", /^Invalid input\. The record must be an object; got "milestone"\.$/],
    ["is a number", 5, /^Invalid input\. The record must be an object; got 5\.$/],
  ])("%s", (_, body, message) => expectRefusedWhole(body, message));

  it("has an empty name", () =>
    expectRefusedWhole(milestone({ name: "" }), /^Invalid input\. name must hold more than blanks; got ""\.$/));

  it("is empty: every required field is named at once", () =>
    expectRefusedWhole(
      {},
      ...["name", "trackingType", "targetEvaluationType", "targets", "periods"].map(
        (field) => new RegExp(`^Invalid input\\. ${field} is required[.,]`),
      ),
    ));

  it.each<Case>([
    ["has no name", without("name"), /^Invalid input\. name is required\.$/],
    ["has a name of blanks", { name: " \t " }, /^Invalid input\. name must hold more than blanks; got /],
    ["has null for a name", { name: null }, /^Invalid input\. name must be a string; got null\.$/],
    [
      "has a name of 201 characters",
      { name: characters(201) },
      /^Invalid input\. name must not have more than 200 characters; got /,
    ],
    [
      "has a description of 256 characters",
      { description: characters(256) },
      /^Invalid input\. description must not have more than 255/,
    ],
    [
      "has a number for a description",
      { description: 5 },
      /^Invalid input\. description must be a string or null; got 5\.$/,
    ],
    ['has "yes" for active', { active: "yes" }, /^Invalid input\. active must be a boolean; got "yes"\.$/],
    ["has no trackingType", without("trackingType"), /^Invalid input\. trackingType is required\.$/],
    [
      "has an unknown trackingType",
      { trackingType: "default" },
      /^Invalid input\. trackingType must be one of DEFAULT, STREAKS, NON_CONTINUOUS_STREAKS; got "default"\.$/,
    ],
    [
      "has no targetEvaluationType",
      without("targetEvaluationType"),
      /^Invalid input\. targetEvaluationType is required\.$/,
    ],
    [
      "has another targetEvaluationType",
      { targetEvaluationType: "CYCLIC_WINDOW" },
      /^Invalid input\. targetEvaluationType must be one of FIXED_CALENDAR_WINDOW; got "CYCLIC_WINDOW"\.$/,
    ],
    [
      "has an unknown time zone",
      { timeZoneName: "Europe/Atlantis" },
      /^Invalid input\. timeZoneName must be .*; got "Europe\/Atlantis"\.$/,
    ],
    ["has an empty time zone", { timeZoneName: "" }, /^Invalid input\. timeZoneName must not have fewer than 1/],
    [
      "has an offset for a time zone",
      { timeZoneName: "+02:00" },
      /^Invalid input\. timeZoneName must be .*; got "\+02:00"\.$/,
    ],
    [
      "has an instant for a time zone",
      { timeZoneName: "2030-01-01T00:00Z" },
      /^Invalid input\. timeZoneName must be .*; got "2030-01-01T00:00Z"\.$/,
    ],
    [
      "has an annotated date for a time zone",
      { timeZoneName: "2030-01-01T00:00[Europe/Berlin]" },
      /^Invalid input\. timeZoneName must be .*; got "2030-01-01T00:00\[Europe\/Berlin\]"\.$/,
    ],
  ])("%s", (_, changes, message) => expectRefusedWhole(milestone(changes), message));
});

describe("createTargetGroup refuses with 300004, writing nothing, cycles that", () => {
  it.each<Case>([
    ["are none", { periods: [] }, /^Invalid input\. periods must not have fewer than 1 items; got an array of 0\.$/],
    ["are missing", without("periods"), /^Invalid input\. periods is required, or frequencyType, /],
    ["are an object", { periods: { 0: period } }, /^Invalid input\. periods must be an array; got an object\.$/],
    ["hold null", { periods: [null] }, /^Invalid input\. periods\[0\] must be an object; got null\.$/],
    [
      "are 101",
      { periods: milestone({ cycles: 101 }).periods },
      /^Invalid input\. periods must not have more than 100 items; got an array of 101\.$/,
    ],
    ["have no refCode", periods(without("refCode")), /^Invalid input\. periods\[0\]\.refCode is required\.$/],
    [
      "have a number for a refCode",
      periods({ refCode: 1 }),
      /^Invalid input\. periods\[0\]\.refCode must be a string; got 1\.$/,
    ],
    [
      "have an empty refCode",
      periods({ refCode: "" }),
      /^Invalid input\. periods\[0\]\.refCode must not have fewer than 1/,
    ],
    [
      "share a refCode",
      periods({ refCode: "Q1" }, {}, { refCode: "Q1" }),
      /^Invalid input\. periods\[2\]\.refCode must be unique in the group; "Q1" is there already\.$/,
    ],
    ["have no startDate", periods(without("startDate")), /^Invalid input\. periods\[0\]\.startDate is required\.$/],
    ["have no endDate", periods(without("endDate")), /^Invalid input\. periods\[0\]\.endDate is required\.$/],
    [
      "have a number for a date",
      periods({ startDate: 1_893_456_000_000 }),
      /^Invalid input\. periods\[0\]\.startDate must be a string; got 1893456000000\.$/,
    ],
    [
      "start on 30 February",
      dates("2030-02-30", "2030-03-31"),
      /^Invalid input\. periods\[0\]\.startDate must be a date .*; got "2030-02-30"\.$/,
    ],
    [
      "end on 29 February of a common year",
      dates("2030-02-01", "2030-02-29"),
      /^Invalid input\. periods\[0\]\.endDate must be a date .*; got "2030-02-29"\.$/,
    ],
    [
      "start in month 13",
      dates("2030-13-01", "2031-01-31"),
      /^Invalid input\. periods\[0\]\.startDate must be a date .*; got "2030-13-01"\.$/,
    ],
    [
      "start on day 0",
      dates("2030-01-00", "2030-01-31"),
      /^Invalid input\. periods\[0\]\.startDate must be a date .*; got "2030-01-00"\.$/,
    ],
    [
      "start at an instant without an offset",
      dates("2030-01-01T00:00:00", "2030-01-31"),
      /periods\[0\]\.startDate must be a date .*got "2030-01-01T00:00:00"\.$/,
    ],
    [
      "start at hour 25",
      dates("2030-01-01T25:00:00Z", "2030-01-31"),
      /periods\[0\]\.startDate must be a date .*got "2030-01-01T25:00:00Z"\.$/,
    ],
    [
      "start on a date of another notation",
      dates("01/02/2030", "2030-03-31"),
      /periods\[0\]\.startDate must be a date .*got "01\/02\/2030"\.$/,
    ],
    [
      "start at words",
      dates("next monday", "2030-03-31"),
      /periods\[0\]\.startDate must be a date .*got "next monday"\.$/,
    ],
    [
      "end on the day before they start",
      dates("2030-01-02", "2030-01-01"),
      /^Invalid input\. periods\[0\]\.endDate must be after its startDate; got 2030-01-02 to 2030-01-01\.$/,
    ],
    [
      "end at the instant they start",
      dates("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
      /^Invalid input\. periods\[0\]\.endDate must be after its startDate; got /,
    ],
    [
      "overlap by a millisecond",
      periods({ endDate: "2030-02-01T00:00:00.001Z" }, {}),
      /^Invalid input\. periods\[1\] must not start before periods\[0\] ends; it starts at 2030-02-01T00:00:00\.000Z, which is before 2030-02-01T00:00:00\.001Z\.$/,
    ],
    [
      "overlap by a day, both naming it",
      {
        periods: [
          { ...period, startDate: "2030-01-01", endDate: "2030-02-01" },
          { refCode: "c2", startDate: "2030-02-01", endDate: "2030-02-28" },
        ],
      },
      /^Invalid input\. periods\[1\] must not start before periods\[0\] ends; /,
    ],
    [
      "are not in order",
      { periods: milestone({ cycles: 2 }).periods.toReversed() },
      /^Invalid input\. periods\[1\] must not start before periods\[0\] ends; /,
    ],
    [
      "have a description of 256 characters",
      periods({ description: characters(256) }),
      /^Invalid input\. periods\[0\]\.description must not have more than 255/,
    ],
  ])("%s", (_, changes, message) => expectRefusedWhole(milestone(changes), message));
});

describe("createTargetGroup refuses with 300004, writing nothing, targets that", () => {
  it.each<Case>([
    ["are none", { targets: [] }, /^Invalid input\. targets must not have fewer than 1 items; got an array of 0\.$/],
    ["are missing", without("targets"), /^Invalid input\. targets is required\.$/],
    ["hold a string", { targets: ["Spend"] }, /^Invalid input\. targets\[0\] must be an object; got "Spend"\.$/],
    [
      "are 51",
      targets(...Array.from({ length: 51 }, () => ({}))),
      /^Invalid input\. targets must not have more than 50 items; got an array of 51\.$/,
    ],
    ["have no name", targets(without("name")), /^Invalid input\. targets\[0\]\.name is required\.$/],
    [
      "have a name of 201 characters",
      targets({ name: characters(201) }),
      /^Invalid input\. targets\[0\]\.name must not have more than 200/,
    ],
    [
      "have no targetEntity",
      targets(without("targetEntity")),
      /^Invalid input\. targets\[0\]\.targetEntity is required\.$/,
    ],
    [
      "have an unknown targetEntity",
      targets({ targetEntity: "VISIT" }),
      /^Invalid input\. targets\[0\]\.targetEntity must be one of TRANSACTION, EVENT, LINEITEM; got "VISIT"\.$/,
    ],
    [
      "have an unknown targetType",
      targets({ targetType: "sales" }),
      /^Invalid input\. targets\[0\]\.targetType must be one of SALES, GROSS_SALES, QUANTITY, COUNT, VISIT, EVENT_ATTRIBUTE; got "sales"\.$/,
    ],
    [
      "have an unknown rewardAllocation",
      targets({ rewardAllocation: "LATER" }),
      /^Invalid input\. targets\[0\]\.rewardAllocation must be one of IMMEDIATE, PERIOD_END; got "LATER"\.$/,
    ],
    [
      "have 1 for trackFromEnrollmentDate",
      targets({ trackFromEnrollmentDate: 1 }),
      /^Invalid input\. targets\[0\]\.trackFromEnrollmentDate must be a boolean; got 1\.$/,
    ],
    [
      "have null for active",
      targets({ active: null }),
      /^Invalid input\. targets\[0\]\.active must be a boolean; got null\.$/,
    ],
    [
      "count an EVENT of no eventName",
      targets({ targetEntity: "EVENT", targetType: "COUNT" }),
      /^Invalid input\. targets\[0\]\.eventName is required when targetEntity is EVENT\.$/,
    ],
    [
      "count an EVENT whose eventName is null",
      targets({ targetEntity: "EVENT", eventName: null }),
      /^Invalid input\. targets\[0\]\.eventName is required when targetEntity is EVENT\.$/,
    ],
    [
      "count an EVENT whose eventName is empty",
      targets({ targetEntity: "EVENT", eventName: "" }),
      /^Invalid input\. targets\[0\]\.eventName must not have fewer than 1/,
    ],
    [
      "count an EVENT_ATTRIBUTE of no attributeName",
      targets({ targetType: "EVENT_ATTRIBUTE" }),
      /^Invalid input\. targets\[0\]\.attributeName is required when targetType is EVENT_ATTRIBUTE\.$/,
    ],
    [
      "have no defaultValues",
      targets(without("defaultValues")),
      /^Invalid input\. targets\[0\]\.defaultValues is required\.$/,
    ],
    [
      "have empty defaultValues",
      values(),
      /^Invalid input\. targets\[0\]\.defaultValues must not have fewer than 1 items; got an array of 0\.$/,
    ],
    [
      "have bare numbers for defaultValues",
      targets({ defaultValues: [5] }),
      /^Invalid input\. targets\[0\]\.defaultValues\[0\] must be an object; got 5\.$/,
    ],
    [
      "have a missing defaultValue",
      targets({ defaultValues: [{}] }),
      /^Invalid input\. targets\[0\]\.defaultValues\[0\]\.defaultValue is required\.$/,
    ],
    [
      "have a defaultValue of 0",
      values(0),
      /^Invalid input\. targets\[0\]\.defaultValues\[0\]\.defaultValue must be > 0; got 0\.$/,
    ],
    [
      "have a defaultValue of -1",
      values(-1),
      /^Invalid input\. targets\[0\]\.defaultValues\[0\]\.defaultValue must be > 0; got -1\.$/,
    ],
    [
      'have a defaultValue of "5"',
      values("5"),
      /^Invalid input\. targets\[0\]\.defaultValues\[0\]\.defaultValue must be a number; got "5"\.$/,
    ],
    [
      "have a defaultValue of null",
      values(null),
      /^Invalid input\. targets\[0\]\.defaultValues\[0\]\.defaultValue must be a number; got null\.$/,
    ],
    [
      "have a defaultValue of 5 fractional digits",
      values(1.00001),
      /^Invalid input\. targets\[0\]\.defaultValues\[0\]\.defaultValue must have at most 4 fractional digits; got 1\.00001\.$/,
    ],
    [
      "have a defaultValue of 0.00001",
      values(0.00001),
      /^Invalid input\. targets\[0\]\.defaultValues\[0\]\.defaultValue must have at most 4 fractional digits; got /,
    ],
    [
      "have a defaultValue above the largest exact one",
      values(100_000_000_000),
      /^Invalid input\. targets\[0\]\.defaultValues\[0\]\.defaultValue must be <= 99999999999\.9999; got 100000000000\.$/,
    ],
    [
      "have two values for five cycles",
      values(1, 2),
      /^Invalid input\. targets\[0\]\.defaultValues must hold one value for all cycles or one for each of the 5; got 2\.$/,
    ],
    [
      "have six values for five cycles",
      values(1, 2, 3, 4, 5, 6),
      /^Invalid input\. targets\[0\]\.defaultValues must hold one value .* each of the 5; got 6\.$/,
    ],
    [
      "have 1001 values",
      values(...Array.from({ length: 1001 }, () => 1)),
      /^Invalid input\. targets\[0\]\.defaultValues must not have more than 1000 items/,
    ],
  ])("%s", (_, changes, message) => expectRefusedWhole(milestone(changes), message));

  it.each(["1e400", "1.00000000000000001", "123456789012345678"])(
    "have a defaultValue that no double holds exactly: %s",
    async (number) => {
      const { admin } = await service.newOrg();
      const body = JSON.stringify(milestone(values(7))).replace('"defaultValue":7', `"defaultValue":${number}`);
      const call = () => admin.send("POST", "/targetGroups", body);
      const response = await withoutWriting(service, call);
      expect(response.body.errors?.length).toBeGreaterThan(0);
      const messages = (response.body.errors ?? []).map(
        () => /^Invalid input\. targets\[0\]\.defaultValues\[0\]\.defaultValue must be/,
      );
      expectRefused(response, 400, 300004, ...messages);
    },
  );
});

describe("createTargetGroup refuses with 300004, writing nothing, levels that", () => {
  it.each<Case>([
    [
      "are 11",
      levels(...Array.from({ length: 11 }, (_, index) => index + 1)),
      /^Invalid input\. streaks must not have more than 10 items; got an array of 11\.$/,
    ],
    [
      "are equal",
      levels(2, 4, 4),
      /^Invalid input\. streaks\[2\]\.targetCountOfSequence must be greater than the level before it; got 4 after 4\.$/,
    ],
    [
      "descend",
      levels(4, 2),
      /^Invalid input\. streaks\[1\]\.targetCountOfSequence must be greater than the level before it; got 2 after 4\.$/,
    ],
    [
      "exceed the number of cycles",
      levels(2, 13),
      /^Invalid input\. streaks\[1\]\.targetCountOfSequence must not exceed the number of cycles \(12\); got 13\.$/,
    ],
    ["need 0 cycles", levels(0), /^Invalid input\. streaks\[0\]\.targetCountOfSequence must be >= 1; got 0\.$/],
    [
      "need 1.5 cycles",
      levels(1.5),
      /^Invalid input\. streaks\[0\]\.targetCountOfSequence must be an integer; got 1\.5\.$/,
    ],
    [
      'need "2" cycles',
      levels("2"),
      /^Invalid input\. streaks\[0\]\.targetCountOfSequence must be an integer; got "2"\.$/,
    ],
    ["have no name", { streaks: [{ targetCountOfSequence: 2 }] }, /^Invalid input\. streaks\[0\]\.name is required\.$/],
    [
      "have a name of 201 characters",
      { streaks: [{ name: characters(201), targetCountOfSequence: 2 }] },
      /^Invalid input\. streaks\[0\]\.name must not have more than 200/,
    ],
    ["are an object", { streaks: {} }, /^Invalid input\. streaks must be an array; got an object\.$/],
  ])("%s", (_, changes, message) => expectRefusedWhole(streak(changes), message));

  it("belong to a milestone", () =>
    expectRefusedWhole(
      milestone(levels(2)),
      /^Invalid input\. streaks must be absent or empty when trackingType is DEFAULT\.$/,
    ));
});

/** Expects one error for each message, in any order. */
async function expectAllNamed(body: unknown, ...messages: readonly RegExp[]): Promise<void> {
  const org = await service.newOrg();
  const { status, body: answer } = await withoutWriting(service, () => org.admin.post("/targetGroups", body));
  const given = (answer.errors ?? []).map(({ message }) => message);
  expect(status).toBe(400);
  expect(messages.filter((message) => !given.some((text) => message.test(text)))).toEqual([]);
}

describe("createTargetGroup names all faults of a body at once:", () => {
  it("of shape, wherever they are", () =>
    expectRefusedWhole(
      streak({
        name: "",
        active: "yes",
        periods: [{ refCode: 1, startDate: "2030-01-01" }],
        targets: [{ ...target, targetType: "x", defaultValues: [{ defaultValue: 0 }] }],
        streaks: [{ name: "l1", targetCountOfSequence: 0 }],
      }),
      /name must hold more than blanks/,
      /active must be a boolean/,
      /periods\[0\]\.endDate is required/,
      /periods\[0\]\.refCode must be a string/,
      /targets\[0\]\.targetType must be one of/,
      /targets\[0\]\.defaultValues\[0\]\.defaultValue must be > 0/,
      /streaks\[0\]\.targetCountOfSequence must be >= 1/,
    ));

  it("of rules between fields", () =>
    expectRefusedWhole(
      streak({
        cycles: 2,
        ...periods({ refCode: "same", endDate: "2030-02-02" }, { refCode: "same" }),
        ...targets(
          { targetEntity: "EVENT" },
          { targetType: "EVENT_ATTRIBUTE" },
          { defaultValues: [1, 2, 3].map((defaultValue) => ({ defaultValue })) },
        ),
        ...levels(2, 2, 3),
      }),
      /periods\[1\] must not start before/,
      /periods\[1\]\.refCode must be unique/,
      /targets\[0\]\.eventName is required/,
      /targets\[1\]\.attributeName is required/,
      /targets\[2\]\.defaultValues must hold/,
      /streaks\[1\]\.targetCountOfSequence must be greater/,
      /streaks\[2\]\.targetCountOfSequence must not exceed/,
    ));

  it("of dates and decimals", () =>
    expectRefusedWhole(
      milestone({ ...dates("2030-02-30", "tomorrow-ish"), ...values(1.00001) }),
      /periods\[0\]\.startDate must be a date/,
      /periods\[0\]\.endDate must be a date/,
      /defaultValue must have at most 4 fractional digits/,
    ));

  it("an invalid date, a decimal with too many digits, and rules between other fields", () =>
    expectAllNamed(
      streak({
        ...periods({ startDate: "2030-02-30" }, { refCode: "same" }, { refCode: "same" }),
        ...values(1.00001),
        ...levels(2, 2),
      }),
      /periods\[0\]\.startDate must be a date/,
      /defaultValue must have at most 4 fractional digits/,
      /periods\[2\]\.refCode must be unique/,
      /streaks\[1\]\.targetCountOfSequence must be greater/,
    ));

  it("an unknown time zone and a decimal with too many digits", () =>
    expectAllNamed(
      milestone({ timeZoneName: "Europe/Atlantis", ...values(1.00001) }),
      /timeZoneName must be/,
      /4 fractional digits/,
    ));

  it("a missing name and a refCode used twice", () =>
    expectAllNamed(
      milestone({ ...without("name"), ...periods({ refCode: "same" }, { refCode: "same" }) }),
      /name is required/,
      /periods\[1\]\.refCode must be unique/,
    ));
});

describe("createTargetGroup takes", () => {
  it.each<[string, TargetGroupBody]>([
    ["a name of 200 characters", milestone({ name: characters(200) })],
    ["a name of 200 characters of four bytes each", milestone({ name: "\u{1F600}".repeat(200) })],
    ["a description of 255 characters", milestone({ description: characters(255) })],
    ["a null description and a null time zone", milestone({ description: null, timeZoneName: null })],
    ["100 cycles", milestone({ cycles: 100 })],
    ["50 targets", milestone(targets(...Array.from({ length: 50 }, () => ({}))))],
    ["10 levels, the highest the number of cycles", streak({ cycles: 10, levels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })],
    ["a streak of one level", streak({ cycles: 1, levels: [1] })],
    ["a milestone with empty streaks", milestone({ streaks: [] })],
    ["a cycle of one day", milestone(dates("2030-01-01", "2030-01-01"))],
    ["a cycle of one millisecond", milestone(dates("2030-01-01T00:00:00.000Z", "2030-01-01T00:00:00.001Z"))],
    ["29 February of a leap year", milestone(dates("2028-02-29", "2028-02-29"))],
    ["cycles that meet", milestone(periods({ endDate: firstInstantOf(2) }, { startDate: firstInstantOf(2) }))],
    ["cycles with a gap between them", milestone(periods({ endDate: "2030-01-30" }, {}))],
    ["refCodes that differ in case only", milestone(periods({ refCode: "q1" }, { refCode: "Q1" }))],
    ["a defaultValue of 4 fractional digits", milestone(values(1.0001))],
    ["the smallest defaultValue", milestone(values(0.0001))],
    ["the largest defaultValue", milestone(values(99_999_999_999.9999))],
    ["one value for each cycle", milestone(values(1, 2, 3, 4, 5))],
    [
      "an EVENT with its eventName",
      milestone(targets({ targetEntity: "EVENT", eventName: "checkin", targetType: "COUNT" })),
    ],
    [
      "an EVENT_ATTRIBUTE with its attributeName",
      milestone(
        targets({ targetEntity: "EVENT", eventName: "e", targetType: "EVENT_ATTRIBUTE", attributeName: "steps" }),
      ),
    ],
    ["a streak that a missed cycle does not break", streak({ trackingType: "NON_CONTINUOUS_STREAKS" })],
  ])("%s", (_, body) => expectCreated(body));
});

describe("createTargetGroup never answers 500:", () => {
  it.each<[string, string, RegExp]>([
    ["the group", '"__proto__":{"active":false}', /^"__proto__" was ignored/],
    ["the group", '"constructor":{"prototype":{}}', /^"constructor" was ignored/],
    ["the group", '"nmae":"x"', /^"nmae" was ignored/],
  ])("an unknown field of %s earns a warning that names it: %s", async (_, field, warning) => {
    const { admin } = await service.newOrg();
    const body = JSON.stringify(milestone()).replace("{", `{${field},`);
    const response = await admin.send("POST", "/targetGroups", body);
    expect(response.status).toBe(201);
    expect(response.body.data.active).toBe(true);
    expect(response.body.warnings).toEqual([{ message: expect.stringMatching(warning) }]);
  });

  it("unknown fields within cycles, targets, values and levels earn warnings with their places", async () => {
    const { admin } = await service.newOrg();
    const defaultValues = [{ defaultValue: 1, unit: "EUR" }];
    const body = streak({
      ...periods({}, { strat: 1 }),
      ...targets({ defaultValues, actve: true }),
      streaks: [{ name: "l1", targetCountOfSequence: 1, x: 1 }],
    });
    const response = await admin.post("/targetGroups", body);
    expect(response.status).toBe(201);
    const places = ["periods[1].strat", "targets[0].defaultValues[0].unit", "targets[0].actve", "streaks[0].x"];
    expect(response.body.warnings).toEqual(
      places.map((place) => ({ message: `"${place}" was ignored: it is not a field of this request.` })),
    );
  });

  it.each([
    ["grows threefold when it is normalised", "\u{1D160}".repeat(200)],
    ["holds control characters", `a\u0000b\u001f ${randomUUID()}`],
    ["holds a separator of the table's keys", `a#b#NAME# ${randomUUID()}`],
    ["is __proto__", "__proto__"],
  ])("a name that %s is taken and read back, or refused with 300004", async (_, name) => {
    const { admin, reader } = await service.newOrg();
    const response = await admin.post("/targetGroups", milestone({ name }));
    if (response.status !== 201) return expectRefused(response, 400, 300004, /^Invalid input\. name /);
    const stored = await reader.get(`/targetGroups/${response.body.data.id}`);
    expect(stored.body.data).toEqual(response.body.data);
  });

  it.each([
    ["0000-01-01", "0000-06-30"],
    ["9999-01-01", "9999-12-31"],
    ["-000001-01-01T00:00:00Z", "-000001-06-01T00:00:00Z"],
    ["+275760-09-12T00:00:00Z", "+275760-09-13T00:00:00Z"],
  ])("the far cycle %s to %s is taken and read back, or refused with 300004", async (startDate, endDate) => {
    const { admin, reader } = await service.newOrg();
    const response = await admin.post("/targetGroups", milestone(dates(startDate, endDate)));
    if (response.status !== 201)
      return expectRefused(response, 400, 300004, /^Invalid input\. periods\[0\]/, /^Invalid input\. periods\[0\]/);
    const stored = await reader.get(`/targetGroups/${response.body.data.id}`);
    expect(stored.body.data).toEqual(response.body.data);
  });
});
