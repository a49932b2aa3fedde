import { expect, test } from "vitest";
import { interleaved } from "../../shared/operations/interleaved.ts";

test("brands take turns, each with its own work in order, until the one with the most has no more", () => {
  const work = ["a1", "a2", "a3", "b1", "c1", "c2"].map((name) => ({ org: name.slice(0, 1), name }));
  expect(interleaved(work).map(({ name }) => name)).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
  expect(interleaved([])).toEqual([]);
});
