import { expect, test } from "vitest";
import { onlyResource, synthesize } from "./support/synthesize.ts";

test("the list of erasures is a private, encrypted bucket that keeps every version and outlives the stack", () => {
  const [, bucket] = onlyResource(synthesize(), "AWS::S3::Bucket");
  expect(bucket).toMatchObject({
    DeletionPolicy: "Retain",
    UpdateReplacePolicy: "Retain",
    Properties: {
      VersioningConfiguration: { Status: "Enabled" },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    },
  });
});
