/** A property that an edit names with another value than the creation has set. */
export type FixedFault<Property extends string> = {
  readonly property: Property;
  readonly is: FixedValue | undefined;
  readonly asked: unknown;
};

type FixedValue = string | number | boolean;

/**
 * What an edit says otherwise of properties that nobody can change. A read answers null where there is nothing, and may
 * be sent back.
 */
export function fixedFaults<Property extends string>(
  properties: readonly Property[],
  values: { readonly [property in Property]: FixedValue | undefined },
  asked: { readonly [property in Property]?: unknown },
): FixedFault<Property>[] {
  return properties
    .map((property) => ({ property, is: values[property], asked: asked[property] }))
    .filter((said) => said.asked !== undefined && said.asked !== (said.is ?? null));
}
