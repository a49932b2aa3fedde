import type { FunctionName } from "./functionNames.ts";

/** Some partitions of the table, by patterns in which `*` stands for any text, `#` included. */
type Partitions = { readonly like: string | readonly string[]; readonly except?: string };

export type TableGrant = {
  readonly actions: readonly ("ConditionCheckItem" | "DeleteItem" | "GetItem" | "PutItem" | "Query" | "UpdateItem")[];
  readonly partitions: Partitions;
};

/** One partition per target group: its cycles, levels and targets. */
const groups: Partitions = { like: "ORG#*#GROUP#*" };
/** One partition per target group: what was counted of its customers. */
const statistics: Partitions = { like: "ORG#*#GROUP#*#STATISTICS" };
/** One partition per customer: the profile and the enrolments. */
const customers: Partitions = { like: "ORG#*#CUSTOMER#*" };
/** One partition per org: the list of the targets that activities enrol in. */
const automaticTargets: Partitions = { like: "ORG#*#AUTOMATIC" };
/** One partition per external id of a customer, named after the id's digest. */
const externalIds: Partitions = { like: "EXTERNAL#*" };
/** They are in one grant, because a transaction over a customer and an external id is one request. */
const customersAndExternalIds: Partitions = { like: ["ORG#*#CUSTOMER#*", "EXTERNAL#*"] };
/** The same with the list of what is due, on which an erasure puts its first pass. */
const customersExternalIdsAndSweeps: Partitions = { like: ["ORG#*#CUSTOMER#*", "EXTERNAL#*", "CLOSING"] };
/** One partition per org: the names that are taken and the next ids. An org's own name holds no `#`. */
const orgs: Partitions = { like: "ORG#*", except: "ORG#*#*" };
/** The one list of what to close next, with an item for each group of every org. */
const sweeps: Partitions = { like: "CLOSING" };
/** For each group, which shards of its targets hold enrolments and how far they are closed. */
const closings: Partitions = { like: "CLOSING#*" };
/** The index of enrolments, one partition for each shard of a target. */
const shards: Partitions = { like: "ENROLLED#*" };
/** They are in one grant, because a transaction over all of them is one request. */
const orgsGroupsAndSweeps: Partitions = { like: ["ORG#*", "CLOSING"], except: "ORG#*#CUSTOMER#*" };
const credentials: Partitions = { like: "CREDENTIAL#*" };
const tokens: Partitions = { like: "TOKEN#*" };

/**
 * Everything that each function may do with the table. No function scans. Items are deleted from the list of sweeps
 * and of external ids, and `closeShard` deletes an enrolment where it puts it elsewhere and the items of an erased
 * customer. `definitions` deletes names of
 * groups, and groups without enrolments. Only `authorizer` and `tokens` can read credentials. `reads` and `simulations`
 * cannot write. A function without an entry does not
 * compile, and a grant that no request needs fails test/deployed.
 */
export const tableGrants = {
  // Registering a customer with an external id writes both in one transaction.
  enroll: [
    { actions: ["Query"], partitions: groups },
    { actions: ["GetItem", "UpdateItem"], partitions: customersAndExternalIds },
  ],
  // An adjustment is recorded in one transaction with the enrolment, and reads like an activity.
  membership: [
    { actions: ["Query"], partitions: groups },
    { actions: ["GetItem", "PutItem", "Query", "UpdateItem"], partitions: customers },
    { actions: ["GetItem"], partitions: externalIds },
  ],
  recordActivities: [
    { actions: ["Query"], partitions: groups },
    { actions: ["GetItem"], partitions: automaticTargets },
    { actions: ["ConditionCheckItem", "GetItem", "PutItem", "Query", "UpdateItem"], partitions: customers },
    { actions: ["GetItem"], partitions: externalIds },
  ],
  countQueuedActivities: [
    { actions: ["Query"], partitions: groups },
    { actions: ["GetItem"], partitions: automaticTargets },
    { actions: ["ConditionCheckItem", "GetItem", "PutItem", "Query", "UpdateItem"], partitions: customers },
    { actions: ["GetItem"], partitions: externalIds },
  ],
  // An edit frees the old name of a group, and may put a sweep on the list or change the list of automatic targets. A
  // deletion looks for enrolments first.
  definitions: [
    { actions: ["Query"], partitions: orgs },
    { actions: ["Query"], partitions: groups },
    { actions: ["Query"], partitions: closings },
    { actions: ["DeleteItem", "PutItem", "UpdateItem"], partitions: orgsGroupsAndSweeps },
  ],
  // It is one grant, because a transaction over a profile, its external ids and its erasure is one request.
  customers: [
    { actions: ["DeleteItem", "GetItem", "PutItem", "UpdateItem"], partitions: customersExternalIdsAndSweeps },
  ],
  // What a customer can be enrolled in takes the names of the org's groups.
  reads: [
    { actions: ["Query"], partitions: orgs },
    { actions: ["Query"], partitions: groups },
    { actions: ["GetItem"], partitions: statistics },
    { actions: ["Query"], partitions: shards },
    { actions: ["GetItem"], partitions: closings },
    { actions: ["GetItem", "Query"], partitions: customers },
  ],
  // They run the code of the calls that they try, and can write nothing.
  simulations: [
    { actions: ["Query"], partitions: groups },
    { actions: ["GetItem"], partitions: automaticTargets },
    { actions: ["GetItem", "Query"], partitions: customers },
    { actions: ["GetItem"], partitions: externalIds },
  ],
  // A policy can name partitions but no sort keys. The code ensures that these puts are ledger rows only.
  projector: [
    { actions: ["Query"], partitions: groups },
    { actions: ["PutItem"], partitions: customers },
    { actions: ["PutItem"], partitions: shards },
    { actions: ["UpdateItem"], partitions: closings },
  ],
  listDueCycles: [
    { actions: ["GetItem"], partitions: statistics },
    { actions: ["PutItem", "Query", "UpdateItem"], partitions: groups },
    { actions: ["DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"], partitions: sweeps },
    { actions: ["Query"], partitions: closings },
  ],
  closeShard: [
    { actions: ["Query"], partitions: groups },
    { actions: ["PutItem"], partitions: statistics },
    { actions: ["DeleteItem", "Query"], partitions: shards },
    { actions: ["DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"], partitions: customers },
    { actions: ["GetItem", "UpdateItem"], partitions: sweeps },
    { actions: ["UpdateItem"], partitions: closings },
  ],
  authorizer: [
    { actions: ["GetItem"], partitions: credentials },
    { actions: ["GetItem"], partitions: tokens },
  ],
  tokens: [
    { actions: ["GetItem"], partitions: credentials },
    { actions: ["PutItem", "UpdateItem"], partitions: tokens },
  ],
} as const satisfies Record<FunctionName, readonly TableGrant[]>;

/**
 * Grants that only the functions of the last release need. During a deployment the old versions work with the new
 * roles. So a grant shrinks one release after its last use. test/infra/grants.test.ts checks both sides.
 */
export const retiringGrants: Partial<Record<FunctionName, readonly TableGrant[]>> = {};
