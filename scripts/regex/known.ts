/** An expression that may stay although it takes more than linear time, or cannot be judged. */
export type KnownExpression = {
  /** The end of the file's path. */
  readonly file: string;
  readonly text: string;
  /** Why no caller can make it slow. */
  readonly reason: string;
};

const calendar = "temporal-polyfill/chunks/internal.js";
const sdkNumbers = "@smithy/core/dist-es/submodules/protocols/json/jsonReviver.js";

export const knownExpressions: readonly KnownExpression[] = [
  {
    file: "local/routing.ts",
    text: 'new RegExp(`^${routes[name].path.replace(/\\{(\\w+)\\}/g, "(?<$1>[^/]+)")}$`)',
    reason: "Made of the routes' paths: fixed words and [^/]+ between slashes, which can be matched in one way only.",
  },
  {
    file: "local/authorizerCache.ts",
    text: "new RegExp(authorizationExpression)",
    reason: "Judged where it is written, by its name.",
  },
  {
    file: "lib/settings.ts",
    text: "new RegExp(`^(${label}\\\\.)+${label}$`)",
    reason: "Reads a setting of the operator's own, and a label holds no dot.",
  },
  {
    file: "@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partition.js",
    text: "new RegExp(regionRegex)",
    reason: "The SDK's own list of partitions, matched with the Lambda's region.",
  },
  {
    file: "@smithy/core/dist-es/submodules/endpoints/middleware-endpoint/service-customizations/s3.js",
    text: "/(\\d+\\.){3}\\d+/",
    reason: "Reads the names of S3 buckets, and nothing here calls S3.",
  },
  {
    file: "@smithy/core/dist-es/submodules/config/shared-ini-file-loader/parseIni.js",
    text: "/^([\\w-]+)\\s([\"'])?([\\w-@+.%:/]+)\\2$/",
    reason: "Reads the AWS configuration file of the machine; a Lambda has none.",
  },
  {
    file: "@smithy/core/dist-es/submodules/transport/isValidHostLabel.js",
    text: "new RegExp(`^(?!.*-$)(?!-)[a-zA-Z0-9-]{1,63}$`)",
    reason: "Reads the AWS region and names of hosts that the SDK makes.",
  },
  {
    file: sdkNumbers,
    text: "/0+$/",
    reason: "Reads numbers in the answers of AWS, whose decimals are texts in DynamoDB's.",
  },
  {
    file: sdkNumbers,
    text: "/(\\.\\d*?)0+$/",
    reason: "Reads numbers in the answers of AWS, whose decimals are texts in DynamoDB's.",
  },
  {
    file: calendar,
    text: "new RegExp(`^${meat}$`)",
    reason: "Reads dates of ten characters and names of zones, both judged before by expressions of our own.",
  },
  {
    file: calendar,
    text: "/0+$/",
    reason: "Reads the nine digits of a fraction of a second.",
  },
  {
    file: calendar,
    text: "/\\[(!?)([^=]+)=([^\\]]+)/g",
    reason: "Reads what follows a date in brackets; what is handed to it has none, by an expression of our own.",
  },
];
