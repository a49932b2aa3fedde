import { describe, expect, it } from "vitest";
import { buildContext, buildEvent } from "../../local/proxyEvent.ts";
import { matchRoute } from "../../local/routing.ts";
import { dispatch, forRoute } from "../../shared/http/dispatch.ts";
import { getCustomer, putCustomer, type Route } from "../../shared/http/routes.ts";

const answering = (route: Route, body: string) => forRoute(route, async () => ({ statusCode: 200, body }));

const lambda = dispatch({
  putCustomer: answering(putCustomer, "put"),
  getCustomer: answering(getCustomer, "got"),
});

function eventOf(method: string, path: string) {
  const match = matchRoute(method, path);
  if (match === undefined) throw new Error(`${method} ${path} is no route`);
  const query = new URLSearchParams();
  return buildEvent({ method, path, query, headers: [], body: "", nowEpochMilliseconds: 0 }, match, {});
}

const ask = (event: ReturnType<typeof eventOf>) => lambda(event, buildContext("customers"));

describe("a function of several routes", () => {
  it("answers by the route of the method, where two have the same path", async () => {
    expect(await ask(eventOf("PUT", "/customers/1"))).toMatchObject({ body: "put" });
    expect(await ask(eventOf("GET", "/customers/1"))).toMatchObject({ body: "got" });
  });

  it("answers by the resource that API Gateway matched, because the path under a domain begins differently", async () => {
    expect(await ask({ ...eventOf("GET", "/customers/1"), path: "/v3/customers/1" })).toMatchObject({ body: "got" });
  });

  it("fails for a route that it does not serve, which only a mistake in the stack can send", async () => {
    await expect(ask(eventOf("GET", "/targetGroups"))).rejects.toThrow(
      "This function does not serve GET /targetGroups",
    );
  });
});
