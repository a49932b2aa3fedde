import { CfnRestApi, EndpointAccessMode, type RestApi, SecurityPolicy } from "aws-cdk-lib/aws-apigateway";

/** TLS 1.2 or later with forward secrecy. The handshake must name the requested host. */
export const tls = {
  securityPolicy: SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09,
  endpointAccessMode: EndpointAccessMode.STRICT,
} as const;

/**
 * Sets TLS for the address that API Gateway gives the API. The default accepts TLS 1.0, and CDK's construct has no
 * option for it.
 */
export function requireTls(restApi: RestApi): void {
  const resource = restApi.node.defaultChild;
  if (!(resource instanceof CfnRestApi)) throw new Error("A RestApi is made of a CfnRestApi");
  resource.securityPolicy = tls.securityPolicy;
  resource.endpointAccessMode = tls.endpointAccessMode;
}
