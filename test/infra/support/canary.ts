import { type EmptySeries, goesOff, type Series } from "./alarmMath.ts";
import { at } from "./synthesize.ts";

/** How a new version takes over: a share of the calls first, all of them after these minutes. */
export type Canary = { readonly share: number; readonly minutes: number };

/** What happens in one minute: calls, and those of them that the new version gets. */
export type Minute = { readonly calls: number; readonly ofNewVersion: number };

/** The values of a minute, by metric or by metric and statistic; metrics that are not named are never published. */
export type Published = (minute: Minute) => Readonly<Record<string, number | undefined>>;

/** A minute's metrics come up to a minute late, and alarms are judged, and then asked by CodeDeploy, once a minute. */
const minutesUntilSeen = 2;

/** The share of canaries, of some hundred with traffic that differs by chance, in which one of the alarms goes off. */
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

/** Calls that come at random, so many a minute on average. The canary begins within its first minute. */
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

/** Calls at fixed distances from a start, in seconds, one start each so many minutes; the new version fails all it gets. */
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
        // What the old version does succeeds and is not tried again.
        if (!isOfNewVersion) break;
      }
    }
    return counted;
  };
}

/** By Poisson's distribution. */
function countOf(mean: number, random: () => number): number {
  let count = 0;
  for (let rest = Math.exp(-mean), product = random(); product > rest; product *= random()) count += 1;
  return count;
}

/** The same numbers in every run, by a generator of 32 bits (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const more = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((more ^ (more >>> 14)) >>> 0) / 2 ** 32;
  };
}
