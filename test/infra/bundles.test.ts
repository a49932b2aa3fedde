import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import budgetFile from "../../bench/budgets.json" with { type: "json" };
import cdkJson from "../../cdk.json" with { type: "json" };
import { unreachedModules } from "../../lib/apiFunction.ts";
import { createApp } from "../../lib/app.ts";
import lockFile from "../../package-lock.json" with { type: "json" };
import { functionIdsByName } from "./support/deployedMethods.ts";
import { at, readStack } from "./support/synthesize.ts";

/** Each is loaded at every cold start. What grows past its budget either becomes smaller or says why it may not. */
const budgets = new Map(Object.entries(budgetFile.bundleBytes));

const outdir = mkdtempSync(join(tmpdir(), "milestreak-bundles-"));
afterAll(() => rmSync(outdir, { recursive: true }));

const stack = readStack(createApp({ outdir, context: { ...cdkJson.context, bundleReport: "true" } }));
const bundles = functionIdsByName(stack).map(([name, functionId]) => readBundle(name, functionId));

test("there is a bundle for every handler", () => {
  const handlers = globSync("functions/*/handler.ts").map((path) => basename(dirname(path)));
  expect(bundles.map(({ name }) => name).toSorted()).toEqual(handlers.toSorted());
});

describe.each(bundles)("the bundle that serves $name", ({ name, directory, inputs, imports, entryPoints }) => {
  test("is made from the handler of that name", () => {
    expect(entryPoints).toEqual([`functions/${name}/handler.ts`]);
  });

  test("loads and exports the handler that the function is configured with", () => {
    const url = pathToFileURL(join(directory, "index.mjs")).href;
    const script = `const { handler } = await import(${JSON.stringify(url)}); console.log(typeof handler)`;
    const environment = {
      TABLE_NAME: "table",
      EVENT_BUS_NAME: "bus",
      TOKEN_LIFETIME_MINUTES: "30",
      AWS_REGION: "eu-west-1",
    };
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      env: environment,
      encoding: "utf8",
    });
    expect(output.trim()).toBe("function");
  });

  test("holds that function's code, shared code and run-time dependencies only", () => {
    const foreign = inputs.filter((input) => !isExpectedInput(name, input));
    expect(foreign).toEqual([]);
  });

  test("needs nothing at run time but Node and the credential providers that are never reached", () => {
    const external = imports.filter(({ path }) => !isBuiltin(path));
    const unexpected = external.filter(
      ({ path, kind }) => kind !== "dynamic-import" || !unreachedModules.includes(path),
    );
    expect(unexpected).toEqual([]);
  });

  test("does not import node:process, which makes Node build all of it at every cold start", () => {
    expect(imports.map(({ path }) => path)).not.toContain("node:process");
  });

  test("is within its budget of bench/budgets.json, and comes without source maps", () => {
    expect(statSync(join(directory, "index.mjs")).size).toBeLessThanOrEqual(budgets.get(name) ?? 0);
    expect(existsSync(join(directory, "index.mjs.map"))).toBe(false);
  });
});

type Metafile = {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly entryPoint?: string;
        readonly inputs: Readonly<Record<string, unknown>>;
        readonly imports: readonly { readonly path: string; readonly kind: string }[];
      }
    >
  >;
};

function readBundle(name: string, functionId: string) {
  const key = String(at(stack.resources.get(functionId)?.Properties, "Code", "S3Key"));
  const directory = join(outdir, `asset.${key.replace(/\.zip$/, "")}`);
  const metafile: Metafile = JSON.parse(readFileSync(join(directory, "index.meta.json"), "utf8"));
  const outputs = Object.values(metafile.outputs);
  return {
    name,
    directory,
    entryPoints: outputs.map(({ entryPoint }) => entryPoint),
    inputs: outputs.flatMap((output) => Object.keys(output.inputs)),
    imports: outputs.flatMap(({ imports }) => imports),
  };
}

function isExpectedInput(name: string, input: string): boolean {
  if (!input.startsWith("node_modules/")) return input.startsWith(`functions/${name}/`) || input.startsWith("shared/");
  const owners = Object.entries(lockFile.packages).filter(([path]) => path !== "" && input.startsWith(`${path}/`));
  return owners.length > 0 && owners.every(([, entry]) => !("dev" in entry));
}
