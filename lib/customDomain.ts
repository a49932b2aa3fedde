import { DomainName, EndpointType, type RestApi } from "aws-cdk-lib/aws-apigateway";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { Construct } from "constructs";
import type { DomainSettings } from "./settings.ts";
import { tls } from "./tls.ts";

type CustomDomainProps = {
  readonly restApi: RestApi;
  readonly domain: DomainSettings;
  /** The first word of a path, which may be left out. */
  readonly version: string;
};

/** A domain name of the brand's own for the stage. It answers with and without the version: `/v3/…` and `/…`. */
export class CustomDomain extends Construct {
  /** The name that the DNS record must point to. */
  readonly target: string;

  constructor(scope: Construct, id: string, { restApi, domain: { name, certificateArn }, version }: CustomDomainProps) {
    super(scope, id);
    const domain = new DomainName(this, "Name", {
      ...tls,
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, "Certificate", certificateArn),
      endpointType: EndpointType.REGIONAL,
    });
    const stage = restApi.deploymentStage;
    domain.addBasePathMapping(restApi, { stage });
    domain.addBasePathMapping(restApi, { stage, basePath: version });
    this.target = domain.domainNameAliasDomainName;
  }
}
