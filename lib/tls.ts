import { CfnRestApi, EndpointAccessMode, type RestApi, SecurityPolicy } from "aws-cdk-lib/aws-apigateway";

/** TLS 1.2 or later with forward secrecy, and a handshake for the very name that is asked for. */
export const tls = {
  securityPolicy: SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09,
  endpointAccessMode: EndpointAccessMode.STRICT,
} as const;

/** For the address that API Gateway gives the API. By default it takes TLS 1.0; CDK's construct cannot say otherwise. */
export function requireTls(restApi: RestApi): void {
  const resource = restApi.node.defaultChild;
  if (!(resource instanceof CfnRestApi)) throw new Error("A RestApi is made of a CfnRestApi");
  resource.securityPolicy = tls.securityPolicy;
  resource.endpointAccessMode = tls.endpointAccessMode;
}
