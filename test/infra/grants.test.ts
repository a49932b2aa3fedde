import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { retiringGrants, tableGrants } from "../../lib/tableGrants.ts";
import packageJson from "../../package.json" with { type: "json" };
import { type Grants, lostGrants, overdueGrants, type Release } from "./support/grants.ts";

const release: Release = JSON.parse(readFileSync("test/infra/grants.release.json", "utf8"));

/** The grants that the roles have today, retiring ones included. */
function granted(): Grants {
  const retiring: Grants = retiringGrants;
  return Object.fromEntries(
    Object.entries(tableGrants).map(([name, grants]) => [name, [...grants, ...(retiring[name] ?? [])]]),
  );
}

test("every grant that the last release needed is there: a grant shrinks one release after its last use", () => {
  expect(lostGrants(release, granted())).toEqual([]);
});

test("every retiring grant is one that the last release needed, so none stays for longer than a release", () => {
  expect(overdueGrants(release, retiringGrants, packageJson.version)).toEqual([]);
});

describe("the check on grants", () => {
  const customers = { like: "ORG#*#CUSTOMER#*" };
  const orgs = { like: "ORG#*", except: "ORG#*#*" };
  const before: Release = {
    version: "1.2.0",
    needed: { enroll: [{ actions: ["GetItem", "UpdateItem"], partitions: customers }] },
    retiring: {},
  };
  const sentence =
    "enroll may no longer GetItem in ORG#*#CUSTOMER#*, but its version of release 1.2.0 goes on doing so while a deployment is under way: move the grant to retiringGrants for one release.";

  test.each<[what: string, now: Grants]>([
    ["an action is missing", { enroll: [{ actions: ["UpdateItem"], partitions: customers }] }],
    [
      "an action is left on other partitions only",
      {
        enroll: [
          { actions: ["UpdateItem"], partitions: customers },
          { actions: ["GetItem"], partitions: orgs },
        ],
      },
    ],
    [
      "an action is left on fewer partitions",
      {
        enroll: [
          { actions: ["UpdateItem"], partitions: customers },
          { actions: ["GetItem"], partitions: { ...customers, except: "ORG#1#*" } },
        ],
      },
    ],
  ])("says in a sentence that %s", (_, now) => {
    expect(lostGrants(before, now)).toEqual([sentence]);
  });

  test("lets a grant grow, and a function go with its role", () => {
    const grown = [{ actions: ["GetItem", "Query", "UpdateItem"], partitions: { like: ["CLOSING", customers.like] } }];
    expect(lostGrants(before, { enroll: grown })).toEqual([]);
    expect(lostGrants(before, { members: [] })).toEqual([]);
  });

  test("lets a grant go that was retiring in the last release, and reports one that is still retiring in the next", () => {
    const retiring = { enroll: [{ actions: ["GetItem"], partitions: customers }] };
    const after: Release = {
      version: "1.3.0",
      needed: { enroll: [{ actions: ["UpdateItem"], partitions: customers }] },
      retiring,
    };
    expect(overdueGrants(before, retiring, "1.3.0")).toEqual([]);
    expect(lostGrants(after, after.needed)).toEqual([]);
    expect(overdueGrants(after, retiring, "1.3.0")).toEqual([]);
    expect(overdueGrants(after, retiring, "1.4.0")).toEqual([
      "enroll need no longer GetItem in ORG#*#CUSTOMER#*, as its version of release 1.3.0 does not: take the grant out of retiringGrants.",
    ]);
  });
});
