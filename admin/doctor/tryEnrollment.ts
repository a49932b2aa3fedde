import { setTimeout as pause } from "node:timers/promises";
import type { DataOf, MilestreakClient } from "../../client/client.ts";
import type { Answer } from "../answer.ts";
import { answerOf } from "../api.ts";
import { describeTarget, type TargetOptions, targetRef } from "../enrollments/target.ts";
import { type Finding, findingsOf } from "./finding.ts";

export type Trial = TargetOptions & { readonly customer: number };

type Row = DataOf<"getTrackedTargetEvents">[number];

const pageSize = 200;
/** The API's largest offset. */
const maximumOffset = 10_000;
/** A row appears about a second after its enrolment. It takes longer when the projector was idle for long. */
const patientPausesMilliseconds: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000, 16_000];
const notEnrolled = 310126;

/**
 * Enrols the customer, waits for the row of history and un-enrols the customer, one finding each. A customer who is
 * enrolled already is left unchanged. An enrolment whose answer is lost is un-enrolled too.
 */
export async function tryEnrollment(
  api: MilestreakClient,
  trial: Trial,
  pausesMilliseconds = patientPausesMilliseconds,
): Promise<Finding[]> {
  const rowsBefore = await countRows(api, trial);
  if (rowsBefore === undefined) return [historyUnread(trial)];
  const answer = await answerOf(api.enroll(targetRef(trial), { customerId: trial.customer }));
  const enrollment = judgeEnrollment(trial, answer);
  if (answer.kind === "refused") return [enrollment];
  const history = answer.kind === "accepted" ? [await awaitRow(api, trial, rowsBefore, pausesMilliseconds)] : [];
  return [enrollment, ...history, judgeRemoval(trial, await remove(api, trial))];
}

function historyUnread({ customer, target }: Trial): Finding {
  const { failed } = findingsOf("history");
  return failed(`The history of customer ${customer} in target ${target} cannot be read. Nothing was changed.`);
}

function judgeEnrollment(trial: Trial, answer: Answer): Finding {
  const { ok, failed } = findingsOf("enrolment");
  switch (answer.kind) {
    case "accepted":
      return ok(`customer ${trial.customer} was enrolled in ${describeTarget(trial)}`);
    case "refused":
      return failed(`${answer.messages.join(" ")} Nothing was changed. Name a customer who may be enrolled there.`);
    case "unanswered":
      return failed(`${answer.message} Look at the alarms and the log of enroll.`, 3);
  }
}

function judgeRemoval(trial: Trial, answer: Answer): Finding {
  const { ok, failed } = findingsOf("removal");
  const isOut = answer.kind === "accepted" || (answer.kind === "refused" && answer.code === notEnrolled);
  if (isOut) return ok(`customer ${trial.customer} is out of the target again`);
  const said = answer.kind === "refused" ? answer.messages.join(" ") : answer.message;
  return failed(`${said} Customer ${trial.customer} may still be enrolled in ${describeTarget(trial)}: un-enrol it.`);
}

/**
 * Un-enrols the customer, and repeats the call when its answer is lost. 310126 then means that the first call
 * succeeded.
 */
async function remove(api: MilestreakClient, trial: Trial): Promise<Answer> {
  const answer = await answerOf(api.unenroll(targetRef(trial), trial.customer));
  return answer.kind === "unanswered" ? answerOf(api.unenroll(targetRef(trial), trial.customer)) : answer;
}

async function awaitRow(
  api: MilestreakClient,
  trial: Trial,
  rowsBefore: number,
  pausesMilliseconds: readonly number[],
): Promise<Finding> {
  const { ok, failed } = findingsOf("history");
  for (const milliseconds of [0, ...pausesMilliseconds]) {
    await pause(milliseconds);
    const rows = (await listRows(api, trial, rowsBefore)) ?? [];
    if (rows.some(({ eventName }) => eventName === "ENROL")) return ok("the enrolment has its row");
  }
  return failed("the enrolment has no row yet. See the alarms ProjectorErrors, ProjectorAge and ProjectorDeadLetters.");
}

/** The number of rows from earlier enrolments; `undefined` when it cannot be found out. */
async function countRows(api: MilestreakClient, trial: Trial): Promise<number | undefined> {
  for (let offset = 0; offset <= maximumOffset; offset += pageSize) {
    const rows = await listRows(api, trial, offset);
    if (rows === undefined) return undefined;
    if (rows.length < pageSize) return offset + rows.length;
  }
  return undefined;
}

/**
 * The rows of history; `undefined` without an answer. A refusal counts as no rows: the customer was never enrolled
 * there, or the enrolment will be refused too.
 */
async function listRows(
  api: MilestreakClient,
  { customer, target }: Trial,
  offset: number,
): Promise<readonly Row[] | undefined> {
  const answer = await answerOf(api.getTrackedTargetEvents(customer, target, { limit: pageSize, offset }));
  if (answer.kind === "accepted") return answer.data;
  return answer.kind === "refused" ? [] : undefined;
}
