import { randomUUID } from "node:crypto";
import pMap from "p-map";
import { closeCycles } from "../../local/closeCycles.ts";
import type { Activity } from "../../shared/domain/activity.ts";
import type { Decimal } from "../../shared/domain/decimal.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { overAt } from "../../shared/domain/over.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import { closeEnrollment } from "../../shared/operations/closeShards.ts";
import { createTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import { recordActivity } from "../../shared/operations/recordActivity.ts";
import { TargetGroupCache } from "../../shared/operations/targetGroupCache.ts";
import { writeUnenrollment } from "../../shared/operations/unenroll.ts";
import type { Table } from "../../shared/table/client.ts";
import { putIndexRow } from "../../shared/table/enrollmentIndex.ts";
import { parseEnrollment } from "../../shared/table/enrollmentItem.ts";
import { type EnrollmentRef, findWherever, listEnrollments, listSetAside } from "../../shared/table/enrollments.ts";
import type { Org } from "../../shared/table/keys.ts";
import { readRows } from "../../shared/table/past.ts";
import { findTargetGroup, retireGroup } from "../../shared/table/targetGroups.ts";
import { ShardList } from "../../shared/table/targetShards.ts";
import { buildActivity, buildGroup, buildTarget, noonOf } from "./domain.ts";
import { byTest, enroll } from "./membership.ts";

const hour = 60 * 60 * 1000;

/**
 * One customer of a brand of its own, in a group of two daily cycles that is over and in one of 90 cycles that is not.
 */
export class OverLife {
  readonly org: Org;
  readonly customerId = 7;
  readonly table: Table;
  readonly over: TargetGroup;
  readonly current: TargetGroup;

  private constructor(table: Table, org: string, groups: readonly [TargetGroup, TargetGroup]) {
    this.table = table;
    this.org = org;
    [this.over, this.current] = groups;
  }

  /** `targets` is the number of targets of the group that is over. */
  static async begin(table: Table, targets = 1): Promise<OverLife> {
    const org = randomUUID();
    const life = new OverLife(table, org, [await newGroup(table, org, 2, targets), await newGroup(table, org, 90, 1)]);
    for (const group of [life.over, life.current]) await life.enrollIn(group);
    return life;
  }

  async enrollIn(group: TargetGroup): Promise<void> {
    const plan = { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" }, definitionVersion: 1 } as const;
    const enter = async (ref: EnrollmentRef) => {
      await enroll(this.table, ref, plan, noonOf(1));
      await Promise.all([putIndexRow(this.table, ref), new ShardList(this.table).add(ref)]);
    };
    await pMap(this.refs(group), enter, { concurrency: 10 });
  }

  refs({ id: groupId, targets }: TargetGroup): EnrollmentRef[] {
    return targets.map(({ id: targetId }) => ({ org: this.org, customerId: this.customerId, groupId, targetId }));
  }

  get ref(): EnrollmentRef {
    const [ref] = this.refs(this.over);
    if (ref === undefined) throw new Error("The group has a target");
    return ref;
  }

  /** A time at which the group is over, and its enrolments may have been set aside. */
  get afterwards(): number {
    return overAt(this.over) + 2 * hour;
  }

  /** Counts the activity, as a process does that has just started if none is given. */
  async count(
    fields: Partial<Activity>,
    now = this.afterwards,
    table = this.table,
    targetGroups = new TargetGroupCache(table),
  ) {
    const activity = { ...buildActivity({ customerId: this.customerId, ...fields }), contentDigest: "content" };
    const result = await recordActivity(table, targetGroups, this.org, activity, now);
    if (!("activity" in result)) throw new Error(result.outcome);
    return { outcome: result.outcome, effects: result.activity.effects };
  }

  leave(now = this.afterwards, table = this.table) {
    const call = { authorship: byTest, now, mayBeSetAside: true };
    return writeUnenrollment(table, this.ref, call, (stored) => decideUnenrollment(this.over, stored, now));
  }

  /** Does all sweeps that are due. */
  async sweep(now = this.afterwards): Promise<void> {
    await closeCycles(this.table, now, this.org);
  }

  /** Does what a worker does for the one customer, after the group was retired. */
  async setAside(table = this.table, { id } = this.over): Promise<void> {
    const group = await findTargetGroup(this.table, this.org, id);
    if (group === undefined) throw new Error("The group is there");
    await retireGroup(this.table, this.org, group, this.afterwards);
    const retired = { ...group, retiredAt: this.afterwards };
    await pMap(this.refs(group), (ref) => closeEnrollment(table, retired, ref, this.afterwards), { concurrency: 10 });
  }

  async enrollment(group = this.over): Promise<Enrollment> {
    const [ref = this.ref] = this.refs(group);
    const stored = await findWherever(this.table, ref, parseEnrollment);
    if (stored === undefined) throw new Error("The customer was never enrolled");
    return stored;
  }

  async sum(group = this.over): Promise<Decimal> {
    const stored = await this.enrollment(group);
    const { achieved } = await readRows(this.table, this.org, stored, [...stored.past.writtenRows]);
    return [...achieved.values()].reduce((one, other) => one + other, 0n);
  }

  /** The groups of the enrolments that stay, and of those that were set aside. */
  async places(): Promise<{ readonly stay: readonly number[]; readonly aside: readonly number[] }> {
    const [stay, aside] = [
      await listEnrollments(this.table, this.org, this.customerId),
      await listSetAside(this.table, this.org, this.customerId),
    ];
    return { stay: stay.map(({ groupId }) => groupId), aside: aside.map(({ groupId }) => groupId) };
  }
}

/** The cycles are a day long each. */
export async function newGroup(
  table: Table,
  org: string,
  cycleCount: number,
  targetCount: number,
): Promise<TargetGroup> {
  const targets = Array.from({ length: targetCount }, (_, index) => buildTarget({ name: `Target ${index}` }));
  const group = await createTargetGroup(table, org, buildGroup({ name: randomUUID(), cycleCount, targets }), noonOf(1));
  if (typeof group === "string") throw new Error("Names are random");
  return group;
}

/** Lets something happen right before one request of the table, which is counted from 1. */
export function before(
  table: Table,
  request: number,
  happening: () => Promise<unknown>,
): { readonly sent: () => number } {
  let sent = 0;
  table.client.middlewareStack.add(
    (next) => async (args) => {
      sent += 1;
      if (sent === request) await happening();
      return next(args);
    },
    { step: "initialize", name: "before", priority: "low" },
  );
  return { sent: () => sent };
}
