import { randomUUID } from "node:crypto";
import type { ApiClient, ApiResponse } from "./apiClient.ts";
import { CustomerClosing } from "./customerClosing.ts";
import { readUnavailable, type Sabotage, type Stage, startFaultyClients } from "./faultStage.ts";
import type { RecordedCall, SequentialModel } from "./linearizability.ts";
import { ok, type TestGroup, targetPath } from "./org.ts";
import { Random } from "./random.ts";
import { during } from "./targetGroups.ts";

export type EnrollmentCall =
  /** Each enrolment has another opening balance, so a read tells which enrolment it sees. */
  { readonly kind: "enroll"; readonly balance: number } | { readonly kind: "unenroll" } | { readonly kind: "read" };

export type EnrollmentAnswer =
  | { readonly outcome: "done" | "refused" }
  | { readonly outcome: "read"; readonly state: EnrollmentState };

/** The balance of the enrolment, or `out` while there is none. */
export type EnrollmentState = number | "out";

/**
 * One customer and one target. Enrolling succeeds for a customer who is out, un-enrolling for one who is in
 * (docs/enrolment.md).
 */
export const enrollmentModel: SequentialModel<EnrollmentState, EnrollmentCall, EnrollmentAnswer> = {
  initial: "out",
  next: (state, call, answer) => {
    if (call.kind === "read") return answer === undefined || isStateRead(answer, state) ? state : undefined;
    const isPossible = (call.kind === "enroll") === (state === "out");
    if (answer !== undefined && answer.outcome !== (isPossible ? "done" : "refused")) return undefined;
    if (!isPossible) return state;
    return call.kind === "enroll" ? call.balance : "out";
  },
};

function isStateRead(answer: EnrollmentAnswer, state: EnrollmentState): boolean {
  return answer.outcome === "read" && answer.state === state;
}

export type EnrollmentHistory = {
  readonly seed: number;
  readonly calls: readonly RecordedCall<EnrollmentCall, EnrollmentAnswer>[];
  readonly faults: number;
};

type Wanted = {
  readonly seed: number;
  /** The share of engine requests that meet a fault. */
  readonly rate: number;
  readonly customerId: number;
  readonly sabotage?: Sabotage | undefined;
  /** Whether the customer has lived through two cycles before. The first is settled while the calls are made. */
  readonly isSettled: boolean;
};

const clientCount = 4;
const callsPerClient = 5;

/** Clients of two processes enrol, un-enrol and read one customer at random while requests to the engine fail. */
export async function recordEnrollmentHistory(
  stage: Stage,
  { seed, rate, customerId, sabotage, isSettled }: Wanted,
): Promise<EnrollmentHistory> {
  const random = new Random(seed);
  const faultSeed = random.integer(2 ** 32);
  const service = await startFaultyClients(stage, { seed: faultSeed, rate, clientCount, sabotage });
  const recorder = new CallRecorder();
  const past = isSettled ? await liveTwoCycles(stage, customerId) : undefined;
  const now = past === undefined ? during(1) : during(3);
  const clients = service.clients.map((api, index) => ({
    caller: new Caller(api, stage.group, customerId, now, index === 0),
    calls: randomCalls(random, index),
  }));
  await Promise.all([...clients.map(({ caller, calls }) => makeCalls(recorder, caller, calls)), past?.settle()]);
  await service.close();
  // Nothing is under way any more, so this read shows what all calls together have left.
  const witness = new Caller(stage.witness, stage.group, customerId, now, false);
  await makeCalls(recorder, witness, [{ kind: "read" }]);
  return { seed, calls: recorder.calls, faults: service.faults() };
}

/** The customer is in for two cycles, of which the first is closed, and leaves in the third. */
async function liveTwoCycles({ direct, org, group, witness }: Stage, customerId: number) {
  const closing = new CustomerClosing(direct);
  const close = (cycle: number) => closing.close({ org: org.org, customerId, group }, Date.parse(during(cycle)));
  const send = (verb: string, cycle: number) =>
    ok(witness.post(`${targetPath(group)}/${verb}`, [{ customerId }], { now: during(cycle) }));
  await send("enroll", 1);
  await close(2);
  await send("unEnroll", 3);
  const settle = async () => {
    await close(3);
    if (!(await closing.hasSettled(org.org, customerId))) throw new Error("The first cycle is not settled");
  };
  return { settle };
}

function randomCalls(random: Random, client: number): EnrollmentCall[] {
  return Array.from({ length: callsPerClient }, (_, index): EnrollmentCall => {
    const kind = random.oneOf([
      "enroll",
      "enroll",
      "enroll",
      "unenroll",
      "unenroll",
      "unenroll",
      "read",
      "read",
    ] as const);
    return kind === "enroll" ? { kind, balance: client * callsPerClient + index + 1 } : { kind };
  });
}

async function makeCalls(recorder: CallRecorder, caller: Caller, calls: readonly EnrollmentCall[]): Promise<void> {
  for (const call of calls) await recorder.record(call, () => caller.make(call));
}

/** `unknown`: the call may have been carried out. `unchanged`: the answer says that it was not. */
type Outcome = EnrollmentAnswer | "unknown" | "unchanged";

/** Records calls and returns in order, by counting them. */
class CallRecorder {
  readonly #calls: RecordedCall<EnrollmentCall, EnrollmentAnswer>[] = [];
  #moment = 0;

  get calls(): readonly RecordedCall<EnrollmentCall, EnrollmentAnswer>[] {
    return this.#calls;
  }

  async record(call: EnrollmentCall, make: () => Promise<Outcome>): Promise<void> {
    const calledAt = this.#tick();
    const outcome = await make();
    const at = this.#tick();
    if (outcome === "unchanged") return;
    this.#calls.push({ call, calledAt, returned: outcome === "unknown" ? undefined : { at, answer: outcome } });
  }

  #tick(): number {
    this.#moment += 1;
    return this.#moment;
  }
}

const repeatsLimit = 20;
/**
 * A till. A persistent one names each enrolment with an `Idempotency-Key` and repeats it until it is answered. Each
 * customer has one such till, so its repeats count as one call.
 */
class Caller {
  readonly #api: ApiClient;
  readonly #group: TestGroup;
  readonly #customerId: number;
  readonly #now: string;
  readonly #isPersistent: boolean;

  constructor(api: ApiClient, group: TestGroup, customerId: number, now: string, isPersistent: boolean) {
    this.#api = api;
    this.#group = group;
    this.#customerId = customerId;
    this.#now = now;
    this.#isPersistent = isPersistent;
  }

  async make(call: EnrollmentCall): Promise<Outcome> {
    switch (call.kind) {
      case "enroll":
        return this.#enroll(call.balance);
      case "unenroll":
        return changed(await this.#api.post(this.#path("unEnroll"), [this.#record()], { now: this.#now }), 310126);
      case "read": {
        const path = `/users/${this.#customerId}/targetGroups`;
        return readState(await this.#api.get(path, { now: this.#now }));
      }
    }
  }

  async #enroll(balance: number): Promise<Outcome> {
    const record = { ...this.#record(), initialBalance: balance };
    const headers: Record<string, string> = this.#isPersistent ? { "Idempotency-Key": randomUUID() } : {};
    let outcome: Outcome = "unknown";
    for (let call = 1; call <= (this.#isPersistent ? repeatsLimit : 1); call += 1) {
      outcome = changed(await this.#api.post(this.#path("enroll"), [record], { now: this.#now, headers }), 310119);
      // The fate of an earlier call is unknown, and its write may still be on its way. A refusal is no answer to that
      // call.
      if (typeof outcome === "object") return call > 1 && outcome.outcome === "refused" ? "unknown" : outcome;
    }
    // The answer to the last of several calls does not tell what the first one did.
    return this.#isPersistent ? "unknown" : outcome;
  }

  #record() {
    return { customerId: this.#customerId };
  }

  #path(verb: "enroll" | "unEnroll"): string {
    return `${targetPath(this.#group)}/${verb}`;
  }
}

function changed(response: ApiResponse, refusal: number): Outcome {
  const { status, body } = response;
  if (status === 200) return { outcome: "done" };
  if (status === 400 && body.errors?.[0]?.code === refusal) return { outcome: "refused" };
  return readUnavailable(response);
}

function readState(response: ApiResponse): Outcome {
  if (response.status !== 200) return readUnavailable(response);
  const [group] = response.body.data.targetGroups;
  return { outcome: "read", state: group === undefined ? "out" : group.targets[0].targetAchievedValue };
}

/** The history as text, with one line for each call in the order in which they were made. */
export function describeHistory({ seed, calls }: EnrollmentHistory): string {
  const rows = calls
    .toSorted((one, other) => one.calledAt - other.calledAt)
    .map(({ call, calledAt, returned }) => {
      const until = returned === undefined ? "?" : String(returned.at);
      return `${calledAt}–${until} ${JSON.stringify(call)} → ${JSON.stringify(returned?.answer ?? "unknown")}`;
    });
  return [`Seed ${seed}`, ...rows].join("\n");
}
