import { randomUUID } from "node:crypto";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { badNow, nowHeader, readNow } from "../../local/localNow.ts";
import type { ApiLambda } from "../../shared/http/apiHandler.ts";

/**
 * Gives each request the time it arrives at and an id of its own, as API Gateway does. `sam local start-api` gives all
 * of them those of its own start, the time in seconds in older versions. The header `x-local-now` says another time,
 * as it does to `npm start`.
 */
export function stamped(deployed: ApiLambda): ApiLambda {
  return async (event, context) => {
    const now = readNow(headerOf(event, nowHeader));
    if (now === undefined) return badNow();
    const requestContext = { ...event.requestContext, requestTimeEpoch: now, requestId: randomUUID() };
    return deployed({ ...event, requestContext }, context);
  };
}

/** SAM hands names over as Flask writes them: `X-Local-Now`. */
function headerOf({ headers }: APIGatewayProxyEvent, wanted: string): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
