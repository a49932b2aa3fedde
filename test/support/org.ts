import { randomUUID } from "node:crypto";
import { type DataOf, unwrap } from "../../client/client.ts";
import type { Table } from "../../shared/table/client.ts";
import { ApiClient, type ApiResponse, type RequestOptions } from "./apiClient.ts";
import { newOrgCredentials, type TestCredential } from "./credential.ts";
import { milestone } from "./targetGroups.ts";

/** A target group with the ids that tests need. */
export type TestGroup = {
  readonly groupId: number;
  readonly targetId: number;
  readonly targetIds: readonly number[];
  readonly cycleIds: readonly number[];
  readonly levelIds: readonly number[];
};

export type TestOrg = {
  readonly org: string;
  readonly till: ApiClient;
  readonly support: ApiClient;
  readonly admin: ApiClient;
  readonly reader: ApiClient;
  /** What the four clients call with. */
  readonly credentials: { readonly [client in "reader" | "till" | "support" | "admin"]: TestCredential };
  readonly createGroup: (body?: Readonly<Record<string, unknown>>, options?: RequestOptions) => Promise<TestGroup>;
  /** Registers a customer and answers its id. */
  readonly newCustomer: () => Promise<number>;
  readonly enroll: (
    group: TestGroup,
    record: Record<string, unknown>,
    options?: RequestOptions,
  ) => Promise<ApiResponse>;
  readonly unenroll: (group: TestGroup, customerId: number, options?: RequestOptions) => Promise<ApiResponse>;
  /** The customer's rows for the group in all cycles, or `undefined` when the group is not listed. */
  readonly readState: (
    group: TestGroup,
    customerId: number,
    options?: RequestOptions,
  ) => Promise<CustomerState | undefined>;
};

type CustomerState = DataOf<"getUserTargetGroups">["targetGroups"][number];
export type StreakRow = CustomerState["streaks"][number];

/** So large that no id of a customer stands in an error code, a date or another id. */
let lastCustomerId = 7_340_000;

export async function newOrg(table: Table, baseUrl: string): Promise<TestOrg> {
  const org = `test-${randomUUID()}`;
  const {
    "read-only": reading,
    default: selling,
    support: helping,
    admin: managing,
  } = await newOrgCredentials(table, org);
  const credentials = { reader: reading, till: selling, support: helping, admin: managing };
  const till = new ApiClient(baseUrl, credentials.till);
  const support = new ApiClient(baseUrl, credentials.support);
  const admin = new ApiClient(baseUrl, credentials.admin);
  const reader = new ApiClient(baseUrl, credentials.reader);
  return {
    org,
    till,
    support,
    admin,
    reader,
    credentials,
    createGroup: (body = milestone(), options = {}) => createGroup(admin, body, options),
    newCustomer: async () => {
      lastCustomerId += 1;
      return unwrap(await admin.typed.putCustomer(lastCustomerId)).customerId;
    },
    enroll: (group, record, options) => till.post(`${targetPath(group)}/enroll`, [record], options),
    unenroll: (group, customerId, options) => till.post(`${targetPath(group)}/unEnroll`, [{ customerId }], options),
    readState: async ({ groupId }, customerId, options) => {
      const calledAt = options?.now === undefined ? {} : { headers: { "x-local-now": options.now } };
      const state = unwrap(await reader.typed.getUserTargetGroups(customerId, { includeInactive: true }, calledAt));
      return state.targetGroups.find(({ id }) => id === groupId);
    },
  };
}

export function targetPath({ groupId, targetId }: Pick<TestGroup, "groupId" | "targetId">): string {
  return `/targetGroups/${groupId}/targets/${targetId}`;
}

/** Fails when the service ignores a field, because a test with a mistyped field would test another group. */
async function createGroup(
  admin: ApiClient,
  body: Readonly<Record<string, unknown>>,
  options: RequestOptions,
): Promise<TestGroup> {
  const { data, warnings } = (await ok(admin.post("/targetGroups", body, options))).body;
  if (warnings !== null) throw new Error(`The group was created with warnings: ${JSON.stringify(warnings)}`);
  return {
    groupId: data.id,
    targetId: data.targets[0].id,
    targetIds: idsOf(data.targets),
    cycleIds: idsOf(data.periods),
    levelIds: idsOf(data.streaks),
  };
}

function idsOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id);
}

/** Answers a success. Any other answer fails the test, which then shows it whole. */
export async function ok(pending: Promise<ApiResponse>): Promise<ApiResponse> {
  const response = await pending;
  if (response.status >= 300)
    throw new Error(`Expected success, got ${response.status}: ${JSON.stringify(response.body)}`);
  return response;
}
