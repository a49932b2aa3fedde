import type { Activity } from "../../shared/domain/activity.ts";
import { enrolls, newEnrollment } from "../../shared/domain/automatic.ts";
import type { TargetEffect } from "../../shared/domain/counting.ts";
import type { OriginalActivity } from "../../shared/domain/placing.ts";
import type { Target, TargetGroup } from "../../shared/domain/targetGroup.ts";
import { asOriginal } from "../../shared/table/activityItem.ts";
import { noonOf } from "./domain.ts";
import { SettledLife } from "./settledLife.ts";

type Recorded = { readonly activity: Activity; readonly effects: TargetEffect[] };

/**
 * One customer and the targets of a group that enrol with activities. It does what the service does with each activity,
 * without the table.
 */
export class AutomaticLife {
  readonly #group: TargetGroup;
  readonly #notesReturns: boolean;
  readonly #lives = new Map<number, SettledLife>();
  readonly #recorded = new Map<string, Recorded>();
  readonly #noted = new Map<string, string[]>();
  #cycle = 1;

  /** With `notesReturns: false` it forgets the returns that come before their transaction and before an enrolment. */
  constructor(group: TargetGroup, { notesReturns = true } = {}) {
    this.#group = group;
    this.#notesReturns = notesReturns;
  }

  /** The customer's life in the target; `undefined` while nothing has enrolled the customer. */
  of({ id }: Target): SettledLife | undefined {
    return this.#lives.get(id);
  }

  passTo(cycle: number): void {
    this.#cycle = Math.max(this.#cycle, cycle);
    for (const life of this.#lives.values()) life.passTo(cycle);
  }

  deliver(activity: Activity): void {
    if (this.#recorded.has(activity.activityId)) return;
    const original = this.#originalOf(activity);
    const effects = this.#group.targets.flatMap((target) => this.#count(target, activity, original));
    this.#recorded.set(activity.activityId, { activity, effects });
    const { originalActivityId } = activity;
    const isUnheard = effects.length < this.#group.targets.length && original === undefined;
    if (originalActivityId === undefined || !isUnheard || !this.#notesReturns) return;
    this.#noted.set(originalActivityId, [...(this.#noted.get(originalActivityId) ?? []), activity.activityId]);
  }

  #count(target: Target, activity: Activity, original: OriginalActivity | undefined): TargetEffect[] {
    const life = this.#lives.get(target.id) ?? this.#enrolled(target, activity);
    if (life === undefined) return [];
    this.#lives.set(target.id, life);
    return [life.count(activity, original, noonOf(this.#cycle), this.#unheard(target, activity))];
  }

  #enrolled(target: Target, activity: Activity): SettledLife | undefined {
    const now = noonOf(this.#cycle);
    if (!enrolls({ group: this.#group, target }, activity, now)) return undefined;
    const { customerId, activityId: enrolledByActivity } = activity;
    const origin = { customerId, enrolledByActivity, operationId: "operation-1", now };
    const enrollment = newEnrollment({ group: this.#group, target }, origin);
    const life = new SettledLife({ ...this.#group, targets: [target] }, enrollment);
    life.passTo(this.#cycle);
    return life;
  }

  #unheard({ id }: Target, { activityId }: Activity): Activity[] {
    return (this.#noted.get(activityId) ?? []).flatMap((one) => {
      const { activity, effects = [] } = this.#recorded.get(one) ?? {};
      return activity === undefined || effects.some(({ targetId }) => targetId === id) ? [] : [activity];
    });
  }

  #originalOf({ originalActivityId = "" }: Activity): OriginalActivity | undefined {
    const { activity, effects = [] } = this.#recorded.get(originalActivityId) ?? {};
    return activity && asOriginal({ type: activity.type, occurredAt: activity.occurredAt, effects });
  }
}
