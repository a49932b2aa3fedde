import { beforeAll, describe, expect, it } from "vitest";
import { type AccessGroup, accessGroups } from "../../shared/domain/accessGroups.ts";
import { type ProtectedRouteName, protectedRouteNames, routes } from "../../shared/http/routes.ts";
import type { ApiClient } from "../support/apiClient.ts";
import { expectRefused } from "../support/envelopes.ts";
import type { TestOrg } from "../support/org.ts";
import { type PermittedRequest, permittedRequest } from "../support/permittedRequest.ts";
import { routeContracts } from "../support/routeContracts.ts";
import { useService } from "../support/service.ts";
import { during } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

function clientOf(org: TestOrg, accessGroup: AccessGroup): ApiClient {
  return { "read-only": org.reader, default: org.till, support: org.support, admin: org.admin }[accessGroup];
}

const combinations = protectedRouteNames.flatMap((name) => accessGroups.map((accessGroup) => ({ name, accessGroup })));
const isAllowed = ({ name, accessGroup }: (typeof combinations)[number]) =>
  routeContracts[name].access.groups.includes(accessGroup);

it("has an answer for every route and every access group", () => {
  expect(combinations).toHaveLength(protectedRouteNames.length * 4);
});

describe("lets in", () => {
  it.each(combinations.filter(isAllowed))("$accessGroup to $name", async ({ name, accessGroup }) => {
    const org = await service.newOrg();
    const { method, path, body } = await permittedRequest(name, org);
    const response = await clientOf(org, accessGroup).send(method, path, body, { now: during(1) });
    expect({ status: response.status, errors: response.body.errors }).toEqual({
      status: routeContracts[name].access.own.status,
      errors: null,
    });
  });
});

describe("refuses with 4000, writing nothing,", () => {
  const refused = combinations.filter((combination) => !isAllowed(combination));
  const message = ({ name, accessGroup }: (typeof combinations)[number]) =>
    new RegExp(
      `^Not allowed\\. ${routes[name].method} ${routes[name].path.replace(/[{}]/g, "\\$&")} needs the permission ` +
        `"${routes[name].permission}", which access group "${accessGroup}" does not have\\.$`,
    );

  /** One brand, whose things all requests name. A refused request leaves them as they are. */
  let org: TestOrg;
  const requests = new Map<ProtectedRouteName, PermittedRequest>();
  beforeAll(async () => {
    org = await service.newOrg();
    for (const { name } of refused) if (!requests.has(name)) requests.set(name, await permittedRequest(name, org));
  });

  it.each(refused)("$accessGroup on $name", async (combination) => {
    const request = requests.get(combination.name);
    if (request === undefined) throw new Error(`No request was prepared for ${combination.name}`);
    const { method, path, body } = request;
    const call = () => clientOf(org, combination.accessGroup).send(method, path, body, { now: during(1) });
    expectRefused(await withoutWriting(service, call), 403, 4000, message(combination));
  });

  it.each(refused)("$accessGroup on $name before it looks at body and path", async (combination) => {
    const { method, path } = routes[combination.name];
    const malformed = method === "GET" ? undefined : "{";
    const call = () => clientOf(org, combination.accessGroup).send(method, path.replace(/\{\w+\}/g, "abc"), malformed);
    expectRefused(await withoutWriting(service, call), 403, 4000, message(combination));
  });
});
