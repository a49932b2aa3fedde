import type { Permission } from "../domain/accessGroups.ts";

/**
 * The way in which a path or query parameter is read. An id is an integer 1…2^53 − 1. A cursor is what an earlier answer
 * gave as `nextCursor`.
 */
export type Parameter =
  | { readonly type: "id" }
  | { readonly type: "cursor" }
  | { readonly type: "text"; readonly maximumCharacters: number }
  | { readonly type: "choice"; readonly values: readonly string[]; readonly default?: string }
  | { readonly type: "boolean"; readonly default?: boolean }
  | { readonly type: "integer"; readonly minimum: number; readonly maximum: number; readonly default: number };

export type Route = {
  readonly method: "DELETE" | "GET" | "POST" | "PUT";
  /** The path below the stage `v3`. Every `{parameter}` is an id. */
  readonly path: string;
  /**
   * The permission that a caller needs. `none`: no authorizer stands in front, because the route checks a credential
   * itself.
   */
  readonly permission: Permission | "none";
  /**
   * The function that serves the route. It is a folder below `functions/`, which may serve several routes of one
   * capability.
   */
  readonly servedBy: string;
  /**
   * The share of the stage's requests that this route may take. No route may take all of them, so that a campaign tool
   * that reads in a loop leaves room for the tills.
   */
  readonly throttleShare: number;
  readonly query: Readonly<Record<string, Parameter>>;
  /** The largest body. A larger one is refused before it is parsed. */
  readonly maximumBodyBytes: number;
  readonly summary: string;
};

/** A route behind the authorizer. */
export type ProtectedRoute = Route & { readonly permission: Permission };

/** A record has only a few fields. Parsing a much larger body would cost more than serving it. */
const recordBytes = 16 * 1024;
/** The size of 25 activities with some lines, or of four with as many as they may have. */
const activitiesBytes = 256 * 1024;
/** The size of the largest permitted definition: 100 described cycles and 50 targets with a value for each. */
const definitionBytes = 256 * 1024;

/**
 * A client needs one token per token lifetime. No authorizer protects these routes, so a flood of calls must leave room
 * for the others.
 */
const tokenShare = 0.1;

export const enroll = {
  method: "POST",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}/enroll",
  permission: "enroll",
  servedBy: "enroll",
  throttleShare: 0.8,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Enrols or re-enrols a customer",
} as const satisfies Route;

export const unenroll = {
  method: "POST",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}/unEnroll",
  permission: "enroll",
  servedBy: "membership",
  throttleShare: 0.5,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Un-enrols a customer",
} as const satisfies Route;

export const adjust = {
  method: "POST",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}/adjust",
  permission: "adjust",
  servedBy: "membership",
  throttleShare: 0.2,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Corrects what a customer has achieved, with a reason",
} as const satisfies Route;

export const excuse = {
  method: "POST",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}/excuse",
  permission: "adjust",
  servedBy: "membership",
  throttleShare: 0.2,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Excuses cycles of a customer's streak",
} as const satisfies Route;

export const unexcuse = {
  method: "POST",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}/unExcuse",
  permission: "adjust",
  servedBy: "membership",
  throttleShare: 0.2,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Takes excuses of cycles back",
} as const satisfies Route;

export const grantFreezes = {
  method: "POST",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}/freezes",
  permission: "adjust",
  servedBy: "membership",
  throttleShare: 0.2,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Gives a customer freezes for a streak",
} as const satisfies Route;

export const recordActivities = {
  method: "POST",
  path: "/activities",
  permission: "enroll",
  servedBy: "recordActivities",
  throttleShare: 0.8,
  maximumBodyBytes: activitiesBytes,
  query: {},
  summary: "Counts what customers did, one activity or up to 25",
} as const satisfies Route;

export const simulateEnrollment = {
  method: "POST",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}/enroll/simulate",
  permission: "read",
  servedBy: "simulations",
  throttleShare: 0.2,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Says what an enrolment would do",
} as const satisfies Route;

export const simulateUnenrollment = {
  method: "POST",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}/unEnroll/simulate",
  permission: "read",
  servedBy: "simulations",
  throttleShare: 0.2,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Says what an un-enrolment would do",
} as const satisfies Route;

export const simulateActivities = {
  method: "POST",
  path: "/activities/simulate",
  permission: "read",
  servedBy: "simulations",
  throttleShare: 0.2,
  maximumBodyBytes: activitiesBytes,
  query: {},
  summary: "Says what one activity or up to 25 would do",
} as const satisfies Route;

export const createTargetGroup = {
  method: "POST",
  path: "/targetGroups",
  permission: "manage",
  servedBy: "definitions",
  // A definition is large and rarely made.
  throttleShare: 0.05,
  maximumBodyBytes: definitionBytes,
  query: {},
  summary: "Creates a milestone or streak with its cycles, targets and levels",
} as const satisfies Route;

export const listTargetGroups = {
  method: "GET",
  path: "/targetGroups",
  permission: "read",
  servedBy: "definitions",
  throttleShare: 0.2,
  maximumBodyBytes: recordBytes,
  query: {
    includePeriods: { type: "boolean", default: false },
    limit: { type: "integer", minimum: 1, maximum: 25, default: 20 },
    offset: { type: "integer", minimum: 0, maximum: 10_000, default: 0 },
  },
  summary: "Lists target groups by name",
} as const satisfies Route;

export const getTargetGroup = {
  method: "GET",
  path: "/targetGroups/{targetGroupId}",
  permission: "read",
  servedBy: "definitions",
  throttleShare: 0.5,
  maximumBodyBytes: recordBytes,
  query: { includePeriods: { type: "boolean", default: true } },
  summary: "Reads one target group",
} as const satisfies Route;

export const editTargetGroup = {
  method: "PUT",
  path: "/targetGroups/editTargetGroup/{targetGroupId}",
  permission: "manage",
  servedBy: "definitions",
  throttleShare: 0.05,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Changes a target group's own fields and its levels",
} as const satisfies Route;

export const editTargetPeriods = {
  method: "PUT",
  path: "/targetGroups/{targetGroupId}/targetPeriods",
  permission: "manage",
  servedBy: "definitions",
  throttleShare: 0.05,
  maximumBodyBytes: definitionBytes,
  query: {},
  summary: "Moves or describes cycles of a target group",
} as const satisfies Route;

export const appendTargetPeriods = {
  method: "POST",
  path: "/targetGroups/{targetGroupId}/targetPeriods",
  permission: "manage",
  servedBy: "definitions",
  throttleShare: 0.05,
  maximumBodyBytes: definitionBytes,
  query: {},
  summary: "Appends cycles to a target group",
} as const satisfies Route;

export const deleteTargetGroup = {
  method: "DELETE",
  path: "/targetGroups/{targetGroupId}",
  permission: "manage",
  servedBy: "definitions",
  throttleShare: 0.05,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Deletes an inactive target group in which nobody was ever enrolled",
} as const satisfies Route;

export const addTarget = {
  method: "POST",
  path: "/targetGroups/{targetGroupId}/targets",
  permission: "manage",
  servedBy: "definitions",
  throttleShare: 0.05,
  maximumBodyBytes: definitionBytes,
  query: {},
  summary: "Adds a target to a milestone",
} as const satisfies Route;

export const editTarget = {
  method: "PUT",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}",
  permission: "manage",
  servedBy: "definitions",
  throttleShare: 0.05,
  maximumBodyBytes: definitionBytes,
  query: {},
  summary: "Changes the name, the state, the filters, the sub-targets or the values of a target",
} as const satisfies Route;

export const deactivateTarget = {
  method: "DELETE",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}",
  permission: "manage",
  servedBy: "definitions",
  throttleShare: 0.05,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Deactivates a target",
} as const satisfies Route;

export const getAuditLogs = {
  method: "GET",
  path: "/targetGroups/{targetGroupId}/auditLogs",
  permission: "read",
  servedBy: "definitions",
  throttleShare: 0.2,
  maximumBodyBytes: recordBytes,
  query: {
    limit: { type: "integer", minimum: 1, maximum: 200, default: 50 },
    offset: { type: "integer", minimum: 0, maximum: 10_000, default: 0 },
  },
  summary: "Reads who has changed what of a target group",
} as const satisfies Route;

export const putCustomer = {
  method: "PUT",
  path: "/customers/{customerId}",
  permission: "manage",
  servedBy: "customers",
  throttleShare: 0.5,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Registers or updates a customer",
} as const satisfies Route;

export const getCustomer = {
  method: "GET",
  path: "/customers/{customerId}",
  permission: "read",
  servedBy: "customers",
  throttleShare: 0.5,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Reads a customer",
} as const satisfies Route;

export const registerCustomer = {
  method: "POST",
  path: "/customers",
  permission: "manage",
  servedBy: "customers",
  throttleShare: 0.5,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Registers a customer by the brand's own id",
} as const satisfies Route;

export const findCustomer = {
  method: "GET",
  path: "/customers",
  permission: "read",
  servedBy: "customers",
  throttleShare: 0.5,
  maximumBodyBytes: recordBytes,
  query: { externalId: { type: "text", maximumCharacters: 200 } },
  summary: "Reads a customer by the brand's own id",
} as const satisfies Route;

export const eraseCustomer = {
  method: "DELETE",
  path: "/customers/{customerId}",
  permission: "manage",
  servedBy: "customers",
  throttleShare: 0.05,
  maximumBodyBytes: recordBytes,
  query: { mode: { type: "choice", values: ["ERASE", "ANONYMISE"] } },
  summary: "Erases or anonymises a customer",
} as const satisfies Route;

export const getErasure = {
  method: "GET",
  path: "/erasures/{requestId}",
  permission: "manage",
  servedBy: "customers",
  throttleShare: 0.2,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Says how far the erasure of a customer is",
} as const satisfies Route;

export const exportCustomer = {
  method: "GET",
  path: "/customers/{customerId}/export",
  permission: "manage",
  servedBy: "reads",
  throttleShare: 0.2,
  maximumBodyBytes: recordBytes,
  query: { cursor: { type: "cursor" } },
  summary: "Reads everything that is stored of a customer",
} as const satisfies Route;

export const getUserTargetGroups = {
  method: "GET",
  path: "/users/{userId}/targetGroups",
  permission: "read",
  servedBy: "reads",
  throttleShare: 0.8,
  maximumBodyBytes: recordBytes,
  query: {
    includeInactive: { type: "boolean", default: false },
    includeInactiveTargets: { type: "boolean", default: false },
    includeLeft: { type: "boolean", default: false },
    enrolmentStatus: { type: "choice", values: ["ENROLLED", "AVAILABLE", "LEFT", "COMPLETED"] },
    targetRuleId: { type: "id" },
  },
  summary: "Reads what a customer is enrolled in and has achieved",
} as const satisfies Route;

export const getTrackedTargetEvents = {
  method: "GET",
  path: "/users/{userId}/trackedTargetEvents/{targetRuleId}",
  permission: "read",
  servedBy: "reads",
  throttleShare: 0.5,
  maximumBodyBytes: recordBytes,
  query: {
    periodId: { type: "id" },
    limit: { type: "integer", minimum: 1, maximum: 200, default: 50 },
    offset: { type: "integer", minimum: 0, maximum: 10_000, default: 0 },
  },
  summary: "Reads what happened to a customer in a target",
} as const satisfies Route;

export const getEnrolledTargets = {
  method: "GET",
  path: "/users/{userId}/enrolledTargets",
  permission: "read",
  servedBy: "reads",
  throttleShare: 0.5,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Reads the definitions of what a customer is enrolled in",
} as const satisfies Route;

export const listTargetCustomers = {
  method: "GET",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}/customers",
  permission: "read",
  servedBy: "reads",
  // A page reads up to 500 enrolments.
  throttleShare: 0.05,
  maximumBodyBytes: recordBytes,
  query: {
    status: { type: "choice", values: ["ENROLLED", "UNENROLLED", "ALL"], default: "ENROLLED" },
    periodId: { type: "id" },
    achieved: { type: "boolean" },
    limit: { type: "integer", minimum: 1, maximum: 100, default: 50 },
    cursor: { type: "cursor" },
  },
  summary: "Lists the customers of a target",
} as const satisfies Route;

export const getTargetStatistics = {
  method: "GET",
  path: "/targetGroups/{targetGroupId}/targets/{targetId}/statistics",
  permission: "read",
  servedBy: "reads",
  throttleShare: 0.05,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Reads how many customers of a target have started and reached what",
} as const satisfies Route;

export const issueToken = {
  method: "POST",
  path: "/oauth/token",
  permission: "none",
  servedBy: "tokens",
  throttleShare: tokenShare,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Issues an access token (OAuth 2.0 client credentials)",
} as const satisfies Route;

export const generateToken = {
  method: "POST",
  path: "/oauth/token/generate",
  permission: "none",
  servedBy: "tokens",
  throttleShare: tokenShare,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Issues an access token for a key and secret",
} as const satisfies Route;

export const revokeToken = {
  method: "POST",
  path: "/oauth/revoke",
  permission: "none",
  servedBy: "tokens",
  throttleShare: tokenShare,
  maximumBodyBytes: recordBytes,
  query: {},
  summary: "Ends an access token (OAuth 2.0 token revocation)",
} as const satisfies Route;

/**
 * The one route table, from which the stack, the local gateway and the tests are made. A bundle holds the constants of
 * the routes that it serves and no others. Nothing here may therefore have an effect at load time, because that would
 * keep the whole table in every bundle.
 */
export const routes = {
  enroll,
  simulateUnenrollment,
  adjust,
  excuse,
  unexcuse,
  grantFreezes,
  unenroll,
  simulateEnrollment,
  simulateActivities,
  recordActivities,
  createTargetGroup,
  listTargetGroups,
  getTargetGroup,
  editTargetGroup,
  editTargetPeriods,
  appendTargetPeriods,
  addTarget,
  editTarget,
  deactivateTarget,
  getAuditLogs,
  deleteTargetGroup,
  putCustomer,
  getCustomer,
  registerCustomer,
  findCustomer,
  eraseCustomer,
  getErasure,
  exportCustomer,
  getUserTargetGroups,
  getTrackedTargetEvents,
  getEnrolledTargets,
  listTargetCustomers,
  getTargetStatistics,
  issueToken,
  generateToken,
  revokeToken,
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

/** The functions behind the API's methods. */
export type ServingFunction = (typeof routes)[RouteName]["servedBy"];

/** The routes that one function serves. */
export type RoutesOf<Serving extends ServingFunction> = {
  [Name in RouteName]: (typeof routes)[Name]["servedBy"] extends Serving ? Name : never;
}[RouteName];

/** The routes without an authorizer. */
type OpenRouteName = {
  [Name in RouteName]: (typeof routes)[Name]["permission"] extends "none" ? Name : never;
}[RouteName];
export type ProtectedRouteName = Exclude<RouteName, OpenRouteName>;

/** Whether requests of the route have a body. */
export function takesBody({ method }: Pick<Route, "method">): boolean {
  return method === "POST" || method === "PUT";
}

export const routeNames: readonly RouteName[] = /* @__PURE__ */ Object.keys(routes).filter(isRouteName);

function isRouteName(name: string): name is RouteName {
  return Object.hasOwn(routes, name);
}

export function isProtected(name: RouteName): name is ProtectedRouteName {
  return routes[name].permission !== "none";
}

export const protectedRouteNames: readonly ProtectedRouteName[] = /* @__PURE__ */ routeNames.filter(isProtected);

/** The names between braces in a path. */
export type PathParameter<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameter<Rest>
  : never;

/** The types of a route's query parameters. One without a default may be absent. */
export type QueryOf<Query extends Readonly<Record<string, Parameter>>> = {
  readonly [Name in keyof Query]: ValueOf<Query[Name]> | (Query[Name] extends { default: unknown } ? never : undefined);
};

type ValueOf<Declared> = Declared extends { type: "choice"; values: readonly (infer Value)[] }
  ? Value
  : Declared extends { type: "boolean" }
    ? boolean
    : Declared extends { type: "text" | "cursor" }
      ? string
      : number;
