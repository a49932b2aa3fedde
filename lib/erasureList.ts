import { RemovalPolicy, Validations } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

/**
 * The list of customers who were erased, apart from the table. A table that is restored from a backup brings back whom
 * the brand has promised to forget; `npm run admin -- erasures reapply` repeats the list there (docs/restore.md).
 *
 * It holds ids and times only. It is kept when the stack is deleted, like the table.
 */
export class ErasureList extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, "Bucket", {
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason: "Only the state machine writes to it and only an operator reads it; CloudTrail has who did.",
    });
  }
}
