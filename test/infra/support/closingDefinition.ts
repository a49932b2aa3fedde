import { at, type Resource, type Resources, references, resourcesOfType } from "./synthesize.ts";

/** The state machine that closes cycles, or the express one that looks for what is due. */
export function closingStateMachine(stack: Resources, type: "STANDARD" | "EXPRESS"): readonly [string, Resource] {
  const [found, ...others] = resourcesOfType(stack, "AWS::StepFunctions::StateMachine").filter(
    ([, { Properties }]) => Properties["StateMachineType"] === type,
  );
  if (found === undefined || others.length > 0) throw new Error(`There is one state machine of type ${type}`);
  return found;
}

/** The state machine's definition, with each reference replaced by the logical id it refers to. */
export function closingDefinition(stack: Resources, type: "STANDARD" | "EXPRESS" = "STANDARD") {
  const [, stateMachine] = closingStateMachine(stack, type);
  const parts: unknown = at(stateMachine.Properties.DefinitionString, "Fn::Join", "1");
  if (!Array.isArray(parts)) throw new Error("The definition is a joined text");
  return JSON.parse(parts.map((part) => (typeof part === "string" ? part : [...references(part)].join())).join(""));
}
