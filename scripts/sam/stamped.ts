import { randomUUID } from "node:crypto";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { badNow, nowHeader, readNow } from "../../local/localNow.ts";
import type { ApiLambda } from "../../shared/http/dispatch.ts";

/**
 * Gives each request its time of arrival and an id of its own, like API Gateway. `sam local start-api` gives all
 * requests the time and the id of its own start, in older versions with the time in seconds. The header `x-local-now`
 * sets another time, as with `npm start`.
 */
export function stamped(deployed: ApiLambda): ApiLambda {
  return async (event, context) => {
    const now = readNow(headerOf(event, nowHeader));
    if (now === undefined) return badNow();
    const requestContext = { ...event.requestContext, requestTimeEpoch: now, requestId: randomUUID() };
    return deployed({ ...event, requestContext }, context);
  };
}

/** SAM passes header names as Flask writes them: `X-Local-Now`. */
function headerOf({ headers }: APIGatewayProxyEvent, wanted: string): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
