import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";

type WebAclProps = {
  readonly stageArn: string;
  /** More from one address within five minutes are blocked until they are fewer. */
  readonly requestsPerAddressInFiveMinutes: number;
};

/**
 * Rules of AWS that would block what this API is for. They count instead, so that their metrics still show them.
 * A definition of a target group is up to 256 kB and activities up to 64 kB; the functions limit each route's body. A
 * till's HTTP library need not say what it is.
 */
const countedRules = ["SizeRestrictions_BODY", "NoUserAgent_HEADER"];

/**
 * A web ACL in front of the stage: a rate for each address, and AWS's rules for what no client sends in good faith.
 *
 * It keeps neither logs nor samples of requests, as these hold whole headers and paths: credentials and customers' ids.
 * What it blocks is in its metrics, by rule, and in the access log as `WAF_FILTERED`, with the caller's address.
 */
export class WebAcl extends Construct {
  constructor(scope: Construct, id: string, { stageArn, requestsPerAddressInFiveMinutes }: WebAclProps) {
    super(scope, id);
    const webAcl = new CfnWebACL(this, "WebAcl", {
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: visibility("WebAcl"),
      rules: [rateRule(requestsPerAddressInFiveMinutes), commonRules],
    });
    new CfnWebACLAssociation(this, "Association", { resourceArn: stageArn, webAclArn: webAcl.attrArn });
  }
}

function rateRule(limit: number): CfnWebACL.RuleProperty {
  return {
    name: "RatePerAddress",
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { limit, evaluationWindowSec: 300, aggregateKeyType: "IP" } },
    visibilityConfig: visibility("RatePerAddress"),
  };
}

const commonRules: CfnWebACL.RuleProperty = {
  name: "Common",
  priority: 1,
  overrideAction: { none: {} },
  statement: {
    managedRuleGroupStatement: {
      vendorName: "AWS",
      name: "AWSManagedRulesCommonRuleSet",
      ruleActionOverrides: countedRules.map((name) => ({ name, actionToUse: { count: {} } })),
    },
  },
  visibilityConfig: visibility("Common"),
};

function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}
