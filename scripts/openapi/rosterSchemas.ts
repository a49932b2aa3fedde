import { firstSources } from "../../shared/domain/customerState.ts";
import {
  count,
  decimal,
  decimalOrNull,
  flag,
  id,
  idOrNull,
  instant,
  instantOrNull,
  listOf,
  objectOf,
  oneOfTexts,
  textOrNull,
} from "./fields.ts";
import { answerObject } from "./jsonSchema.ts";

const unit = "in the target's unit.";
const noCycle = "`null` when the membership does not cover it.";

const rosterRow = {
  customerId: id("The customer.", 345651201),
  externalId: textOrNull("What another system calls the customer; `null` when not given.", "crm-77"),
  status: oneOfTexts("Whether the customer is enrolled or has left.", ["ENROLLED", "UNENROLLED"], "ENROLLED"),
  source: oneOfTexts(
    "By which way the customer first came in: a call, or the first activity that matched.",
    firstSources,
    "API",
  ),
  enrolledOn: instant("When the latest enrolment began", "2030-01-10T09:00:00.000Z"),
  unEnrolledOn: instantOrNull("When the customer left", null),
  fromPeriod: objectOf("PeriodName", "The first cycle of the latest enrolment."),
  periodId: idOrNull(`The cycle whose values are shown: the one asked for, else the current one. ${noCycle}`, 36),
  targetValue: decimalOrNull(`What must be reached in that cycle, ${unit} ${noCycle}`, 1000),
  targetAchievedValue: decimalOrNull(`What was achieved in it, at least 0, ${unit} ${noCycle}`, 250),
  targetAchievedDateTime: instantOrNull("When the value last became reached", null),
  currentCount: count(
    "The streak's run; of a customer who has left, the one that a return would go on from. `null` for a milestone.",
    null,
    { type: ["integer", "null"], minimum: 0 },
  ),
};

const statistics = {
  asOf: {
    ...instantOrNull("When the last complete count was started", "2030-01-11T03:00:00.000Z"),
    description:
      "When the last complete count was started, in UTC; `null` before the first one. What was written before is counted. Customers who joined within about a second before may be missing, or within as long as the projector was behind. What was written while it ran may be counted.",
  },
  isFinal: flag("Whether no further count follows.", false),
  enrolled: count("Customers who are enrolled.", 2),
  unEnrolled: count("Customers who have left.", 1),
  bySource: objectOf("CustomersBySource", "The customers of both, by the way in which they first came in."),
  periods: listOf("PeriodStatistics", "One row for each cycle; none before the first count."),
  streaks: listOf("LevelStatistics", "One row for each level of a streak; none before the first count."),
  runLengths: listOf("RunStatistics", "One row for each length of the run that an enrolled customer of a streak has."),
};

/** The schemas of answers about all customers of a target. */
export const rosterSchemas = {
  RosterRow: answerObject("A customer of a target.", rosterRow),
  RosterPage: answerObject("A page of a target's customers.", {
    customers: listOf(
      "RosterRow",
      "The customers of the page. It can have fewer than `limit`, or none, and not be the last.",
    ),
    nextCursor: textOrNull("Names the next page, as `cursor`; `null` after the last one.", null),
  }),
  TargetStatistics: answerObject("What a count of a target's customers has found.", statistics),
  CustomersBySource: answerObject("Customers by the way in which they first came in.", {
    API: count("By a call.", 3),
    AUTOMATIC: count("With the first activity that matched.", 0),
  }),
  PeriodStatistics: answerObject("What was counted of one cycle.", {
    periodId: id("The cycle.", 36),
    covered: count("Customers whose membership covers the cycle, or did when it ended.", 3),
    started: count("Those of them whose value is above 0.", 2),
    reached: count("Those of them who have reached the target value.", 1),
    achievedTotal: decimal(`The sum of their achieved values, ${unit}`, 1250),
    progress: listOf("ProgressBand", "How many of them have come how far."),
  }),
  ProgressBand: answerObject(
    "Customers whose achieved value is in a band: `from` included and `to` not. The first band is 0 alone, and the second begins above 0.",
    {
      from: count("Percent of the target value.", 25),
      to: count("Percent of the target value; `null` for no bound.", 50, { type: ["integer", "null"], minimum: 0 }),
      customers: count("How many.", 1),
    },
  ),
  LevelStatistics: answerObject("Customers who hold a level.", {
    streakId: id("The level.", 1),
    reached: count("Customers, enrolled or not, who have reached it.", 1),
  }),
  RunStatistics: answerObject("Customers with a run of one length.", {
    length: count("Met cycles in the run.", 2),
    customers: count("Enrolled customers with such a run.", 1),
  }),
} as const;
