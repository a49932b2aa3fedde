import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";

type WebAclProps = {
  readonly stageArn: string;
  /** Further requests of one address within five minutes are blocked until there are fewer. */
  readonly requestsPerAddressInFiveMinutes: number;
  /** The same for the token routes alone. They accept a credential without the authorizer and its cache in front. */
  readonly tokenRequestsPerAddressInFiveMinutes: number;
};

/**
 * Rules of AWS that would block legitimate calls. They only count, so that their metrics still show them. A target
 * group's definition may have 256 kB, and so may activities; the functions limit each route's body. A till's HTTP library
 * need not send a user agent.
 */
const countedRules = ["SizeRestrictions_BODY", "NoUserAgent_HEADER"];

/**
 * A web ACL in front of the stage: a rate for each address, a lower one for its calls of the token routes, and AWS's
 * rules against malicious requests.
 *
 * It keeps neither logs nor samples of requests, because they hold credentials and customers' ids in headers and paths.
 * Blocked requests are in its metrics, by rule, and in the access log as `WAF_FILTERED` with the caller's address.
 */
export class WebAcl extends Construct {
  constructor(scope: Construct, id: string, props: WebAclProps) {
    super(scope, id);
    const webAcl = new CfnWebACL(this, "WebAcl", {
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: visibility("WebAcl"),
      rules: [
        rateRule("RatePerAddress", 0, { limit: props.requestsPerAddressInFiveMinutes }),
        rateRule("TokenRatePerAddress", 1, {
          limit: props.tokenRequestsPerAddressInFiveMinutes,
          scopeDownStatement: { byteMatchStatement: belowOauth },
        }),
        commonRules,
      ],
    });
    new CfnWebACLAssociation(this, "Association", { resourceArn: props.stageArn, webAclArn: webAcl.attrArn });
  }
}

type Rate = Pick<CfnWebACL.RateBasedStatementProperty, "limit" | "scopeDownStatement">;

function rateRule(name: string, priority: number, rate: Rate): CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    action: { block: {} },
    statement: { rateBasedStatement: { ...rate, evaluationWindowSec: 300, aggregateKeyType: "IP" } },
    visibilityConfig: visibility(name),
  };
}

/** Only the token routes have this in their path. The path may contain escapes, and may begin with the stage or not. */
const belowOauth: CfnWebACL.ByteMatchStatementProperty = {
  fieldToMatch: { uriPath: {} },
  positionalConstraint: "CONTAINS",
  searchString: "/oauth/",
  textTransformations: [
    { priority: 0, type: "URL_DECODE" },
    { priority: 1, type: "NORMALIZE_PATH" },
  ],
};

const commonRules: CfnWebACL.RuleProperty = {
  name: "Common",
  priority: 2,
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
