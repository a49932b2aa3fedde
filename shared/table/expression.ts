import type { Value } from "./item.ts";
import type { Key } from "./keys.ts";
import type { Update } from "./store.ts";

/** A set has members of one kind. */
type Members = readonly number[] | readonly string[];

/** Collects the clauses of an update. Names and values become placeholders, so none can clash with a reserved word. */
export class Expression {
  /** Placeholders by the attribute they stand for, and the other way round. */
  readonly #placeholders = new Map<string, string>();
  readonly #names: Record<string, string> = {};
  readonly #values: Record<string, Value> = {};
  #valueCount = 0;
  readonly #sets: string[] = [];
  readonly #removes: string[] = [];
  readonly #adds: string[] = [];
  readonly #deletes: string[] = [];

  name(attribute: string): string {
    const known = this.#placeholders.get(attribute);
    if (known !== undefined) return known;
    const placeholder = `#${this.#placeholders.size}`;
    this.#placeholders.set(attribute, placeholder);
    this.#names[placeholder] = attribute;
    return placeholder;
  }

  value(value: Value): string {
    const placeholder = `:${this.#valueCount}`;
    this.#valueCount += 1;
    this.#values[placeholder] = value;
    return placeholder;
  }

  set(attribute: string, value: Value): void {
    this.#sets.push(`${this.name(attribute)} = ${this.value(value)}`);
  }

  setIfAbsent(attribute: string, value: Value): void {
    const name = this.name(attribute);
    this.#sets.push(`${name} = if_not_exists(${name}, ${this.value(value)})`);
  }

  /** Sets an attribute to what another one held before this update, or to `otherwise` when that one did not exist. */
  copy(attribute: string, from: string, otherwise: Value): void {
    this.#sets.push(`${this.name(attribute)} = if_not_exists(${this.name(from)}, ${this.value(otherwise)})`);
  }

  increment(attribute: string): void {
    const name = this.name(attribute);
    this.#sets.push(`${name} = if_not_exists(${name}, ${this.value(0)}) + ${this.value(1)}`);
  }

  remove(...attributes: string[]): void {
    this.#removes.push(...attributes.map((attribute) => this.name(attribute)));
  }

  /** Adds numbers or texts to a set, which need not exist yet. Does nothing when there are none. */
  addToSet(attribute: string, members: Members): void {
    if (members.length > 0) this.#adds.push(`${this.name(attribute)} ${this.value(new Set<number | string>(members))}`);
  }

  /** Takes numbers or texts out of a set. Neither they nor the set need to exist. */
  deleteFromSet(attribute: string, members: Members): void {
    if (members.length > 0)
      this.#deletes.push(`${this.name(attribute)} ${this.value(new Set<number | string>(members))}`);
  }

  /** The whole update under its condition. */
  update(key: Key, condition: string): Update {
    const clauses = { SET: this.#sets, REMOVE: this.#removes, ADD: this.#adds, DELETE: this.#deletes };
    return {
      Key: key,
      UpdateExpression: Object.entries(clauses)
        .filter(([, parts]) => parts.length > 0)
        .map(([keyword, parts]) => `${keyword} ${parts.join(", ")}`)
        .join(" "),
      ConditionExpression: condition,
      ExpressionAttributeNames: this.#names,
      ExpressionAttributeValues: this.#values,
    };
  }
}
