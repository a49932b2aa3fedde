import { at, type Resources, references, resourcesOfType } from "./synthesize.ts";

/** A property that hands what has failed to a resource, for example a queue. */
export type FailureDestination = {
  /** The resource that hands it on. */
  readonly from: string;
  readonly property: string;
  /** The resources that it is handed to. A destination outside the stack is left out. */
  readonly to: readonly string[];
};

/** The names under which resources of CloudFormation take a destination for what has failed. */
const destinationName = /dead.?letter|redrivepolicy|destinationconfig|onfailure/i;

/** Every place of a template from which failed work is handed on, in whatever type of resource and at any depth. */
export function failureDestinations({ resources }: Resources): FailureDestination[] {
  return [...resources].flatMap(([from, { Properties }]) =>
    destinationsIn(Properties).map(([property, value]) => ({ from, property, to: [...references(value)] })),
  );
}

function destinationsIn(value: unknown): [property: string, value: unknown][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([property, inner]): [string, unknown][] =>
    destinationName.test(property) ? [[property, inner]] : destinationsIn(inner),
  );
}

/** The roles that may send messages, each with the queues. A role by a policy of its own is among them. */
export function senders(stack: Resources): { readonly roles: readonly string[]; readonly queues: readonly string[] }[] {
  return [...resourcesOfType(stack, "AWS::IAM::Policy"), ...resourcesOfType(stack, "AWS::IAM::Role")].flatMap(
    ([id, { Type, Properties }]) =>
      statementsIn(Properties)
        .filter((statement) => mayHold(at(statement, "Action"), sendPattern))
        .map((statement) => ({
          roles: Type === "AWS::IAM::Role" ? [id] : [...references(Properties["Roles"])],
          queues: [...references(at(statement, "Resource"))],
        })),
  );
}

const sendPattern = /^(\*|sqs:(\*|send.*))$/i;

function mayHold(action: unknown, pattern: RegExp): boolean {
  return [action].flat().some((each) => pattern.test(String(each)));
}

/** Every statement of a policy document, at any depth. */
export function statementsIn(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const own = at(value, "Statement");
  return own === undefined ? Object.values(value).flatMap(statementsIn) : [own].flat();
}
