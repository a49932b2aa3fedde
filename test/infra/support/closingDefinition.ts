import { at, onlyResource, type Resources, references } from "./synthesize.ts";

/** The state machine's definition, with each reference replaced by the logical id it refers to. */
export function closingDefinition(stack: Resources) {
  const [, stateMachine] = onlyResource(stack, "AWS::StepFunctions::StateMachine");
  const parts: unknown = at(stateMachine.Properties.DefinitionString, "Fn::Join", "1");
  if (!Array.isArray(parts)) throw new Error("The definition is a joined text");
  return JSON.parse(parts.map((part) => (typeof part === "string" ? part : [...references(part)].join())).join(""));
}
