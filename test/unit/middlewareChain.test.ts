import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { buildContext, buildEvent } from "../../local/proxyEvent.ts";
import { matchRoute } from "../../local/routing.ts";
import { apiHandler } from "../../shared/http/apiHandler.ts";
import { getCustomer } from "../../shared/http/routes.ts";

it("a call whose function runs out of time is not answered 500, because its write may still take place", async () => {
  const match = matchRoute("GET", "/customers/1");
  if (match === undefined) throw new Error("There is no such route");
  const request = { method: "GET", path: "/customers/1", query: new URLSearchParams(), headers: [], body: "" };
  const caller = { org: "100", username: "till", accessGroup: "admin" };
  const event = buildEvent({ ...request, nowEpochMilliseconds: 0 }, match, caller);
  const lambda = apiHandler(getCustomer, async () => {
    // Any timer of the chain that has no time left fires before this one.
    await setTimeout(20);
    return { data: "done" };
  });
  const context = { ...buildContext("customers"), getRemainingTimeInMillis: () => 0 };
  expect(await lambda(event, context)).toMatchObject({ statusCode: 200 });
});
