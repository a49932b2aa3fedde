import createOpenapiClient from "openapi-fetch";
import type { Answer, AnswerOf, CodeOf } from "./answer.ts";
import { authorizationOf, type Credentials } from "./authorization.ts";
import { type CallOptions, call } from "./call.ts";
import { defaultRetryPolicy, type RetryPolicy, realSurroundings, type Surroundings } from "./retry.ts";
import type { components, operations, paths } from "./schema.generated.ts";

export {
  type Answer,
  type AnswerOf,
  type DataOf,
  type ErrorCode,
  MilestreakError,
  MilestreakUnreachable,
  unwrap,
} from "./answer.ts";
export type { Credentials } from "./authorization.ts";
export type { CallOptions } from "./call.ts";
export type { RetryPolicy } from "./retry.ts";

type Schemas = components["schemas"];
type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]["parameters"]["query"]>;

export type EnrollmentRecord = Schemas["EnrollmentRecord"];
export type AdjustmentRecord = Schemas["AdjustmentRecord"];
export type ExcuseRecord = Schemas["ExcuseRecord"];
export type FreezesRecord = Schemas["FreezesRecord"];
type UnenrollmentRecord = Schemas["UnenrollmentRecord"];
export type Activity = Schemas["Activity"];
export type TargetGroupDefinition = Schemas["TargetGroupDefinition"];
export type PeriodEdit = Schemas["PeriodEdit"];
export type PeriodAddition = Schemas["PeriodAddition"];
export type TargetAddition = Schemas["TargetDefinition"];
export type TargetEdit = Schemas["TargetEdit"];
export type TargetGroupEdit = Schemas["TargetGroupEdit"];
export type CustomerProfile = Schemas["CustomerProfile"];
export type CustomerRegistration = Schemas["CustomerRegistration"];

/** A customer: the id, or the brand's own id. */
export type CustomerName = number | string | { readonly externalId: string };

export type ClientOptions = {
  /** The API's address with its stage, such as `https://….amazonaws.com/v3`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly retry?: Partial<RetryPolicy>;
};

export type EnrollOptions = CallOptions & {
  /** Identifies the call across processes. Without it each call gets a key of its own, which its repeats share. */
  readonly idempotencyKey?: string;
};

export type EditOptions = CallOptions & {
  /** Makes the edit depend on the version that the group was read in. */
  readonly version?: number;
};

/** A target, and the group it is in. */
export type TargetRef = { readonly targetGroupId: number; readonly targetId: number };

/**
 * The API as typed calls, one for each route behind a credential (docs/openapi.json tells of each).
 *
 * A call resolves with the API's envelope, refusals included: `code` is `null` for a success. It throws
 * `MilestreakUnreachable` when there is no answer. A throttled call (429) is repeated after a pause. After a lost
 * answer or a 503, a call is repeated only where a repeat cannot do the work twice. That holds for reads, simulations,
 * `enroll` (by its Idempotency-Key), activities, `adjust` and `grantFreezes` (by their ids), `excuse`, `unexcuse`,
 * `putCustomer`, `registerCustomer` and `eraseCustomer`. `unenroll`, `createTargetGroup` and edits, with `If-Match` or
 * without, are not repeated then.
 */
export type MilestreakClient = ReturnType<typeof createMilestreakClient>;

export function createMilestreakClient(
  { baseUrl, credentials, retry }: ClientOptions,
  surroundings: Surroundings = realSurroundings,
) {
  const policy = { ...defaultRetryPolicy, ...retry };
  const root = withoutTrailingSlashes(baseUrl);
  const sender = {
    policy,
    surroundings,
    authorization: authorizationOf(credentials, root, policy.timeoutMilliseconds, surroundings),
  };
  const api = createOpenapiClient<paths>({ baseUrl: root });

  return {
    /** Enrols or re-enrols one customer. Repeats of the call enrol only once. */
    enroll(
      { targetGroupId, targetId }: TargetRef,
      record: EnrollmentRecord,
      { idempotencyKey = crypto.randomUUID(), ...options }: EnrollOptions = {},
    ): Promise<AnswerOf<"enroll">> {
      const params = { path: { targetGroupId, targetId }, header: { "Idempotency-Key": idempotencyKey } };
      return call(sender, true, options, (init) =>
        api.POST("/targetGroups/{targetGroupId}/targets/{targetId}/enroll", { ...init, params, body: record }),
      );
    },

    /** Un-enrols one customer. The API cannot distinguish a repeat from a new call, so only 429 is repeated. */
    unenroll(
      { targetGroupId, targetId }: TargetRef,
      customer: CustomerName,
      options: CallOptions = {},
    ): Promise<AnswerOf<"unenroll">> {
      const params = { path: { targetGroupId, targetId } };
      return call(sender, false, options, (init) =>
        api.POST("/targetGroups/{targetGroupId}/targets/{targetId}/unEnroll", {
          ...init,
          params,
          body: named(customer),
        }),
      );
    },

    /** Corrects what one customer has achieved in one cycle. However often it is sent, it counts once. */
    adjust(
      { targetGroupId, targetId }: TargetRef,
      record: AdjustmentRecord,
      options: CallOptions = {},
    ): Promise<AnswerOf<"adjust">> {
      const params = { path: { targetGroupId, targetId } };
      return call(sender, true, options, (init) =>
        api.POST("/targetGroups/{targetGroupId}/targets/{targetId}/adjust", { ...init, params, body: record }),
      );
    },

    /** Excuses cycles of one customer's streak. A repeat changes nothing more. */
    excuse(
      { targetGroupId, targetId }: TargetRef,
      record: ExcuseRecord,
      options: CallOptions = {},
    ): Promise<AnswerOf<"excuse">> {
      const params = { path: { targetGroupId, targetId } };
      return call(sender, true, options, (init) =>
        api.POST("/targetGroups/{targetGroupId}/targets/{targetId}/excuse", { ...init, params, body: record }),
      );
    },

    /** Takes excuses back. A repeat changes nothing more. */
    unexcuse(
      { targetGroupId, targetId }: TargetRef,
      record: ExcuseRecord,
      options: CallOptions = {},
    ): Promise<AnswerOf<"unexcuse">> {
      const params = { path: { targetGroupId, targetId } };
      return call(sender, true, options, (init) =>
        api.POST("/targetGroups/{targetGroupId}/targets/{targetId}/unExcuse", { ...init, params, body: record }),
      );
    },

    /** Gives one customer freezes for a streak. However often it is sent, it counts once. */
    grantFreezes(
      { targetGroupId, targetId }: TargetRef,
      record: FreezesRecord,
      options: CallOptions = {},
    ): Promise<AnswerOf<"grantFreezes">> {
      const params = { path: { targetGroupId, targetId } };
      return call(sender, true, options, (init) =>
        api.POST("/targetGroups/{targetGroupId}/targets/{targetId}/freezes", { ...init, params, body: record }),
      );
    },

    /** Counts one activity. However often it is sent, it counts once. */
    recordActivity(
      activity: Activity,
      options: CallOptions = {},
    ): Promise<Answer<Schemas["ActivityOutcome"], CodeOf<"recordActivities">>> {
      return call(sender, true, options, (init) => api.POST("/activities", { ...init, body: activity }));
    },

    /** Counts 1 to 25 activities. `data` has an envelope for each, in order: one may be refused and the next not. */
    recordActivities(
      activities: readonly Activity[],
      options: CallOptions = {},
    ): Promise<Answer<readonly Schemas["ActivityAnswer"][], CodeOf<"recordActivities">>> {
      return call(sender, true, options, (init) => api.POST("/activities", { ...init, body: activities }));
    },

    /** What `enroll` would do, in `simulation`. Nothing is written. */
    simulateEnrollment(
      { targetGroupId, targetId }: TargetRef,
      record: EnrollmentRecord,
      options: CallOptions = {},
    ): Promise<AnswerOf<"simulateEnrollment">> {
      const params = { path: { targetGroupId, targetId } };
      return call(sender, true, options, (init) =>
        api.POST("/targetGroups/{targetGroupId}/targets/{targetId}/enroll/simulate", { ...init, params, body: record }),
      );
    },

    /** What `unenroll` would answer. Nothing is written. */
    simulateUnenrollment(
      { targetGroupId, targetId }: TargetRef,
      customer: CustomerName,
      options: CallOptions = {},
    ): Promise<AnswerOf<"simulateUnenrollment">> {
      const params = { path: { targetGroupId, targetId } };
      return call(sender, true, options, (init) =>
        api.POST("/targetGroups/{targetGroupId}/targets/{targetId}/unEnroll/simulate", {
          ...init,
          params,
          body: named(customer),
        }),
      );
    },

    /** What `recordActivity` would answer. Nothing is written. */
    simulateActivity(
      activity: Activity,
      options: CallOptions = {},
    ): Promise<Answer<Schemas["ActivityOutcome"], CodeOf<"simulateActivities">>> {
      return call(sender, true, options, (init) => api.POST("/activities/simulate", { ...init, body: activity }));
    },

    /** What `recordActivities` would answer; each activity is tried on what is stored. Nothing is written. */
    simulateActivities(
      activities: readonly Activity[],
      options: CallOptions = {},
    ): Promise<Answer<readonly Schemas["ActivityAnswer"][], CodeOf<"simulateActivities">>> {
      return call(sender, true, options, (init) => api.POST("/activities/simulate", { ...init, body: activities }));
    },

    /** Creates a milestone or streak. A repeat would be refused because the name is taken, so only 429 is repeated. */
    createTargetGroup(
      definition: TargetGroupDefinition,
      options: CallOptions = {},
    ): Promise<AnswerOf<"createTargetGroup">> {
      return call(sender, false, options, (init) => api.POST("/targetGroups", { ...init, body: definition }));
    },

    listTargetGroups(
      query: QueryOf<"listTargetGroups"> = {},
      options: CallOptions = {},
    ): Promise<AnswerOf<"listTargetGroups">> {
      return call(sender, true, options, (init) => api.GET("/targetGroups", { ...init, params: { query } }));
    },

    getTargetGroup(
      targetGroupId: number,
      query: QueryOf<"getTargetGroup"> = {},
      options: CallOptions = {},
    ): Promise<AnswerOf<"getTargetGroup">> {
      const params = { path: { targetGroupId }, query };
      return call(sender, true, options, (init) => api.GET("/targetGroups/{targetGroupId}", { ...init, params }));
    },

    /**
     * Changes a group's own fields and its levels. With `version` the edit depends on it. A repeat of the same edit
     * changes nothing more, but one that depends on a version is refused the second time, so it is repeated after 429
     * only.
     */
    editTargetGroup(
      targetGroupId: number,
      edit: TargetGroupEdit,
      { version, ...options }: EditOptions = {},
    ): Promise<AnswerOf<"editTargetGroup">> {
      const params = { path: { targetGroupId }, header: ifMatch(version) };
      return call(sender, false, options, (init) =>
        api.PUT("/targetGroups/editTargetGroup/{targetGroupId}", { ...init, params, body: edit }),
      );
    },

    /** Moves cycles, or describes them. It is repeated like `editTargetGroup`. */
    editTargetPeriods(
      targetGroupId: number,
      periods: readonly PeriodEdit[],
      { version, ...options }: EditOptions = {},
    ): Promise<AnswerOf<"editTargetPeriods">> {
      const params = { path: { targetGroupId }, header: ifMatch(version) };
      return call(sender, false, options, (init) =>
        api.PUT("/targetGroups/{targetGroupId}/targetPeriods", { ...init, params, body: periods }),
      );
    },

    /** Appends cycles. A repeat would be refused because their names are taken, so only 429 is repeated. */
    appendTargetPeriods(
      targetGroupId: number,
      periods: readonly PeriodAddition[],
      { version, ...options }: EditOptions = {},
    ): Promise<AnswerOf<"appendTargetPeriods">> {
      const params = { path: { targetGroupId }, header: ifMatch(version) };
      return call(sender, false, options, (init) =>
        api.POST("/targetGroups/{targetGroupId}/targetPeriods", { ...init, params, body: periods }),
      );
    },

    /** Adds a target to a milestone. A repeat would add another one, so only 429 is repeated. */
    addTarget(
      targetGroupId: number,
      target: TargetAddition,
      { version, ...options }: EditOptions = {},
    ): Promise<AnswerOf<"addTarget">> {
      const params = { path: { targetGroupId }, header: ifMatch(version) };
      return call(sender, false, options, (init) =>
        api.POST("/targetGroups/{targetGroupId}/targets", { ...init, params, body: target }),
      );
    },

    /** Changes one target. It is repeated like `editTargetGroup`. */
    editTarget(
      { targetGroupId, targetId }: TargetRef,
      edit: TargetEdit,
      { version, ...options }: EditOptions = {},
    ): Promise<AnswerOf<"editTarget">> {
      const params = { path: { targetGroupId, targetId }, header: ifMatch(version) };
      return call(sender, false, options, (init) =>
        api.PUT("/targetGroups/{targetGroupId}/targets/{targetId}", { ...init, params, body: edit }),
      );
    },

    /** Deactivates one target. It is repeated like `editTargetGroup`. */
    deactivateTarget(
      { targetGroupId, targetId }: TargetRef,
      { version, ...options }: EditOptions = {},
    ): Promise<AnswerOf<"deactivateTarget">> {
      const params = { path: { targetGroupId, targetId }, header: ifMatch(version) };
      return call(sender, false, options, (init) =>
        api.DELETE("/targetGroups/{targetGroupId}/targets/{targetId}", { ...init, params }),
      );
    },

    /** Deletes a group in which nobody was ever enrolled. A repeat would not find it, so only 429 is repeated. */
    deleteTargetGroup(
      targetGroupId: number,
      { version, ...options }: EditOptions = {},
    ): Promise<AnswerOf<"deleteTargetGroup">> {
      const params = { path: { targetGroupId }, header: ifMatch(version) };
      return call(sender, false, options, (init) => api.DELETE("/targetGroups/{targetGroupId}", { ...init, params }));
    },

    /** Who has changed what of a group, the newest first. */
    getAuditLogs(
      targetGroupId: number,
      query: QueryOf<"getAuditLogs"> = {},
      options: CallOptions = {},
    ): Promise<AnswerOf<"getAuditLogs">> {
      const params = { path: { targetGroupId }, query };
      return call(sender, true, options, (init) =>
        api.GET("/targetGroups/{targetGroupId}/auditLogs", { ...init, params }),
      );
    },

    /** Registers a customer, or changes the profile: an absent field stays as it is, and `null` empties it. */
    putCustomer(
      customerId: number,
      profile: CustomerProfile = {},
      options: CallOptions = {},
    ): Promise<AnswerOf<"putCustomer">> {
      const params = { path: { customerId } };
      return call(sender, true, options, (init) =>
        api.PUT("/customers/{customerId}", { ...init, params, body: profile }),
      );
    },

    /** Registers a customer by the brand's own id, or changes the profile of the one who has it. */
    registerCustomer(
      registration: CustomerRegistration,
      options: CallOptions = {},
    ): Promise<AnswerOf<"registerCustomer">> {
      return call(sender, true, options, (init) => api.POST("/customers", { ...init, body: registration }));
    },

    /** The customer with the brand's own id. */
    findCustomer(externalId: string, options: CallOptions = {}): Promise<AnswerOf<"findCustomer">> {
      const params = { query: { externalId } };
      return call(sender, true, options, (init) => api.GET("/customers", { ...init, params }));
    },

    /** Asks for a customer's data to be erased or anonymised. A repeat answers the same request. */
    eraseCustomer(
      customerId: number,
      mode: "ERASE" | "ANONYMISE",
      options: CallOptions = {},
    ): Promise<AnswerOf<"eraseCustomer">> {
      const params = { path: { customerId }, query: { mode } };
      return call(sender, true, options, (init) => api.DELETE("/customers/{customerId}", { ...init, params }));
    },

    /** How far the latest erasure of a customer is. The request has the customer's id. */
    getErasure(requestId: number, options: CallOptions = {}): Promise<AnswerOf<"getErasure">> {
      const params = { path: { requestId } };
      return call(sender, true, options, (init) => api.GET("/erasures/{requestId}", { ...init, params }));
    },

    /** One page of everything that is stored of a customer. Ask on with `nextCursor` until it is `null`. */
    exportCustomer(
      customerId: number,
      query: { readonly cursor?: string } = {},
      options: CallOptions = {},
    ): Promise<AnswerOf<"exportCustomer">> {
      const params = { path: { customerId }, query };
      return call(sender, true, options, (init) => api.GET("/customers/{customerId}/export", { ...init, params }));
    },

    getCustomer(customerId: number, options: CallOptions = {}): Promise<AnswerOf<"getCustomer">> {
      const params = { path: { customerId } };
      return call(sender, true, options, (init) => api.GET("/customers/{customerId}", { ...init, params }));
    },

    /** What the customer is enrolled in and has achieved. */
    getUserTargetGroups(
      userId: number,
      query: QueryOf<"getUserTargetGroups"> = {},
      options: CallOptions = {},
    ): Promise<AnswerOf<"getUserTargetGroups">> {
      const params = { path: { userId }, query };
      return call(sender, true, options, (init) => api.GET("/users/{userId}/targetGroups", { ...init, params }));
    },

    /** What happened to the customer in the target, oldest first. */
    getTrackedTargetEvents(
      userId: number,
      targetRuleId: number,
      query: QueryOf<"getTrackedTargetEvents"> = {},
      options: CallOptions = {},
    ): Promise<AnswerOf<"getTrackedTargetEvents">> {
      const params = { path: { userId, targetRuleId }, query };
      return call(sender, true, options, (init) =>
        api.GET("/users/{userId}/trackedTargetEvents/{targetRuleId}", { ...init, params }),
      );
    },

    /** The definitions of what the customer is enrolled in. */
    getEnrolledTargets(userId: number, options: CallOptions = {}): Promise<AnswerOf<"getEnrolledTargets">> {
      const params = { path: { userId } };
      return call(sender, true, options, (init) => api.GET("/users/{userId}/enrolledTargets", { ...init, params }));
    },

    /** What the last complete count of the target's customers has found. */
    getTargetStatistics(
      { targetGroupId, targetId }: TargetRef,
      options: CallOptions = {},
    ): Promise<AnswerOf<"getTargetStatistics">> {
      const params = { path: { targetGroupId, targetId } };
      return call(sender, true, options, (init) =>
        api.GET("/targetGroups/{targetGroupId}/targets/{targetId}/statistics", { ...init, params }),
      );
    },

    /** A page of the target's customers. The next page is asked for with `cursor` and the same filters. */
    listTargetCustomers(
      { targetGroupId, targetId }: TargetRef,
      query: QueryOf<"listTargetCustomers"> = {},
      options: CallOptions = {},
    ): Promise<AnswerOf<"listTargetCustomers">> {
      const params = { path: { targetGroupId, targetId }, query };
      return call(sender, true, options, (init) =>
        api.GET("/targetGroups/{targetGroupId}/targets/{targetId}/customers", { ...init, params }),
      );
    },
  };
}

function ifMatch(version: number | undefined) {
  return version === undefined ? {} : { "If-Match": `"${version}"` };
}

function named(customer: CustomerName): UnenrollmentRecord {
  if (typeof customer !== "object") return { customerId: customer };
  return { identifierName: "externalId", identifierValue: customer.externalId };
}

/** Scans from the end, so that a long run of slashes is read only once. */
function withoutTrailingSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === "/") end -= 1;
  return url.slice(0, end);
}
