import middy from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { buildContext, buildEvent } from "../../local/proxyEvent.ts";
import { matchRoute } from "../../local/routing.ts";
import { nameHeaders } from "../../shared/http/requests/readBody.ts";
import { readJsonBody } from "../../shared/http/requests/readJsonBody.ts";

type Sent = { readonly isBase64Encoded?: boolean; readonly contentType?: string; readonly maximumBodyBytes?: number };

/** The value that the routes' own chain reads from a body. Rejects with the refusal. */
export async function readJson(body: string, sent: Sent = {}): Promise<unknown> {
  const { isBase64Encoded = false, contentType = "application/json", maximumBodyBytes = 1_000_000 } = sent;
  let value: unknown;
  const chain = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(nameHeaders())
    .use(readJsonBody(maximumBodyBytes))
    .handler(async (event: APIGatewayProxyEvent) => {
      value = event.body;
      return { statusCode: 200, body: "" };
    });
  const event = eventOf(body, contentType);
  const before = structuredClone(event);
  await chain({ ...event, isBase64Encoded }, buildContext("readJson"));
  if (event.body !== before.body) throw new Error("The chain has changed the event that it was given");
  return value;
}

function eventOf(body: string, contentType: string): APIGatewayProxyEvent {
  const match = matchRoute("POST", "/activities");
  if (match === undefined) throw new Error("There is no route for activities");
  const headers = [["Content-Type", contentType]] as const;
  const request = { method: "POST", path: "/activities", query: new URLSearchParams(), headers, body };
  return buildEvent({ ...request, nowEpochMilliseconds: 0 }, match, {});
}
