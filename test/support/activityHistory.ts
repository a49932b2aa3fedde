import type { ApiClient, ApiResponse } from "./apiClient.ts";
import { CustomerClosing } from "./customerClosing.ts";
import { readUnavailable, type Sabotage, type Stage, startFaultyClients } from "./faultStage.ts";
import { ok, targetPath } from "./org.ts";
import { Random } from "./random.ts";
import { during } from "./targetGroups.ts";

/** The effect of one activity or adjustment on the one target: the value before and after it, or that it did not count. */
type Effect = { readonly from: number; readonly to: number; readonly milestones: readonly number[] } | "notCounted";

/** The sub-targets of a target that enrols with activities. No return takes its value back, so each is reached once. */
export const subTargets = [1, 100, 900];

type Delivered = {
  readonly activity: SentActivity;
  /** The effects that the answered deliveries named, in the order of the answers. */
  readonly answers: readonly Effect[];
};

export type ActivityHistory = {
  readonly seed: number;
  readonly deliveries: readonly Delivered[];
  readonly unanswered: number;
  readonly faults: number;
  /** The value before the first activity. */
  readonly start: number;
  /** The value after every call had ended and nothing was under way any more. */
  readonly value: number;
  /** Each activity is delivered once more after that. These are the effects which those answers name. */
  readonly settled: readonly { readonly activity: SentActivity; readonly effect: Effect }[];
  readonly settledValue: number;
};

type SentActivity = {
  readonly activityId: string;
  readonly type: "TRANSACTION" | "RETURN" | "ADJUSTMENT";
  /** What an adjustment takes off is below 0. */
  readonly amount: number;
  readonly originalActivityId?: string;
};

/** The balance is far above the sum of all returns, so the value shown is never cut off at 0. */
const openingBalance = 2 ** 50;

type Wanted = {
  readonly seed: number;
  readonly rate: number;
  readonly customerId: number;
  readonly sabotage?: Sabotage | undefined;
  /**
   * `true`: some activities are returns and adjustments, and the customer stays in. `false`: there are none, and another
   * client un-enrols and re-enrols the customer meanwhile.
   */
  readonly hasReturns: boolean;
  /**
   * Whether everything arrives two cycles late, when the cycle has been settled. The customer must stay in then: a
   * membership that begins later does not cover the cycle.
   */
  readonly isSettled: boolean;
  /** Whether the group is over, and the enrolment is set aside meanwhile. The customer stays in then too. */
  readonly isOver: boolean;
  /** Whether the first activity enrols the customer. Nobody has enrolled before, so there are no balance and no returns. */
  readonly isAutomatic?: boolean;
};

const clientCount = 4;
const activityCount = 8;
const deliveriesPerClient = 5;
const occurredAt = during(1);
/** The group has five cycles. */
const afterwards = during(8);

/**
 * Clients of two processes deliver one customer's activities at the same time, many of them more than once. Requests to
 * the engine fail meanwhile.
 */
export async function recordActivityHistory(stage: Stage, wanted: Wanted): Promise<ActivityHistory> {
  const { seed, rate, customerId, sabotage, hasReturns, isSettled, isOver, isAutomatic = false } = wanted;
  const random = new Random(seed);
  const { witness } = stage;
  const till = new Till(stage, customerId);
  if (!isAutomatic) await ok(till.enter(witness, openingBalance));
  if (isSettled) await till.settleFirstCycle(stage);
  if (isOver) till.waitUntilOver();
  const activities = randomActivities(random, hasReturns);
  const service = await startFaultyClients(stage, { seed: random.integer(2 ** 32), rate, clientCount, sabotage });
  const log = new DeliveryLog(activities);
  const orders = service.clients.map(() => Array.from({ length: deliveriesPerClient }, () => random.oneOf(activities)));
  await Promise.all([
    ...service.clients.map((client, index) => till.deliver(client, orders[index] ?? [], log)),
    ...(isOver ? [till.setAside(stage)] : []),
    ...(hasReturns ? [] : service.clients.slice(0, 1).map((client) => till.leaveAndReturn(client))),
  ]);
  await service.close();
  const value = await till.value(witness);
  const settled = [];
  for (const activity of activities) settled.push({ activity, effect: await till.settle(witness, activity) });
  const { deliveries, unanswered } = log;
  const settledValue = await till.value(witness);
  const start = isAutomatic ? 0 : openingBalance;
  return { seed, deliveries, unanswered, faults: service.faults(), start, value, settled, settledValue };
}

type Activities = readonly [SentActivity, ...SentActivity[]];

function randomActivities(random: Random, hasReturns: boolean): Activities {
  const rest = Array.from({ length: activityCount - 1 }, (_, index) => randomActivity(random, index + 1, hasReturns));
  return [{ activityId: "0", type: "TRANSACTION", amount: 1 }, ...rest];
}

/** Each amount is a power of 4, so a sum tells which activities are in it and how often. */
function randomActivity(random: Random, index: number, hasReturns: boolean): SentActivity {
  const activity = { activityId: String(index), amount: 4 ** index };
  const [kind, original] = [random.fraction(), random.integer(activityCount)];
  if (!hasReturns || kind < 0.4) return { ...activity, type: "TRANSACTION" };
  if (kind < 0.6) return { ...activity, type: "ADJUSTMENT", amount: kind < 0.5 ? activity.amount : -activity.amount };
  // The return names a transaction that has arrived or arrives later, or it names another return and so no transaction.
  return { ...activity, type: "RETURN", originalActivityId: String(original) };
}

class DeliveryLog {
  readonly #answers: ReadonlyMap<SentActivity, Effect[]>;
  #unanswered = 0;

  constructor(activities: Activities) {
    this.#answers = new Map(activities.map((activity) => [activity, []]));
  }

  get deliveries(): readonly Delivered[] {
    return [...this.#answers].map(([activity, answers]) => ({ activity, answers }));
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  add(activity: SentActivity, effect: Effect | undefined): void {
    if (effect === undefined) this.#unanswered += 1;
    else this.#answers.get(activity)?.push(effect);
  }
}

const absences = 2;

class Till {
  readonly #path: string;
  readonly #customerId: number;
  #now = during(1);

  constructor({ group }: Stage, customerId: number) {
    this.#path = targetPath(group);
    this.#customerId = customerId;
  }

  enter(client: ApiClient, initialBalance: number | null) {
    return client.post(`${this.#path}/enroll`, [{ customerId: this.#customerId, initialBalance }], { now: this.#now });
  }

  async settleFirstCycle({ direct, org, group }: Stage): Promise<void> {
    const closing = new CustomerClosing(direct);
    const customerId = this.#customerId;
    for (const cycle of [2, 3]) await closing.close({ org: org.org, customerId, group }, Date.parse(during(cycle)));
    if (!(await closing.hasSettled(org.org, customerId))) throw new Error("The first cycle is not settled");
    this.#now = during(3);
  }

  waitUntilOver(): void {
    this.#now = afterwards;
  }

  async setAside({ direct, org, group }: Stage): Promise<void> {
    const aim = { org: org.org, customerId: this.#customerId, group };
    await new CustomerClosing(direct).setAside(aim, Date.parse(afterwards));
  }

  async deliver(client: ApiClient, activities: readonly SentActivity[], log: DeliveryLog): Promise<void> {
    for (const activity of activities) log.add(activity, await this.#send(client, activity));
  }

  /** The customer leaves and comes back. What counted before stays; what is delivered in between does not count. */
  async leaveAndReturn(client: ApiClient): Promise<void> {
    for (let absence = 1; absence <= absences; absence += 1) {
      await client.post(`${this.#path}/unEnroll`, [{ customerId: this.#customerId }], { now: this.#now });
      await this.enter(client, null);
    }
  }

  async value(client: ApiClient): Promise<number> {
    await this.enter(client, null);
    const path = `/users/${this.#customerId}/targetGroups?includeInactive=true`;
    const { body } = await ok(client.get(path, { now: this.#now }));
    return body.data.targetGroups[0].targets[0].targetAchievedValue;
  }

  async settle(client: ApiClient, activity: SentActivity): Promise<Effect> {
    const effect = await this.#send(client, activity);
    if (effect === undefined) throw new Error("The service without faults is not available");
    return effect;
  }

  async #send(client: ApiClient, activity: SentActivity): Promise<Effect | undefined> {
    const response = await (activity.type === "ADJUSTMENT"
      ? this.#adjust(client, activity)
      : this.#count(client, activity));
    if (response.status !== 200) {
      readUnavailable(response);
      return undefined;
    }
    const { data } = response.body;
    const targets = activity.type === "ADJUSTMENT" ? [data] : data.targets;
    if (targets.length === 0) return "notCounted";
    const milestones = targets.flatMap(({ milestonesReached }: { milestonesReached: { triggerValue: number }[] }) =>
      milestonesReached.map(({ triggerValue }) => triggerValue),
    );
    return { from: targets[0].oldAchievedValue, to: targets.at(-1).newAchievedValue, milestones };
  }

  #count(client: ApiClient, activity: SentActivity): Promise<ApiResponse> {
    return client.post("/activities", { ...activity, customerId: this.#customerId, occurredAt }, { now: this.#now });
  }

  #adjust(client: ApiClient, { activityId: adjustmentId, amount }: SentActivity): Promise<ApiResponse> {
    const record = { adjustmentId, customerId: this.#customerId, periodName: "c1", amount, reason: "A test" };
    return client.post(`${this.#path}/adjust`, [record], { now: this.#now });
  }
}

/**
 * The faults of a history. In a sound one each activity was counted once, at one moment, and every answer named its
 * true effect.
 */
export function faultsOf({ deliveries, start, value, settled, settledValue }: ActivityHistory): string[] {
  const found: string[] = [];
  for (const { activity, answers } of deliveries) {
    const effect = settled.find((one) => one.activity === activity)?.effect;
    if (answers.some((answer) => JSON.stringify(answer) !== JSON.stringify(effect)))
      found.push(`Activity ${activity.activityId} is answered ${JSON.stringify([...answers, effect])}`);
  }
  const times = timesCounted(deliveries, value - start);
  for (const [index, { activity, answers }] of deliveries.entries()) {
    const [answer] = answers;
    const permitted = answer === undefined ? [0, 1] : [answer === "notCounted" ? 0 : 1];
    if (!permitted.includes(times[index] ?? 0))
      found.push(`Activity ${activity.activityId}, ${JSON.stringify(answer)}, was counted ${times[index]} times`);
  }
  const told = settled.flatMap(({ effect }) => (effect === "notCounted" ? [] : effect.milestones)).toSorted(ascending);
  const reached = start === 0 ? subTargets.filter((goal) => goal <= settledValue) : [];
  if (JSON.stringify(told) !== JSON.stringify(reached))
    found.push(`The sub-targets ${JSON.stringify(told)} are told, and ${JSON.stringify(reached)} are reached`);
  const end = endOfChain(settled, start);
  if (end !== settledValue) found.push(`The effects lead to ${end}, the value is ${settledValue}`);
  return found;
}

function ascending(one: number, other: number): number {
  return one - other;
}

/** Reads the sum as digits of base 4. The digit of what is taken off is negative. */
function timesCounted(deliveries: readonly Delivered[], sum: number): number[] {
  let rest = sum;
  return deliveries.map(({ activity }) => {
    const digit = ((rest % 4) + 4) % 4;
    const isTakenOff = signed(activity) < 0;
    const times = isTakenOff ? (4 - digit) % 4 : digit;
    rest = (rest - (isTakenOff ? -times : times)) / 4;
    return times;
  });
}

function signed({ type, amount }: SentActivity): number {
  return type === "RETURN" ? -amount : amount;
}

/**
 * Each effect starts from the value that another one left. Sums of different activities differ, so there is only one
 * order.
 */
function endOfChain(settled: ActivityHistory["settled"], start: number): number | undefined {
  const byStart = new Map<number, number>();
  for (const { activity, effect } of settled) {
    if (effect === "notCounted") continue;
    if (effect.to - effect.from !== signed(activity)) return undefined;
    byStart.set(effect.from, effect.to);
  }
  let value = start;
  for (const _ of byStart) value = byStart.get(value) ?? value;
  const counted = settled.filter(({ effect }) => effect !== "notCounted");
  return byStart.size === counted.length ? value : undefined;
}
