import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

/**
 * The encrypted topic that the stack's alarms are sent to. The address of the setting subscribes to it; others can too.
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email }: { readonly email: string | undefined }) {
    super(scope, id);
    this.topic = new Topic(this, "Topic", {
      displayName: "Milestreak alarms",
      masterKey: this.#key(),
      enforceSSL: true,
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ["sns:Publish"],
        resources: [this.topic.topicArn],
        conditions: forThisAccount,
      }),
    );
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** A key of the stack's own. CloudWatch may not use the default key of SNS, and would send nothing. */
  #key(): Key {
    const key = new Key(this, "Key", {
      description: "Encrypts what Milestreak's alarms say",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
        resources: ["*"],
        conditions: forThisAccount,
      }),
    );
    return key;
  }
}

const cloudWatch = new ServicePrincipal("cloudwatch.amazonaws.com");

/** CloudWatch acts for all accounts of AWS. An alarm of another account must not reach this topic or its key. */
const forThisAccount = { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } };
