/** A request in the form in which it is shown before it is sent. */
export type Call = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path below the API's base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

export type TargetRef = { readonly groupId: number; readonly targetId: number };

export type EnrollmentFields = {
  readonly customerId: number;
  /** A milestone's cycle. Empty means the current or next one. */
  readonly periodName: string;
  /** The value that the customer starts from. Empty means what the cycle had, else 0. */
  readonly initialBalance: string;
  readonly resetStreakStatus: boolean;
  readonly idempotencyKey: string;
};

export type ActivityFields = {
  readonly activityId: string;
  readonly customerId: number;
  readonly type: "TRANSACTION" | "RETURN" | "EVENT";
  readonly amount: string;
  readonly name: string;
  readonly occurredAt: string;
  readonly storeId: string;
  readonly channel: string;
  readonly tenders: readonly string[];
  readonly lines: readonly LineFields[];
};

export type AdjustmentFields = {
  readonly adjustmentId: string;
  readonly customerId: number;
  /** Empty means the current cycle. */
  readonly periodName: string;
  /** What is added. Below 0 it is taken off. */
  readonly amount: string;
  readonly reason: string;
};

/** A line of a purchase. A field that was left empty is not sent. */
export type LineFields = {
  readonly itemCode: string;
  readonly category: string;
  readonly brand: string;
  readonly amount: string;
  readonly quantity: string;
};

export const json = { "Content-Type": "application/json" };

export function get(path: string): Call {
  return { method: "GET", path, headers: {}, body: undefined };
}

/**
 * Calls that change nothing, because they lack the activity, the adjustment or the profile and are refused. The API checks the
 * permission before the body, so the refusal tells whether the credential has it.
 */
export const probes = {
  enroll: { method: "POST", path: "/activities", headers: json, body: [] },
  adjust: { method: "POST", path: "/targetGroups/1/targets/1/adjust", headers: json, body: [] },
  manage: { method: "PUT", path: "/customers/1", headers: json, body: [] },
} as const satisfies Record<string, Call>;

/** The call for an enrolment. A field that was left empty is left out of it. */
export function enrollCall(ref: TargetRef, fields: EnrollmentFields): Call {
  const { customerId, periodName, initialBalance, resetStreakStatus, idempotencyKey } = fields;
  const record = {
    customerId,
    ...(periodName === "" ? {} : { periodName }),
    ...(initialBalance === "" ? {} : { initialBalance: numberOrText(initialBalance) }),
    ...(resetStreakStatus ? { resetStreakStatus } : {}),
  };
  const headers = { ...json, "Idempotency-Key": idempotencyKey };
  return { method: "POST", path: `${targetPath(ref)}/enroll`, headers, body: [record] };
}

export function unenrollCall(ref: TargetRef, customerId: number): Call {
  return { method: "POST", path: `${targetPath(ref)}/unEnroll`, headers: json, body: [{ customerId }] };
}

export function adjustCall(ref: TargetRef, fields: AdjustmentFields): Call {
  const { adjustmentId, customerId, periodName, amount, reason } = fields;
  const cycle = periodName === "" ? {} : { periodName };
  const body = { adjustmentId, customerId, ...cycle, amount: numberOrText(amount), reason };
  return { method: "POST", path: `${targetPath(ref)}/adjust`, headers: json, body };
}

export type ExcuseFields = { readonly customerId: number; readonly periodName: string; readonly reason: string };

/** Excuses a cycle of a streak, or takes the excuse back. */
export function excuseCall(ref: TargetRef, action: "excuse" | "unExcuse", body: ExcuseFields): Call {
  return { method: "POST", path: `${targetPath(ref)}/${action}`, headers: json, body };
}

export type FreezesFields = {
  readonly grantId: string;
  readonly customerId: number;
  readonly amount: string;
  readonly reason: string;
};

/** Gives a customer of a streak more freezes. */
export function freezesCall(ref: TargetRef, { amount, ...fields }: FreezesFields): Call {
  const body = { ...fields, amount: numberOrText(amount) };
  return { method: "POST", path: `${targetPath(ref)}/freezes`, headers: json, body };
}

export function activityCall({
  activityId,
  customerId,
  type,
  amount,
  name,
  occurredAt,
  ...bought
}: ActivityFields): Call {
  const { storeId, channel, tenders, lines } = bought;
  const body = {
    activityId,
    customerId,
    type,
    ...(type === "EVENT" ? { name } : {}),
    occurredAt,
    ...(amount === "" ? {} : { amount: numberOrText(amount) }),
    ...(storeId === "" ? {} : { storeId }),
    ...(channel === "" ? {} : { channel }),
    ...(tenders.length === 0 ? {} : { tenders }),
    ...(lines.length === 0 ? {} : { lineItems: lines.map(lineBody) }),
  };
  return { method: "POST", path: "/activities", headers: json, body };
}

function lineBody({ itemCode, category, brand, amount, quantity }: LineFields) {
  return {
    itemCode,
    ...(category === "" ? {} : { category }),
    ...(brand === "" ? {} : { brand }),
    ...(amount === "" ? {} : { amount: numberOrText(amount) }),
    ...(quantity === "" ? {} : { quantity: numberOrText(quantity) }),
  };
}

/** The call that only says what the other one would do. It writes nothing, so it takes no key. */
export function simulated({ path, headers, ...call }: Call): Call {
  const { "Idempotency-Key": _, ...others } = headers;
  return { ...call, path: `${path}/simulate`, headers: others };
}

/** Finds the customer who has the brand's own id. */
export function findCall(externalId: string): Call {
  return get(`/customers?externalId=${encodeURIComponent(externalId)}`);
}

/** Registers a customer with the brand's own id, under an id that the API draws. */
export function registerExternalIdCall(externalId: string): Call {
  return { method: "POST", path: "/customers", headers: json, body: { externalId } };
}

/** Registers the customer by the id alone. */
export function registerCall(customerId: number): Call {
  return { method: "PUT", path: `/customers/${customerId}`, headers: json, body: {} };
}

/** Asks for a customer's data to be erased or anonymised. A repeat is the same request. */
export function eraseCall(customerId: number, mode: "ERASE" | "ANONYMISE"): Call {
  return { method: "DELETE", path: `/customers/${customerId}?mode=${mode}`, headers: {}, body: undefined };
}

/** The path of a target, below which its routes are. */
export function targetPath({ groupId, targetId }: TargetRef): string {
  return `/targetGroups/${groupId}/targets/${targetId}`;
}

/** The number that was typed. Any other text is sent unchanged, and the API's answer says what is wrong with it. */
function numberOrText(text: string): number | string {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/** A command to paste into a shell. It asks for the secret, so that no secret is copied. */
export function asCurl({ method, path, headers, body }: Call, baseUrl: string, username: string): string {
  const lines = [
    `curl -X ${method} ${quoted(`${baseUrl}${path}`)}`,
    `-u ${quoted(username)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quoted(JSON.stringify(body))}`]),
  ];
  return lines.join(" \\\n  ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
