import { describe, expect, it } from "vitest";
import { makeRule } from "../../functions/definitions/readDraft.ts";
import { type CyclePattern, cyclesOfRule } from "../../shared/domain/cycleRule.ts";
import { streakValue } from "../../shared/domain/streak.ts";
import { buildActivity, buildEnrollment, buildGroup, buildTarget, decimal } from "../support/domain.ts";
import { SettledLife } from "../support/settledLife.ts";

const hour = 60 * 60 * 1000;

function cyclesOf(pattern: CyclePattern, timeZone = "UTC") {
  const rule = makeRule(pattern, timeZone);
  if (rule === undefined) throw new Error("The pattern leads out of the years");
  return cyclesOfRule(rule);
}

function firstDays(pattern: CyclePattern): string[] {
  return cyclesOf(pattern).map(({ startDate }) => startDate);
}

const from = (firstDay: string) => ({ frequency: 1, count: 3, firstDay });

describe("the cycles of a rule start", () => {
  it.each<[string, CyclePattern, string[]]>([
    ["daily", { frequencyType: "DAILY", ...from("2028-02-28") }, ["2028-02-28", "2028-02-29", "2028-03-01"]],
    ["weekly", { frequencyType: "WEEKLY", ...from("2030-12-30") }, ["2030-12-30", "2031-01-06", "2031-01-13"]],
    ["monthly", { frequencyType: "MONTHLY", ...from("2030-01-31") }, ["2030-01-31", "2030-02-28", "2030-03-31"]],
    ["quarterly", { frequencyType: "QUARTERLY", ...from("2030-11-30") }, ["2030-11-30", "2031-02-28", "2031-05-30"]],
    [
      "half-yearly",
      { frequencyType: "HALF_YEARLY", ...from("2030-08-31") },
      ["2030-08-31", "2031-02-28", "2031-08-31"],
    ],
    ["yearly", { frequencyType: "YEARLY", ...from("2028-02-29") }, ["2028-02-29", "2029-02-28", "2030-02-28"]],
  ])("%s, counted from the first one", (_, pattern, days) => {
    expect(firstDays(pattern)).toEqual(days);
  });

  it("every so many units", () => {
    const pattern = { frequencyType: "DAILY", frequency: 10, count: 3, firstDay: "2030-01-01" } as const;
    expect(firstDays(pattern)).toEqual(["2030-01-01", "2030-01-11", "2030-01-21"]);
  });
});

describe("a cycle of a rule", () => {
  const thousandDays = { frequencyType: "DAILY", frequency: 1, count: 1000, firstDay: "2030-01-01" } as const;

  it("ends where the next one begins, over 1000 days with both changes of the clock", () => {
    const cycles = cyclesOf(thousandDays, "Europe/Vienna");
    expect(cycles).toHaveLength(1000);
    for (const [index, { number, endsAt }] of cycles.entries()) {
      expect(number).toBe(index + 1);
      expect(cycles[index + 1]?.startsAt ?? endsAt).toBe(endsAt);
    }
    const lengths = new Map(cycles.map(({ refCode, startsAt, endsAt }) => [refCode, (endsAt - startsAt) / hour]));
    const unusual = [...lengths].filter(([, hours]) => hours !== 24);
    expect(unusual).toEqual([
      ["2030-03-31", 23],
      ["2030-10-27", 25],
      ["2031-03-30", 23],
      ["2031-10-26", 25],
      ["2032-03-28", 23],
    ]);
  });

  it("is one of 1000 in a run when each is met in its last instant and then closed", () => {
    const cycles = cyclesOf(thousandDays, "Europe/Vienna").map((cycle) => ({
      ...cycle,
      id: cycle.number,
      description: undefined,
    }));
    const group = buildGroup({ trackingType: "STREAKS", cycles, targets: [buildTarget({ values: [decimal(10)] })] });
    const life = new SettledLife(group, buildEnrollment(), undefined, 24);
    for (const { number, endsAt } of cycles) {
      const effect = life.count(
        buildActivity({ activityId: `${number}`, occurredAt: endsAt - 1 }),
        undefined,
        endsAt - 1,
      );
      expect(effect).toMatchObject({ cycleNumber: number, streakValue: number });
      life.closeAt(endsAt);
    }
    expect(streakValue(group, life.stored, Number.POSITIVE_INFINITY)).toBe(1000);
  });

  it("starts with the first moment of its day where midnight is skipped", () => {
    const [day] = cyclesOf(
      { frequencyType: "DAILY", frequency: 1, count: 1, firstDay: "2018-11-04" },
      "America/Sao_Paulo",
    );
    expect(day).toMatchObject({
      startsAt: Date.parse("2018-11-04T03:00:00Z"),
      endsAt: Date.parse("2018-11-05T02:00:00Z"),
    });
  });

  it("keeps its bounds when the rule makes more cycles", () => {
    const rule = makeRule(thousandDays, "Europe/Vienna");
    const short = makeRule({ ...thousandDays, count: 90 }, "Europe/Vienna");
    expect(makeRule(thousandDays, "Europe/Vienna", short)).toEqual(rule);
    // A zone whose rules have changed since moves only what is new.
    const elsewhere = makeRule({ ...thousandDays, count: 91 }, "Asia/Tokyo", short);
    expect(elsewhere && cyclesOfRule(elsewhere).slice(0, 90)).toEqual(short && cyclesOfRule(short));
  });

  it("is named after its first day, and its last day is written as a date", () => {
    const [month] = cyclesOf({ frequencyType: "MONTHLY", ...from("2030-01-01") });
    expect(month).toMatchObject({ refCode: "2030-01-01", startDate: "2030-01-01", endDate: "2030-01-31" });
  });

  it("is not made beyond the year 9999", () => {
    const pattern = { frequencyType: "YEARLY", frequency: 366, count: 1000, firstDay: "2030-01-01" } as const;
    expect(makeRule(pattern, "UTC")).toBeUndefined();
  });
});
