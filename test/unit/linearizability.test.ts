import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findLinearization, type RecordedCall, type SequentialModel } from "../support/linearizability.ts";

/** A call of a cell that is written and read. */
type Call = { readonly write: number } | "read";
type Answer = number | "written";

const cell: SequentialModel<number, Call, Answer> = {
  initial: 0,
  next: (state, call, answer) => {
    if (call === "read") return answer === undefined || answer === state ? state : undefined;
    return answer === undefined || answer === "written" ? call.write : undefined;
  },
};

function write(value: number, calledAt: number, at: number): RecordedCall<Call, Answer> {
  return { call: { write: value }, calledAt, returned: { at, answer: "written" } };
}

function lostWrite(value: number, calledAt: number): RecordedCall<Call, Answer> {
  return { call: { write: value }, calledAt, returned: undefined };
}

function read(answer: number, calledAt: number, at: number): RecordedCall<Call, Answer> {
  return { call: "read", calledAt, returned: { at, answer } };
}

describe("a history is linearizable when", () => {
  it.each([
    ["nothing was called", []],
    ["a read sees the write before it", [write(1, 1, 2), read(1, 3, 4)]],
    ["a read during a write sees the old value", [write(1, 1, 4), read(0, 2, 3)]],
    ["a read during a write sees the new value", [write(1, 1, 4), read(1, 2, 3)]],
    ["reads during two writes see them in one order", [write(1, 1, 9), write(2, 1, 9), read(1, 2, 3), read(2, 4, 5)]],
    ["an unanswered write is never seen", [lostWrite(1, 1), read(0, 2, 3), read(0, 4, 5)]],
    ["an unanswered write takes effect at once", [lostWrite(1, 1), read(1, 2, 3)]],
    [
      "an unanswered write takes effect after later calls",
      [lostWrite(1, 1), write(2, 2, 3), read(2, 4, 5), read(1, 6, 7)],
    ],
  ])("%s", (_, history) => {
    expect(findLinearization(cell, history)).toBeDefined();
  });
});

describe("a history is not linearizable when", () => {
  it.each([
    ["a read sees what nobody wrote", [write(1, 1, 2), read(2, 3, 4)]],
    ["a read misses the write before it", [write(1, 1, 2), read(0, 3, 4)]],
    ["a read sees a write that was called only afterwards", [read(1, 1, 2), write(1, 3, 4)]],
    ["two reads see two writes in two orders", [write(1, 1, 2), write(2, 1, 9), read(2, 3, 4), read(1, 5, 6)]],
    ["a seen value is followed by an older one", [write(1, 1, 9), read(1, 2, 3), read(0, 4, 5)]],
    ["an unanswered write takes effect before it is called", [read(1, 1, 2), lostWrite(1, 3)]],
    [
      "an unanswered write takes effect twice",
      [lostWrite(1, 1), read(1, 2, 3), write(2, 4, 5), read(2, 6, 7), read(1, 8, 9)],
    ],
  ])("%s", (_, history) => {
    expect(findLinearization(cell, history)).toBeUndefined();
  });
});

/** Calls of a real cell. Each takes effect at one moment between its call and its return. */
const trueHistory = fc
  .array(
    fc.record({
      value: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      effectAt: fc.integer({ min: 0, max: 40 }),
      before: fc.integer({ min: 1, max: 10 }),
      after: fc.integer({ min: 1, max: 10 }),
      isAnswered: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((effects) => {
    let state = 0;
    return effects
      .map((effect, index) => ({ ...effect, effectAt: effect.effectAt + index / 100 }))
      .toSorted((one, other) => one.effectAt - other.effectAt)
      .map(({ value, effectAt, before, after, isAnswered }): RecordedCall<Call, Answer> => {
        state = value ?? state;
        const [calledAt, at] = [effectAt - before, effectAt + after];
        if (value === undefined) return { call: "read", calledAt, returned: { at, answer: state } };
        return { call: { write: value }, calledAt, returned: isAnswered ? { at, answer: "written" } : undefined };
      });
  });

describe("of any number of calls at once", () => {
  it("a history that was recorded of a real cell is linearizable, in an order that explains it", () => {
    fc.assert(
      fc.property(trueHistory, (history) => {
        const order = findLinearization(cell, history);
        const end = order?.reduce<number | undefined>(
          (state, { call, returned }) => (state === undefined ? state : cell.next(state, call, returned?.answer)),
          cell.initial,
        );
        expect(end).toBeDefined();
        expect(order?.filter(({ returned }) => returned !== undefined)).toHaveLength(
          history.filter(({ returned }) => returned !== undefined).length,
        );
      }),
      { numRuns: 500 },
    );
  });
});
