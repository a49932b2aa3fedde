import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OperationIds } from "../../shared/table/operationId.ts";

const startsAt = Date.UTC(2030, 0, 15, 12);

/** A system clock that tells the given times in turn, and then the last one for ever. */
function clockOf(...times: readonly number[]): () => number {
  const rest = [...times];
  let time = rest[0] ?? 0;
  return () => {
    time = rest.shift() ?? time;
    return time;
  };
}

/** Whether each id is greater than the one before. Ids are compared as text, as the table compares them. */
function isStrictlyAscending(ids: readonly string[]): boolean {
  return ids.every((id, index) => index === 0 || (ids[index - 1] ?? "") < id);
}

describe("next", () => {
  it("grows strictly within one millisecond, past the places where a counter gets a digit longer", () => {
    const source = new OperationIds(() => startsAt);
    expect(isStrictlyAscending(Array.from({ length: 1_100 }, () => source.next()))).toBe(true);
  });

  it("grows strictly from one millisecond to the next, after any number of ids in the first", () => {
    const source = new OperationIds(clockOf(startsAt, startsAt, startsAt, startsAt + 1, startsAt + 1));
    expect(isStrictlyAscending(Array.from({ length: 5 }, () => source.next()))).toBe(true);
  });

  it("grows strictly when the system clock goes back, and when it catches up again", () => {
    const source = new OperationIds(clockOf(startsAt, startsAt - 3_600_000, startsAt - 1, startsAt, startsAt + 1));
    expect(isStrictlyAscending(Array.from({ length: 5 }, () => source.next()))).toBe(true);
  });

  it("is greater in a process whose clock is later, however many ids the other process gave", () => {
    const earlier = new OperationIds(() => startsAt);
    const ids = Array.from({ length: 100 }, () => earlier.next());
    const later = new OperationIds(() => startsAt + 1).next();
    expect(ids.filter((id) => id >= later)).toEqual([]);
  });

  it("differs between two processes in the same millisecond", () => {
    const ids = Array.from({ length: 100 }, () => new OperationIds(() => startsAt).next());
    expect(new Set(ids).size).toBe(100);
  });

  it("grows strictly whatever the system clock does (property)", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 4_102_444_800_000 }), { minLength: 2, maxLength: 50 }), (times) => {
        const source = new OperationIds(clockOf(...times));
        expect(isStrictlyAscending(times.map(() => source.next()))).toBe(true);
      }),
    );
  });
});

describe("nextAfter", () => {
  it.each([
    ["an hour ahead", 3_600_000],
    ["one millisecond ahead", 1],
    ["the same", 0],
    ["an hour behind", -3_600_000],
  ])(
    "is greater than an id of a process whose clock is %s, and so is every id from then on",
    (_, aheadMilliseconds) => {
      const other = new OperationIds(() => startsAt + aheadMilliseconds);
      const seen = Array.from({ length: 20 }, () => other.next()).at(-1) ?? "";
      const source = new OperationIds(() => startsAt);
      const before = source.next();
      const ids = [source.nextAfter(seen), source.next(), source.next()];
      expect(isStrictlyAscending([seen, ...ids])).toBe(true);
      expect(isStrictlyAscending([before, ...ids])).toBe(true);
    },
  );

  it("does not run ahead of the system clock for an id that is behind it", () => {
    const seen = new OperationIds(() => startsAt - 3_600_000).next();
    const source = new OperationIds(() => startsAt);
    const id = source.nextAfter(seen);
    expect(id < new OperationIds(() => startsAt + 1).next()).toBe(true);
  });

  it("is greater than everything given and seen by any mix of processes (property)", () => {
    const step = fc.record({ process: fc.nat({ max: 2 }), clock: fc.nat({ max: 5_000 }), looks: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        let time = 0;
        const processes = [0, 1, 2].map(() => new OperationIds(() => startsAt + time));
        const given: string[][] = [[], [], []];
        let stored: string | undefined;
        for (const { process, clock, looks } of steps) {
          time = clock;
          const source = processes[process];
          const own = given[process];
          if (source === undefined || own === undefined) throw new Error("There are three processes");
          const id = looks && stored !== undefined ? source.nextAfter(stored) : source.next();
          expect(!looks || stored === undefined || id > stored).toBe(true);
          expect(isStrictlyAscending([...own, id])).toBe(true);
          own.push(id);
          stored = stored === undefined || id > stored ? id : stored;
        }
      }),
    );
  });
});
