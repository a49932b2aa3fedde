import type { LocalFunctions } from "../local/functions.ts";
import { formatInstant } from "../shared/domain/instant.ts";
import type { ErrorCode } from "../shared/http/errors.ts";
import { call, callInVain, during, type Place, type Request, targetValue } from "./place.ts";

type Ask = Omit<Request, "now">;

/** Sends a client's calls for one group, at noon of a cycle. The default is the first cycle. */
export class Till {
  readonly place: Place;
  readonly group: string;
  readonly firstTarget: number;
  readonly otherTargets: readonly number[];
  readonly #functions: LocalFunctions;

  constructor(functions: LocalFunctions, place: Place) {
    const [first, ...others] = place.group.targets.map(({ id }) => id);
    if (first === undefined) throw new Error("A group has a target");
    this.#functions = functions;
    this.place = place;
    this.group = `/targetGroups/${place.group.id}`;
    this.firstTarget = first;
    this.otherTargets = others;
  }

  send(ask: Ask, cycleNumber = 1): Promise<string> {
    return call(this.#functions, this.place, { ...ask, now: during(cycleNumber) });
  }

  sendInVain(code: ErrorCode, ask: Ask): Promise<void> {
    return callInVain(this.#functions, this.place, code, { ...ask, now: during(1) });
  }

  get(path: string): Promise<string> {
    return this.send({ method: "GET", path });
  }

  enroll(customerId: number, cycleNumber?: number): Promise<string> {
    return this.send(this.enrollment({ customerId }), cycleNumber);
  }

  async enrollInOthers(customerId: number): Promise<void> {
    for (const target of this.otherTargets) await this.send(this.enrollment({ customerId }, { target }));
  }

  unenroll(customerId: number, cycleNumber?: number): Promise<string> {
    return this.send(this.unenrollment(customerId), cycleNumber);
  }

  count(customerId: number, activityId: string, cycleNumber = 1): Promise<string> {
    return this.send(this.activities(activity(customerId, activityId, cycleNumber)), cycleNumber);
  }

  /** Counts an activity that reaches the target on its own. */
  reach(customerId: number, cycleNumber: number): Promise<string> {
    const receipt = activity(customerId, `receipt-${cycleNumber}`, cycleNumber);
    return this.send(this.activities({ ...receipt, amount: targetValue }), cycleNumber);
  }

  enrollment(record: object, { group = this.group, target = this.firstTarget, headers = {} } = {}): Ask {
    return { method: "POST", path: `${group}/targets/${target}/enroll`, body: [record], headers };
  }

  unenrollment(customerId: number): Ask {
    return { method: "POST", path: `${this.group}/targets/${this.firstTarget}/unEnroll`, body: [{ customerId }] };
  }

  adjustment(customerId: number, adjustmentId: string): Ask {
    const record = { adjustmentId, customerId, amount: -2.5, reason: "A receipt was counted twice" };
    return { method: "POST", path: `${this.group}/targets/${this.firstTarget}/adjust`, body: [record] };
  }

  activities(body: object): Ask {
    return { method: "POST", path: "/activities", body };
  }
}

export function activity(customerId: number, activityId: string, cycleNumber = 1) {
  return {
    activityId,
    customerId,
    type: "TRANSACTION",
    occurredAt: formatInstant(during(cycleNumber)),
    amount: 12.5,
  };
}
