import { describe, expect, it } from "vitest";
import { ok } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { milestone } from "../support/targetGroups.ts";

const service = useService();

type Bounds = readonly [startDate: string, endDate: string];

/** The rows of a customer's state in a group with these cycles, one row for each. */
async function rowsOf(timeZoneName: string, cycles: readonly Bounds[]) {
  const periods = cycles.map(([startDate, endDate], index) => ({ refCode: `c${index + 1}`, startDate, endDate }));
  return readRows(await newSetting(service, milestone({ timeZoneName, periods })), periods[0]?.startDate ?? "");
}

async function readRows({ org, group, customerId }: Setting, startDate: string) {
  const now = new Date(startDate).toISOString();
  await ok(org.enroll(group, { customerId, periodName: "c1" }, { now }));
  return (await org.readState(group, customerId, { now }))?.targets ?? [];
}

async function datesOf(timeZoneName: string, ...cycles: readonly Bounds[]) {
  const rows = await rowsOf(timeZoneName, cycles);
  return rows.map(({ periodStartDate, periodEndDate }) => [periodStartDate, periodEndDate]);
}

describe("a row of a customer's state", () => {
  it("names its target under both names, and its cycle's bounds as plain dates and as instants", async () => {
    const one = await newSetting(
      service,
      milestone({
        timeZoneName: "Asia/Kolkata",
        periods: [{ refCode: "c1", startDate: "2030-01-01", endDate: "2030-01-31" }],
      }),
    );
    const [row] = await readRows(one, "2030-01-01");
    expect(row).toMatchObject({
      targetId: one.group.targetId,
      targetRuleId: one.group.targetId,
      periodStartDate: "2030-01-01",
      periodEndDate: "2030-01-31",
      periodStartDateWithTimeStamp: "2029-12-31T18:30:00.000Z",
      periodEndDateWithTimeStamp: "2030-01-31T18:30:00.000Z",
    });
  });
});

describe("the plain dates of a cycle that was given as instants are its first and last day in the group's zone:", () => {
  const zones: Record<string, readonly [zone: string, plain: Bounds]> = {
    "in UTC": ["UTC", ["2030-01-01", "2030-01-31"]],
    "in a zone with an offset of half an hour": ["Asia/Kolkata", ["2030-01-01", "2030-01-31"]],
    "in a zone west of UTC": ["America/New_York", ["2030-01-01", "2030-01-31"]],
    "on a day of 23 hours": ["Europe/Berlin", ["2030-03-31", "2030-03-31"]],
    "on a day of 25 hours": ["Europe/Berlin", ["2030-10-27", "2030-10-27"]],
    "across both changes of the clock": ["Europe/Berlin", ["2030-01-01", "2030-12-31"]],
    "on a day whose midnight does not exist": ["America/Sao_Paulo", ["2018-11-04", "2018-11-04"]],
    "on a day whose midnight comes twice": ["America/Havana", ["2030-11-03", "2030-11-03"]],
    "on the day before a midnight that comes twice": ["America/Havana", ["2030-11-02", "2030-11-02"]],
    "on the day before one that the zone left out": ["Pacific/Apia", ["2011-12-29", "2011-12-29"]],
    "in a year in which the zone's offset had seconds": ["Africa/Monrovia", ["1950-01-01", "1950-01-31"]],
    "for ever in the west": ["America/New_York", ["2030-01-01", "9999-12-30"]],
  };

  it.each(Object.entries(zones))("%s, the dates with which the same cycle can be given", async (_, [zone, plain]) => {
    const [given] = await rowsOf(zone, [plain]);
    const { periodStartDateWithTimeStamp: start = "", periodEndDateWithTimeStamp: end = "" } = given ?? {};
    expect([given?.periodStartDate, given?.periodEndDate]).toEqual(plain);
    const [same] = await rowsOf(zone, [[start, end]]);
    expect([same?.periodStartDate, same?.periodEndDate]).toEqual(plain);
    expect([same?.periodStartDateWithTimeStamp, same?.periodEndDateWithTimeStamp]).toEqual([start, end]);
  });

  it("a cycle that ends inside a day has that day for its end, and the next cycle for its start", async () => {
    const noon = "2030-01-15T12:00:00Z";
    const dates = await datesOf("UTC", ["2030-01-01T00:00:00Z", noon], [noon, "2030-02-01T00:00:00Z"]);
    expect(dates).toEqual([
      ["2030-01-01", "2030-01-15"],
      ["2030-01-15", "2030-01-31"],
    ]);
  });

  it("a cycle that ends at midnight ends with the day before, one a millisecond longer with the new day", async () => {
    const midnight = ["2030-01-01T00:00:00+01:00", "2030-02-01T00:00:00+01:00"] as const;
    expect(await datesOf("Europe/Berlin", midnight)).toEqual([["2030-01-01", "2030-01-31"]]);
    const longer = [midnight[0], "2030-02-01T00:00:00.001+01:00"] as const;
    expect(await datesOf("Europe/Berlin", longer)).toEqual([["2030-01-01", "2030-02-01"]]);
  });

  it("cycles of an hour have one day for both dates", async () => {
    const hours = ["2030-01-01T22:00:00Z", "2030-01-01T23:00:00Z", "2030-01-02T00:00:00Z"] as const;
    expect(await datesOf("Europe/Berlin", [hours[0], hours[1]], [hours[1], hours[2]])).toEqual([
      ["2030-01-01", "2030-01-01"],
      ["2030-01-02", "2030-01-02"],
    ]);
  });

  it("a cycle with one plain date has that one as it was given", async () => {
    const dates = await datesOf("Asia/Kolkata", ["2030-01-01", "2030-01-31T18:30:00Z"]);
    expect(dates).toEqual([["2030-01-01", "2030-01-31"]]);
  });

  it("the last date there is stands for the end of time, also where it is the year 10000 already", async () => {
    const end = "9999-12-31T23:59:59.999Z";
    const expected = [["2030-01-01", "9999-12-31"]];
    expect(await datesOf("Pacific/Auckland", ["2030-01-01", "9999-12-31"])).toEqual(expected);
    expect(await datesOf("Pacific/Auckland", ["2030-01-01", end])).toEqual(expected);
  });
});
