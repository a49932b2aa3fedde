import { isToBeClosed } from "../domain/cycleClosing.ts";
import { type ErasingSweep, isFirstPass, secondPass } from "../domain/erasing.ts";
import type { Instant } from "../domain/instant.ts";
import { isTooLate, nextReminding, type RemindingSweep, targetsToRemind } from "../domain/reminding.ts";
import { ServiceError } from "../domain/serviceError.ts";
import {
  type ClosingSweep,
  type Counting,
  isFinalCount,
  type JudgingSweep,
  judgingAfter,
  lastDueAt,
  nextStatistics,
  retiresAt,
  type StartSweep,
  type StatisticsSweep,
  startsBy,
  statisticsAfter,
  sweepAfter,
} from "../domain/sweeps.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import { logUnexpected } from "../observability/log.ts";
import type { FailureSource } from "../observability/metricNames.ts";
import { countLateStart, countSkippedReminders } from "../observability/metrics.ts";
import type { Table } from "../table/client.ts";
import { noteClosedCycles } from "../table/closedCycles.ts";
import {
  buildErasingItem,
  buildJudgingItem,
  buildSweepItem,
  type CustomerSweep,
  completeSweep,
  type DueSweep,
  findJudging,
  findSwept,
  type GroupSweep,
  isStarted,
  listDueSweeps,
  putNextSweep,
  startCount,
} from "../table/dueSweeps.ts";
import { EngineUnavailable } from "../table/failures.ts";
import { type Org, targetKey } from "../table/keys.ts";
import { Patience } from "../table/rounds.ts";
import { noteStart } from "../table/startedCycles.ts";
import { type CompleteCount, findCompleteCount, noteCompleteCount } from "../table/statistics.ts";
import { findTargetGroup, noteRevalued, retireGroup } from "../table/targetGroups.ts";
import { listTargetShards, type TargetShards } from "../table/targetShards.ts";
import { interleaved } from "./interleaved.ts";
import { shardNumbers } from "./shardNumbers.ts";

/**
 * The work of one call: to close what has ended in some shards of a target's enrolments, or to do there what another
 * sweep is for. It is JSON, so a missing value is `null`.
 */
export type ShardTask = {
  readonly org: Org;
  readonly groupId: number;
  readonly targetId: number;
  /** What is done with each enrolment. */
  readonly sweep: TaskSweep;
  /** Cycles that are to be closed by this time are closed, and other work is done at this time. */
  readonly now: Instant;
  /** The shards to go through, in this order. */
  readonly shards: readonly number[];
  /** The customer of the first shard to continue after. */
  readonly resumeAfter: number | null;
  /** Whether some enrolment of the first shard could not be closed. The shard then stays due. */
  readonly hasFailures: boolean;
  /** The enrolments that earlier calls could not close. */
  readonly failedCount: number;
  /** Of enrolments that were being written to by others. Callers can bring that about, so it is no failure of the function. */
  readonly busyCount: number;
};

/** The work of one call on the items of a customer who is erased or anonymised. It is JSON. */
export type ErasingTask = {
  readonly org: Org;
  readonly sweep: Pick<ErasingSweep, "kind" | "dueAt" | "customerId" | "mode" | "requestedAt">;
  readonly now: Instant;
  /** The sort key of the last item that was gone through. */
  readonly resumeAfter: string | null;
  /** Whether the request was recorded outside the table. Before that, its first pass removes nothing. */
  readonly isRecorded: boolean;
};

/** The work of one call of the function that closes. */
export type ClosingTask = ShardTask | ErasingTask;

export function isErasing(task: ClosingTask): task is ErasingTask {
  return task.sweep.kind === "ERASING";
}

/** What a task needs to know of its sweep. Closing depends on nothing but the time. */
type TaskSweep = Pick<ClosingSweep, "kind"> | Counting | JudgingSweep | RemindingSweep;

/** Where the next page of due work begins. */
export type DuePosition = {
  /** Sweeps that were read and not looked at yet. */
  readonly waiting: readonly DueSweep[];
  /** The sweep to read on after; `null` when all were read. */
  readonly after: DueSweep | null;
};

export type DueShards = {
  readonly tasks: readonly ClosingTask[];
  /** `null` when this page was the last. */
  readonly resumeAfter: DuePosition | null;
};

export type DueQuestion = {
  /** Limits the work to one brand, and to one of its groups. */
  readonly org?: Org;
  readonly groupId?: number;
  /** Whether each shard is a task of its own. Otherwise those of a target are one. */
  readonly eachShard?: boolean;
  /** How often the customers of each target are counted; 0 for never, as without it. */
  readonly statisticsEveryHours?: number;
};

/**
 * A page is the state machine's input, which may have 256 kB. These leave room for the tasks of the last groups, which
 * have at most 15 kB each.
 */
export const pageLimits = { sweeps: 400, groupsAtOnce: 5, taskBytes: 90_000 } as const;

/**
 * One page of the due work: tasks for the shards that hold enrolments and are not closed yet. Brands take turns. A page
 * ends early when it is full, or when patience ends.
 *
 * A sweep with nothing left to close is completed: the group's next one takes its place. So a group in which nobody was
 * ever enrolled makes no task.
 */
export async function listDueShards(
  table: Table,
  now: Instant,
  position: DuePosition | null,
  question: DueQuestion = {},
): Promise<DueShards> {
  const patience = new Patience(table);
  const { waiting, after } = position?.waiting.length ? position : await nextSweeps(table, now, position, question);
  const tasks: ClosingTask[] = [];
  let looked = 0;
  let bytes = 0;
  while (looked < waiting.length && bytes < pageLimits.taskBytes && (looked === 0 || !patience.isOver)) {
    const some = waiting.slice(looked, looked + pageLimits.groupsAtOnce);
    const found = await Promise.all(some.map((sweep) => tasksOrNone(table, sweep, now, question)));
    tasks.push(...found.flat());
    bytes += JSON.stringify(found).length;
    looked += some.length;
  }
  const rest = { waiting: waiting.slice(looked), after };
  return { tasks: interleaved(tasks), resumeAfter: rest.waiting.length === 0 && after === null ? null : rest };
}

async function nextSweeps(
  table: Table,
  now: Instant,
  position: DuePosition | null,
  { org, groupId }: DueQuestion,
): Promise<DuePosition> {
  const page = await listDueSweeps(table, now, position?.after ?? undefined, pageLimits.sweeps);
  const wanted = page.sweeps.filter(
    (sweep) => (org === undefined || sweep.org === org) && (groupId === undefined || isOfGroup(sweep, groupId)),
  );
  return { waiting: interleaved(wanted), after: page.hasMore ? (page.sweeps.at(-1) ?? null) : null };
}

function isOfGroup(sweep: DueSweep, groupId: number): boolean {
  return sweep.kind !== "ERASING" && sweep.groupId === groupId;
}

/**
 * A group that cannot be looked at is logged. It stays due, and keeps no other group waiting. When the engine does not
 * answer, the look fails.
 */
async function tasksOrNone(table: Table, sweep: DueSweep, now: Instant, question: DueQuestion): Promise<ClosingTask[]> {
  try {
    if (sweep.kind === "ERASING") return await erasingTasks(table, sweep, now);
    return await tasksOf(table, sweep, now, question);
  } catch (error) {
    if (error instanceof EngineUnavailable) throw error;
    logUnexpected(error, failureSources[sweep.kind], { org: sweep.org });
    return [];
  }
}

/** What goes wrong with one kind of work is counted apart from what goes wrong with another. */
export const failureSources = {
  CLOSING: "closing",
  ERASING: "erasing",
  JUDGING: "judging",
  REMINDING: "reminding",
  START: "closing",
  STATISTICS: "statistics",
} as const satisfies Record<DueSweep["kind"], FailureSource>;

/**
 * The pass itself, until its worker has noted that it went through all items. Then the second pass follows the first, at once
 * when it is due by now.
 */
async function erasingTasks(table: Table, sweep: CustomerSweep, now: Instant): Promise<ErasingTask[]> {
  const swept = await findSwept(table, sweep);
  // Another execution has completed it.
  if (swept === undefined) return [];
  if (swept.size === 0) return [erasingTask(sweep, now)];
  const next = isFirstPass(sweep) ? { ...secondPass(sweep), org: sweep.org } : undefined;
  await completeSweep(table, sweep, next && buildErasingItem(next));
  return next === undefined || next.dueAt > now ? [] : [erasingTask(next, now)];
}

function erasingTask({ org, kind, dueAt, customerId, mode, requestedAt }: CustomerSweep, now: Instant): ErasingTask {
  return { org, sweep: { kind, dueAt, customerId, mode, requestedAt }, now, resumeAfter: null, isRecorded: false };
}

/** What is left of a sweep. When nothing is, completes it. */
async function tasksOf(table: Table, sweep: GroupSweep, now: Instant, question: DueQuestion): Promise<ShardTask[]> {
  const { org, groupId } = sweep;
  const [group, targets] = await Promise.all([
    findTargetGroup(table, org, groupId),
    sweep.kind === "START" ? [] : listTargetShards(table, org, groupId),
  ]);
  // The group has been deleted, in which nobody was ever enrolled.
  if (group === undefined) return completeSweep(table, sweep, undefined).then(() => []);
  switch (sweep.kind) {
    case "CLOSING":
      return closingTasks(table, sweep, { group, targets }, now, question);
    case "JUDGING":
      return judgingTasks(table, sweep, targets, now, question);
    case "START":
      return tellStarts(table, sweep, group, now).then(() => []);
    case "REMINDING":
      return remindingTasks(table, sweep, { group, targets }, now, question);
    case "STATISTICS":
      return statisticsTasks(table, sweep, { group, targets }, now, question);
  }
}

/** How much later than it is due a start can be told without being counted as late. */
const startToleranceMilliseconds = 30 * 60 * 1000;

/** Tells of the starts of cycles by noting them. It is safe to repeat. */
async function tellStarts(
  table: Table,
  sweep: GroupSweep & StartSweep,
  group: TargetGroup,
  now: Instant,
): Promise<void> {
  const { org, groupId, fromCycle, dueAt } = sweep;
  const { started, next } = startsBy(group, fromCycle, now);
  const definitionVersion = group.version;
  await Promise.all(started.map((cycleNumber) => noteStart(table, { org, groupId, cycleNumber, definitionVersion })));
  if (now - dueAt > startToleranceMilliseconds && started.length > 0) countLateStart(org);
  await completeSweep(table, sweep, next && buildSweepItem({ ...next, org, groupId }));
}

/**
 * When nothing is left, notes which cycles are closed. The last sweep of a group retires it first. When the group has
 * changed in the meantime, the next look decides again.
 */
async function closingTasks(
  table: Table,
  sweep: GroupSweep & ClosingSweep,
  { group, targets }: { readonly group: TargetGroup; readonly targets: readonly TargetShards[] },
  now: Instant,
  question: DueQuestion,
): Promise<ShardTask[]> {
  const { org, groupId, fromCycle } = sweep;
  const due = lastDueAt(group, fromCycle, now) ?? sweep.dueAt;
  if (due >= retiresAt(group) && !(await retireGroup(table, org, group, now))) return [];
  const open = targets.map((target) => ({ targetId: target.targetId, shards: openShards(target, due) }));
  const tasks = tasksFor(sweep, { kind: sweep.kind }, open, now, question);
  if (tasks.length > 0) return tasks;
  await noteClosedCycles(table, sweep, closedBy(group, due), now);
  const next = sweepAfter(group, fromCycle, due);
  await completeSweep(table, sweep, next && buildSweepItem({ ...next, org, groupId }));
  return [];
}

/** A sweep goes through all shards with enrolments, and is followed by one that finds those that came into the index later. */
async function judgingTasks(
  table: Table,
  sweep: GroupSweep & JudgingSweep,
  targets: readonly TargetShards[],
  now: Instant,
  question: DueQuestion,
): Promise<ShardTask[]> {
  const { org, groupId, targetId, kind, dueAt, editedAt, version } = sweep;
  const judging = await findJudging(table, sweep);
  // Another execution has completed it.
  if (judging === undefined) return [];
  const left = shardsOf(targets, targetId).filter((shard) => !judging.swept.has(shard));
  const tasks = tasksFor(
    sweep,
    { kind, dueAt, targetId, editedAt, version },
    [{ targetId, shards: left }],
    now,
    question,
  );
  if (tasks.length > 0) return tasks;
  // An edit is under way. The next look notes the end of the judging.
  if (!(await noteRevalued(table, targetKey(org, groupId, targetId), { editedAt, now }))) return [];
  const next = judgingAfter(sweep);
  await completeSweep(table, sweep, next && buildJudgingItem({ ...next, org, groupId }, judging.changes));
  return [];
}

/** A reminder that is too late is skipped, and the group's next one takes its place. */
async function remindingTasks(
  table: Table,
  sweep: GroupSweep & RemindingSweep,
  { group, targets }: { readonly group: TargetGroup; readonly targets: readonly TargetShards[] },
  now: Instant,
  question: DueQuestion,
): Promise<ShardTask[]> {
  const { org, groupId, kind, dueAt } = sweep;
  const swept = await findSwept(table, sweep);
  // Another execution has completed it.
  if (swept === undefined) return [];
  const open = targetsToRemind(group, sweep, now).map(({ id: targetId }) => ({
    targetId,
    shards: unswept(group, targets, targetId, swept),
  }));
  const tasks = tasksFor(sweep, { kind, dueAt }, open, now, question);
  if (tasks.length > 0) return tasks;
  if (isTooLate(group, sweep, now)) countSkippedReminders(org);
  const next = nextReminding(group, sweep, now);
  await completeSweep(table, sweep, next && buildSweepItem({ ...next, org, groupId }));
  return [];
}

/** How often a group is looked at while its customers are not counted, in case they are to be counted again. */
const uncountedHours = 24;

/**
 * The shards that were not counted yet. When all were, notes that the count is complete. Of a group in which nobody was ever
 * enrolled nothing is noted, so that nothing is left of it when it is deleted.
 */
async function statisticsTasks(
  table: Table,
  sweep: GroupSweep & StatisticsSweep,
  { group, targets }: { readonly group: TargetGroup; readonly targets: readonly TargetShards[] },
  now: Instant,
  question: DueQuestion,
): Promise<ShardTask[]> {
  const { org, groupId, kind, dueAt } = sweep;
  const { statisticsEveryHours: everyHours = 0 } = question;
  const finish = async (next: StatisticsSweep | undefined, note?: CompleteCount): Promise<ShardTask[]> => {
    await Promise.all([
      note && noteCompleteCount(table, org, groupId, note),
      next && putNextSweep(table, buildSweepItem({ ...next, org, groupId })),
    ]);
    await completeSweep(table, sweep, undefined);
    return [];
  };
  const complete = async (startedAt: Instant, note?: CompleteCount): Promise<ShardTask[]> =>
    finish(statisticsAfter(group, startedAt, everyHours === 0 ? uncountedHours : everyHours), note);
  if (targets.length === 0) return complete(now);
  // A count that has begun is brought to its end. Given up, it would name the customers at whom it stopped for good.
  const isSwitchedOff = everyHours === 0 && !(await isStarted(table, sweep));
  const last = await findCompleteCount(table, org, groupId);
  if (isSwitchedOff) return finish(nextLook(group, last, now));
  const started = await startCount(table, sweep, { startedAt: now, slot: last === undefined ? 0 : 1 - last.slot });
  // Another execution has completed it.
  if (started === undefined) return [];
  const { startedAt, slot, swept } = started;
  if (last !== undefined && last.dueAt >= dueAt) return complete(startedAt);
  const open = targets.map(({ targetId }) => ({ targetId, shards: unswept(group, targets, targetId, swept) }));
  const tasks = tasksFor(sweep, { kind, dueAt, startedAt, slot }, open, now, question);
  if (tasks.length > 0) return tasks;
  return complete(startedAt, { dueAt, startedAt, slot });
}

/** When to ask again whether the customers are to be counted; `undefined` when the final count is complete. */
function nextLook(group: TargetGroup, last: CompleteCount | undefined, now: Instant): StatisticsSweep | undefined {
  if (last !== undefined && isFinalCount(group, last.startedAt)) return undefined;
  return nextStatistics(group, now, uncountedHours);
}

/** The shards of the target that a sweep over all targets of the group has not gone through. */
function unswept(
  group: TargetGroup,
  targets: readonly TargetShards[],
  targetId: number,
  swept: ReadonlySet<number>,
): number[] {
  return shardsOf(targets, targetId).filter(
    (shard) => !shardNumbers(group, targetId, [shard]).some((n) => swept.has(n)),
  );
}

/** The shards of the target that hold enrolments, in order. */
function shardsOf(targets: readonly TargetShards[], targetId: number): number[] {
  const target = targets.find((each) => each.targetId === targetId);
  return [...(target?.closedUpTo.keys() ?? [])].toSorted((one, other) => one - other);
}

type OpenShards = Pick<ShardTask, "targetId" | "shards">;

function tasksFor(
  due: GroupSweep,
  sweep: TaskSweep,
  open: readonly OpenShards[],
  now: Instant,
  { eachShard = false }: DueQuestion,
): ShardTask[] {
  const parts = eachShard
    ? open.flatMap(({ targetId, shards }) => shards.map((shard) => ({ targetId, shards: [shard] })))
    : open;
  return parts.filter(({ shards }) => shards.length > 0).map((part) => newTask(due, sweep, part, now));
}

/** The cycles that were to be closed by the time, and of which no note says so. */
function closedBy(group: TargetGroup, time: Instant): number[] {
  const open = group.cycles.filter(({ number }) => !group.closedAt.has(number));
  return open.filter((cycle) => isToBeClosed(group, cycle, time)).map(({ number }) => number);
}

function openShards({ closedUpTo }: TargetShards, due: Instant): number[] {
  const open = [...closedUpTo].filter(([, closed]) => closed < due).map(([shard]) => shard);
  return open.toSorted((one, other) => one - other);
}

function newTask(
  { org, groupId }: GroupSweep,
  sweep: TaskSweep,
  { targetId, shards }: OpenShards,
  now: Instant,
): ShardTask {
  const progress = { resumeAfter: null, hasFailures: false, failedCount: 0, busyCount: 0 };
  return { org, groupId, targetId, sweep, now, shards, ...progress };
}

/**
 * The read is consistent: a sweep that is due belongs to a group that exists, and its next sweep depends on all its
 * cycles.
 */
export async function requireGroup(
  table: Table,
  { org, groupId }: Pick<GroupSweep, "org" | "groupId">,
): Promise<TargetGroup> {
  const group = await findTargetGroup(table, org, groupId);
  if (group === undefined) throw new ServiceError(`Target group ${groupId} has a sweep and no definition`);
  return group;
}
