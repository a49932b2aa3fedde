import { type EmptySeries, goesOff, type Series } from "./alarmMath.ts";
import { at } from "./synthesize.ts";

/** The way in which a new version takes over: a share of the calls first, and all of them after these minutes. */
export type Canary = { readonly share: number; readonly minutes: number };

/** The calls of one minute, and those that the new version gets. */
export type Minute = { readonly calls: number; readonly ofNewVersion: number };

/** The values of a minute, by metric or by metric and statistic. Metrics that are not named are never published. */
export type Published = (minute: Minute) => Readonly<Record<string, number | undefined>>;

/**
 * The minutes from a failure to its effect on the deployment. A minute's metrics come up to a minute late. Alarms are
 * judged once a minute, and CodeDeploy then asks them.
 */
const minutesUntilSeen = 2;

/** The share of canaries in which one of the alarms goes off, over some hundred canaries with random traffic. */
export function shareTakenBack(
  alarms: readonly Readonly<Record<string, unknown>>[],
  canary: Canary,
  published: Published,
  trafficOf: (canary: Canary, random: () => number) => Minute[],
  empty: EmptySeries = "stay empty",
): number {
  const random = seeded(20_261_123);
  const runs = 300;
  let takenBack = 0;
  for (let run = 0; run < runs; run += 1) {
    const seen = trafficOf(canary, random)
      .slice(0, canary.minutes - minutesUntilSeen)
      .map(published);
    const seriesOf = (metric: unknown): Series => seen.map((values) => values[String(at(metric, "MetricName"))]);
    if (alarms.some((alarm) => goesOff(alarm, seriesOf, empty))) takenBack += 1;
  }
  return takenBack / runs;
}

/** Calls that come at random, with a given average a minute. The canary begins within its first minute. */
export function randomCalls(callsPerMinute: number) {
  return ({ share, minutes }: Canary, random: () => number): Minute[] => {
    const begin = random();
    return Array.from({ length: minutes }, (_, index) => {
      const calls = countOf(callsPerMinute, random);
      const sharePerCall = index === 0 ? share * (1 - begin) : share;
      return {
        calls,
        ofNewVersion: Array.from({ length: calls }, random).filter((drawn) => drawn < sharePerCall).length,
      };
    });
  };
}

/**
 * Calls at fixed seconds after a start. There is one start every so many minutes. The new version fails every call it
 * gets.
 */
export function startedCalls(intervalMinutes: number, attemptsAtSeconds: readonly number[]) {
  return ({ share, minutes }: Canary, random: () => number): Minute[] => {
    const begin = random();
    const counted = Array.from({ length: minutes + 1 }, () => ({ calls: 0, ofNewVersion: 0 }));
    for (let start = begin + random() * intervalMinutes; start < minutes; start += intervalMinutes) {
      for (const seconds of attemptsAtSeconds) {
        const minute = counted[Math.floor(start + seconds / 60)];
        const isOfNewVersion = random() < share;
        if (minute !== undefined) minute.calls += 1;
        if (minute !== undefined && isOfNewVersion) minute.ofNewVersion += 1;
        // A call of the old version succeeds and is not repeated.
        if (!isOfNewVersion) break;
      }
    }
    return counted;
  };
}

/** A random count with Poisson's distribution. */
function countOf(mean: number, random: () => number): number {
  let count = 0;
  for (let rest = Math.exp(-mean), product = random(); product > rest; product *= random()) count += 1;
  return count;
}

/** A generator of 32 bits (mulberry32) that gives the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const more = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((more ^ (more >>> 14)) >>> 0) / 2 ** 32;
  };
}
