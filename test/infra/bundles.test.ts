import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import budgetFile from "../../bench/budgets.json" with { type: "json" };
import { unreachedModules } from "../../lib/apiFunction.ts";
import type { FunctionName } from "../../lib/functionNames.ts";
import { type TableGrant, tableGrants } from "../../lib/tableGrants.ts";
import lockFile from "../../package-lock.json" with { type: "json" };
import { routeNames, routes } from "../../shared/http/routes.ts";
import { functionIdsByName } from "./support/deployedMethods.ts";
import { at, createTestApp, readStack } from "./support/synthesize.ts";

/**
 * The size limit of each bundle, which is loaded at every cold start. When a bundle exceeds it, either the bundle
 * becomes smaller or the limit grows with a reason.
 */
const budgets = new Map(Object.entries(budgetFile.bundleBytes));

const countActivities = ["recordActivities", "countQueuedActivities"] as const;
const enrollOrNot = ["enroll", "membership", "simulations"] as const;
const judgeBodies = [...countActivities, ...enrollOrNot, "definitions", "customers", "tokens"] as const;
const keepDefinitions = [...countActivities, ...enrollOrNot, "reads", "definitions", "projector"] as const;
const closeCycles = ["listDueCycles", "closeShard"] as const;

/**
 * The modules that only some functions need, and those functions. Any other function would load them at every cold
 * start for nothing. A name that ends with a slash stands for everything below it.
 */
const modules: Readonly<Record<string, readonly FunctionName[]>> = {
  "shared/operations/targetGroupCache.ts": keepDefinitions,
  "shared/table/targetGroupItem.ts": [...keepDefinitions, ...closeCycles],
  "shared/http/requests/schemas.ts": judgeBodies,
  "shared/http/requests/validators.generated.js": judgeBodies,
  "shared/http/requests/validation.ts": judgeBodies,
  "node_modules/@aws-sdk/client-api-gateway/": [],
  "node_modules/@aws-sdk/client-cloudformation/": [],
  "node_modules/@aws-sdk/client-eventbridge/": ["projector"],
  "node_modules/@aws-sdk/client-lambda/": [],
  "node_modules/@aws-sdk/client-sqs/": [],
  "node_modules/aws-jwt-verify/": ["authorizer"],
  "node_modules/temporal-polyfill/": ["definitions"],
};

/**
 * A field that only one schema has, and the functions that judge by that schema. All schemas are in one module, so a
 * bundle is searched for the field.
 */
const schemaFields: Readonly<Record<string, readonly FunctionName[]>> = {
  resetStreakStatus: ["enroll", "simulations"],
  originalActivityId: [...countActivities, "simulations"],
  adjustmentId: ["membership"],
  grantId: ["membership"],
  trackingType: ["definitions"],
  firstName: ["customers"],
  secret: ["tokens"],
};

const outdir = mkdtempSync(join(tmpdir(), "milestreak-bundles-"));
afterAll(() => rmSync(outdir, { recursive: true }));

const stack = readStack(createTestApp(outdir, { bundleReport: "true" }));
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

  test("does not import node:http before a request is sent, which would take every cold start another 20 ms", () => {
    const atStart = imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path);
    expect(atStart.filter((path) => /^(node:)?http$/.test(path))).toEqual([]);
  });

  test("is within its budget of bench/budgets.json, and comes without source maps", () => {
    expect(statSync(join(directory, "index.mjs")).size).toBeLessThanOrEqual(budgets.get(name) ?? 0);
    expect(existsSync(join(directory, "index.mjs.map"))).toBe(false);
  });
});

test.each(Object.entries(modules))("%s is in the bundles that need it and in no other", (module, users) => {
  const isPart = (input: string) => input === module || (module.endsWith("/") && input.startsWith(module));
  const holders = bundles.filter(({ loaded }) => loaded.some(isPart)).map(({ name }) => name);
  expect(holders.toSorted()).toEqual(users.toSorted());
});

test.each(Object.entries(schemaFields))(
  "the rule of %s is in the bundles that judge by it and in no other",
  (field, users) => {
    const holders = bundles.filter(({ text }) => text.includes(`${field}:{type:`)).map(({ name }) => name);
    expect(holders.toSorted()).toEqual(users.toSorted());
  },
);

test.each(bundles)(
  "of the route table the bundle of $name holds the routes that it serves and no other",
  ({ name, text }) => {
    const held = routeNames.filter((route) => text.includes(JSON.stringify(routes[route].summary)));
    expect(held).toEqual(routeNames.filter((route) => routes[route].servedBy === name));
  },
);

test.each(bundles)("the bundle that serves $name can send the table only what its role permits", ({ name, loaded }) => {
  const commands = loaded.flatMap((input) => commandPath.exec(input)?.[1] ?? []);
  const judged = commands.filter((command) => !unnamedInGrants.has(command));
  expect(judged).not.toEqual([]);
  // The writes of simulations are rehearsed. The code that would send them is that of the calls that they try.
  const rehearsed = name === "simulations" ? ["UpdateItem"] : [];
  const granted = new Set([...grantedActions(name), ...rehearsed]);
  expect(judged.filter((command) => !granted.has(command))).toEqual([]);
});

test("a bundle that serves one route has nothing that chooses among routes", () => {
  const choosing = bundles.filter(({ text }) => text.includes("This function does not serve")).map(({ name }) => name);
  const ofSeveral = bundles.filter(
    ({ name }) => routeNames.filter((route) => routes[route].servedBy === name).length > 1,
  );
  expect(choosing.toSorted()).toEqual(ofSeveral.map(({ name }) => name).toSorted());
});

/**
 * A bundler keeps a statement, with everything it names, unless it can tell that the statement has no effect. A single
 * such statement would be in every bundle.
 */
test.each(["routes.ts", "requests/schemas.ts", "requests/validators.generated.js"])(
  "nothing of shared/http/%s is in a bundle that uses nothing of it",
  async (module) => {
    const { outputFiles } = await build({
      stdin: { contents: `import "./shared/http/${module}";`, resolveDir: "." },
      bundle: true,
      format: "esm",
      minify: true,
      write: false,
    });
    expect(outputFiles.map(({ text }) => text)).toEqual([""]);
  },
);

type Metafile = {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly entryPoint?: string;
        readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
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
  const inputs = outputs.flatMap((output) => Object.entries(output.inputs));
  return {
    name,
    directory,
    text: readFileSync(join(directory, "index.mjs"), "utf8"),
    entryPoints: outputs.map(({ entryPoint }) => entryPoint),
    inputs: inputs.map(([input]) => input),
    /** The inputs of which the output holds anything. */
    loaded: inputs.flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : [])),
    imports: outputs.flatMap(({ imports }) => imports),
  };
}

const commandPath = /\/client-dynamodb\/dist-es\/commands\/(\w+)Command\.js$/;

/**
 * Operations that no grant names. A transaction is granted by the writes it is made of. `DescribeEndpoints` is the
 * client's own: it is in every bundle, and no function sends it.
 */
const unnamedInGrants: ReadonlySet<string> = new Set(["TransactWriteItems", "DescribeEndpoints"]);

function grantedActions(functionName: string): ReadonlySet<string> {
  const grants = new Map<string, readonly TableGrant[]>(Object.entries(tableGrants));
  return new Set((grants.get(functionName) ?? []).flatMap(({ actions }) => actions));
}

function isExpectedInput(name: string, input: string): boolean {
  if (!input.startsWith("node_modules/")) {
    return [`functions/${name}/`, "shared/", "lib/bundling/"].some((folder) => input.startsWith(folder));
  }
  const owners = Object.entries(lockFile.packages).filter(([path]) => path !== "" && input.startsWith(`${path}/`));
  return owners.length > 0 && owners.every(([, entry]) => !("dev" in entry));
}
