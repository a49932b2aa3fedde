import { ResponseType, type RestApi } from "aws-cdk-lib/aws-apigateway";
import { type GatewayResponseType, gatewayResponses, renderGatewayResponse } from "../shared/http/gatewayResponses.ts";

const types = Object.keys(gatewayResponses).filter((type): type is GatewayResponseType => type in gatewayResponses);

/** Gives the API's envelope to every answer that API Gateway makes itself. */
export function installGatewayResponses(restApi: RestApi): void {
  for (const type of types) {
    const { status, headers, body } = renderGatewayResponse(type);
    const { "Content-Type": contentType = "application/json", ...otherHeaders } = headers;
    restApi.addGatewayResponse(type, {
      type: ResponseType.of(type),
      statusCode: status.toString(),
      responseHeaders: quoteValues(otherHeaders),
      // The content type a template is for is the one it is sent with.
      templates: { [contentType]: body },
    });
  }
}

/** A mapping's right side is an expression; in single quotes it is the text itself. */
function quoteValues(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));
}
