import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { CfnFunction } from "aws-cdk-lib/aws-lambda";
import cdkJson from "../../cdk.json" with { type: "json" };
import { ApiFunction } from "../../lib/apiFunction.ts";
import { createApp } from "../../lib/app.ts";

/** A resource of the synthesized template. */
export type Resource = {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
};

/** The stack as deployed with the default settings, and its functions' code. */
export type BundledStack = {
  readonly resources: ReadonlyMap<string, Resource>;
  /** Each function's logical id, by the function's name: its folder below `functions/`. */
  readonly functionIds: ReadonlyMap<string, string>;
  /** Each function's bundle, `index.mjs`, by the function's name. */
  readonly bundles: ReadonlyMap<string, string>;
};

/** Synthesizes the stack with its bundles, which takes some seconds. */
export function bundleStack(): BundledStack {
  const outdir = mkdtempSync(join(tmpdir(), "milestreak-sam-"));
  try {
    const app = createApp({ outdir, context: { ...cdkJson.context, "aws:cdk:enable-asset-metadata": true } });
    const functions = app.node.findAll().filter((construct) => construct instanceof ApiFunction);
    const [first] = functions;
    if (first === undefined) throw new Error("The stack has no functions");
    const file = join(outdir, Stack.of(first).templateFile);
    app.synth();
    const template: { Resources: Record<string, Resource & WithAsset> } = JSON.parse(readFileSync(file, "utf8"));
    const functionIds = new Map(functions.map(({ node, lambda }) => [node.id, logicalId(lambda.node.defaultChild)]));
    return {
      resources: new Map(Object.entries(template.Resources)),
      functionIds,
      bundles: new Map(
        [...functionIds].map(([name, id]) => {
          const asset = template.Resources[id]?.Metadata?.["aws:asset:path"];
          if (asset === undefined) throw new Error(`The function ${name} has no bundle`);
          return [name, readFileSync(join(outdir, asset, "index.mjs"), "utf8")];
        }),
      ),
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

type WithAsset = { readonly Metadata?: { readonly "aws:asset:path"?: string } };

function logicalId(construct: unknown): string {
  if (!CfnFunction.isCfnElement(construct) || !(construct instanceof CfnFunction)) throw new Error("Not a Lambda");
  return construct.stack.getLogicalId(construct);
}
