import { at, type Resources } from "../../infra/support/synthesize.ts";
import { arnOf, type Place } from "../judge/asked.ts";

/** What a deployment adds to a template: the account and region, and the names of the resources. */
export type Physical = {
  readonly place: Place;
  /** Names by logical id. A resource without an entry has its logical id as its name. */
  readonly names: ReadonlyMap<string, string>;
  /** Attributes by `logicalId.Attribute`, as `Fn::GetAtt` names them. */
  readonly attributes: ReadonlyMap<string, string>;
};

/** The template's values with every reference resolved in CloudFormation's way. */
export class TemplateValues {
  readonly #resources: Resources["resources"];
  readonly #physical: Physical;

  constructor({ resources }: Resources, physical: Physical) {
    this.#resources = resources;
    this.#physical = physical;
  }

  /** Resolves a value. Throws for an intrinsic function that is not resolved here. */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.resolve(each));
    if (typeof value !== "object" || value === null) return value;
    const [[name, argument] = [], ...others] = Object.entries(value);
    if (name === "Ref" && others.length === 0) return this.#name(String(argument));
    if (name === "Fn::GetAtt") return this.#attribute(String(at(argument, "0")), String(at(argument, "1")));
    if (name === "Fn::Join") return this.#texts(at(argument, "1")).join(String(at(argument, "0")));
    if (name?.startsWith("Fn::")) throw new Error(`${name} is not resolved here`);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.resolve(inner)]));
  }

  #texts(value: unknown): string[] {
    const resolved = this.resolve(value);
    return Array.isArray(resolved) ? resolved.map(String) : [];
  }

  #name(id: string): string {
    const { partition, region, accountId } = this.#physical.place;
    const ofDeployment = new Map([
      ["AWS::Partition", partition],
      ["AWS::Region", region],
      ["AWS::AccountId", accountId],
    ]);
    if (!ofDeployment.has(id) && !this.#resources.has(id)) throw new Error(`The template has no ${id}`);
    return ofDeployment.get(id) ?? this.#physical.names.get(id) ?? id;
  }

  #attribute(id: string, attribute: string): string {
    const known = this.#physical.attributes.get(`${id}.${attribute}`);
    if (known !== undefined) return known;
    if (attribute !== "Arn") throw new Error(`${id}.${attribute} is not resolved here`);
    const [, service = ""] = this.#resources.get(id)?.Type.split("::") ?? [];
    return arnOf(this.#physical.place, service.toLowerCase(), this.#resourcePath(id));
  }

  #resourcePath(id: string): string {
    const name = this.#name(id);
    const type = this.#resources.get(id)?.Type;
    if (type === "AWS::Events::EventBus") return `event-bus/${name}`;
    return type === "AWS::Logs::LogGroup" ? `log-group:${name}:*` : name;
  }
}
