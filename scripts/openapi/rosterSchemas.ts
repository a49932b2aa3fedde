import { firstSources } from "../../shared/domain/customerState.ts";
import {
  count,
  decimalOrNull,
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
} as const;
