import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import cdkJson from "../../../cdk.json" with { type: "json" };
import { createApp } from "../../../lib/app.ts";

export type Resource = {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
};

/** The resources of a template by their logical ids. */
export type Resources = { readonly resources: ReadonlyMap<string, Resource> };

export type SynthesizedStack = Resources & {
  readonly stackName: string;
  readonly outputs: Readonly<Record<string, unknown>>;
};

/**
 * The context that the CDK command passes to leave the functions' code unbundled. Bundling takes nearly all of a
 * synthesis' time.
 */
export const withoutBundling = { "aws:cdk:bundling-stacks": [] };

/** What was synthesized in this process, by its settings. A synthesis takes a second. */
const synthesized = new Map<string, SynthesizedStack>();

/**
 * The stack as `cdk synth` makes it with these settings. Its functions are not bundled. The files that one worker runs
 * share what one of them has synthesized, so nothing may be changed in it.
 */
export function synthesize(settings: Readonly<Record<string, unknown>> = {}): SynthesizedStack {
  const key = JSON.stringify(settings);
  const stack = synthesized.get(key) ?? synthesizeAnew(settings);
  synthesized.set(key, stack);
  return stack;
}

function synthesizeAnew(settings: Readonly<Record<string, unknown>>): SynthesizedStack {
  return withOutdir((outdir) => readStack(createTestApp(outdir, { ...withoutBundling, ...settings })));
}

/** Gives the work a folder to synthesize into, and removes it afterwards. */
export function withOutdir<Result>(work: (outdir: string) => Result): Result {
  const outdir = mkdtempSync(join(tmpdir(), "milestreak-synth-"));
  try {
    return work(outdir);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/**
 * The app with these settings and all else of `cdk.json`. CloudFormation's own rules are left to cfn-lint, which reads the
 * templates in `.ci/run`. The CDK would load them first, which takes as long as ten syntheses.
 */
export function createTestApp(outdir: string, settings: Readonly<Record<string, unknown>>): App {
  const context = { ...cdkJson.context, ...settings };
  return createApp({ outdir, builtinCloudFormationValidation: false, context });
}

export function readStack(app: App): SynthesizedStack {
  const stack = stackOf(app);
  const { Resources, Outputs } = readTemplate(stack);
  return { stackName: stack.stackName, resources: new Map(Object.entries(Resources)), outputs: Outputs };
}

export function stackOf(app: App): Stack {
  const [stack, ...others] = app.node.children.filter((child) => Stack.isStack(child));
  if (stack === undefined || others.length > 0) throw new Error("The app has one stack");
  return stack;
}

function readTemplate(stack: Stack): { Resources: Record<string, Resource>; Outputs: Record<string, unknown> } {
  const { Resources, Outputs } = Template.fromStack(stack).toJSON();
  return { Resources, Outputs };
}

export function resourcesOfType({ resources }: Resources, type: string): [string, Resource][] {
  return [...resources].filter(([, resource]) => resource.Type === type);
}

export function onlyResource(stack: Resources, type: string): [string, Resource] {
  const [found, ...others] = resourcesOfType(stack, type);
  if (found === undefined || others.length > 0) throw new Error(`The stack has one ${type}`);
  return found;
}

/** The value at a path of keys. It is `undefined` where the path ends early. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}

/** The logical ids that a value refers to, at any depth. */
export function references(value: unknown): Set<string> {
  if (!isRecord(value)) return new Set();
  const own = [value.Ref, at(value["Fn::GetAtt"], "0")].filter((id) => typeof id === "string");
  return new Set([...own, ...Object.values(value).flatMap((inner) => [...references(inner)])]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
