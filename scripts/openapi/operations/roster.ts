import { invalid, noSuchGroup, noSuchTarget, refusal } from "../errors.ts";
import * as examples from "../examples.ts";
import { objectOf } from "../fields.ts";
import { target } from "../sample.ts";
import type { Operations } from "./operation.ts";

const noSuchPath = invalid(400, 'targetId in the path must be an integer from 1 to 9007199254740991; got "x".');

/** The routes for all customers of a target. */
export const roster = {
  listTargetCustomers: {
    tag: "Roster",
    sample: { path: `${target}/customers?status=ALL` },
    description:
      "Who is or was in the target, also when it or its group is inactive. With `periodId` or `achieved`, only who is a member of that cycle, or was when it ended. The order is fixed: by the customer's id modulo 16, then by id. Each row is as it was when it was read. The list as a whole is no snapshot: who joins or leaves meanwhile may be on it or not. A customer is listed about a second after the first enrolment.",
    success: {
      status: 200,
      description: "A page of customers.",
      data: objectOf("RosterPage", "A page of customers."),
      examples: examples.roster,
    },
    refusals: [
      noSuchPath,
      refusal(310017, noSuchGroup),
      refusal(310018, noSuchTarget),
      refusal(310019, "Target group 3 has no period 99."),
    ],
  },
  getTargetStatistics: {
    tag: "Roster",
    sample: { path: `${target}/statistics` },
    description:
      "How many customers are in the target, and how many have started and reached each cycle. It is what the last complete count has found. Counts are made in the background, every 24 hours unless the stack says otherwise, and 25 hours after the closing of each cycle; the one after the last cycle is final. Before the first count `asOf` is `null` and a warning says so.",
    success: {
      status: 200,
      description: "The numbers.",
      data: objectOf("TargetStatistics", "The numbers."),
      examples: examples.statistics,
    },
    refusals: [noSuchPath, refusal(310017, noSuchGroup), refusal(310018, noSuchTarget)],
  },
} as const satisfies Operations;
