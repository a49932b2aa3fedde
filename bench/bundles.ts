import { statSync } from "node:fs";
import { join } from "node:path";
import { App, type AppProps, Stack } from "aws-cdk-lib";
import { CfnFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { type BundlingOptions, NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import cdkJson from "../cdk.json" with { type: "json" };
import { ApiFunction, bundling } from "../lib/apiFunction.ts";
import { createApp } from "../lib/app.ts";

/** A Lambda's code as it is uploaded. */
export type Bundle = {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** The environment that the stack sets. A name that only CloudFormation knows is `bench` here. */
  readonly environment: Readonly<Record<string, string>>;
};

const projectRoot = join(import.meta.dirname, "..");

/** Every function's bundle, made by the deployed stack's own code. */
export function deployedBundles(outdir: string): Bundle[] {
  const app = createApp({ outdir, context: cdkJson.context });
  return app.node
    .findAll()
    .filter((construct) => construct instanceof ApiFunction)
    .map(({ node, lambda }) => readBundle(node.id, outdir, lambda, "index.mjs"));
}

/** The bundles that an enrolment's is compared with. */
export type PeerBundles = Readonly<
  Record<"cdkDefaults" | "bareSdk" | "bareSdkWithProviders" | "documentClient" | "documentedPackages" | "empty", Bundle>
>;

export function peerBundles(outdir: string): PeerBundles {
  const props: AppProps = { outdir, context: cdkJson.context };
  const stack = new Stack(new App(props), "Peers");
  const make = (name: string, entry: string, options: BundlingOptions, file: string) => {
    const lambda = new NodejsFunction(stack, name, {
      entry: join(projectRoot, entry),
      projectRoot,
      depsLockFilePath: join(projectRoot, "package-lock.json"),
      runtime: Runtime.NODEJS_24_X,
      bundling: options,
    });
    return readBundle(name, outdir, lambda, file);
  };
  const ours = bundling(false);
  return {
    // The SDK is bundled here too. By default CDK uses the runtime's own copy, whose version is not comparable.
    cdkDefaults: make("cdkDefaults", "functions/enroll/handler.ts", { bundleAwsSDK: true }, "index.js"),
    bareSdk: make("bareSdk", "bench/peers/bareSdk.ts", ours, "index.mjs"),
    bareSdkWithProviders: make(
      "bareSdkWithProviders",
      "bench/peers/bareSdk.ts",
      { ...ours, externalModules: [] },
      "index.mjs",
    ),
    documentClient: make("documentClient", "bench/peers/documentClient.ts", ours, "index.mjs"),
    documentedPackages: make(
      "documentedPackages",
      "bench/peers/documentedPackages.ts",
      { bundleAwsSDK: true },
      "index.js",
    ),
    empty: make("empty", "bench/peers/empty.ts", ours, "index.mjs"),
  };
}

function readBundle(name: string, outdir: string, lambda: NodejsFunction, file: string): Bundle {
  const resource = lambda.node.defaultChild;
  if (!(resource instanceof CfnFunction)) throw new Error(`${name} is not a Lambda`);
  const { s3Key }: { s3Key: string } = lambda.stack.resolve(resource.code);
  const path = join(outdir, `asset.${s3Key.replace(/\.zip$/, "")}`, file);
  const variables: Record<string, unknown> = lambda.stack.resolve(resource.environment)?.variables ?? {};
  const environment = Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [key, typeof value === "string" ? value : "bench"]),
  );
  return { name, path, sizeBytes: statSync(path).size, environment };
}
