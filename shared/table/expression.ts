import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Key } from "./keys.ts";

/** An update of one item, without the table's name: `UpdateItem` and a transaction take the same one. */
export type Update = {
  readonly Key: Record<keyof Key, { S: string }>;
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, AttributeValue>;
  readonly ReturnValuesOnConditionCheckFailure: "ALL_OLD";
};

/** Collects an update's clauses; names and values become placeholders, so none can clash with a reserved word. */
export class Expression {
  readonly #names: Record<string, string> = {};
  readonly #values: Record<string, AttributeValue> = {};
  readonly #sets: string[] = [];
  readonly #removes: string[] = [];
  readonly #adds: string[] = [];
  readonly #deletes: string[] = [];

  name(attribute: string): string {
    const known = Object.entries(this.#names).find(([, name]) => name === attribute);
    if (known !== undefined) return known[0];
    const placeholder = `#${Object.keys(this.#names).length}`;
    this.#names[placeholder] = attribute;
    return placeholder;
  }

  value(value: AttributeValue): string {
    const placeholder = `:${Object.keys(this.#values).length}`;
    this.#values[placeholder] = value;
    return placeholder;
  }

  set(attribute: string, value: AttributeValue): void {
    this.#sets.push(`${this.name(attribute)} = ${this.value(value)}`);
  }

  setIfAbsent(attribute: string, value: AttributeValue): void {
    const name = this.name(attribute);
    this.#sets.push(`${name} = if_not_exists(${name}, ${this.value(value)})`);
  }

  increment(attribute: string): void {
    const name = this.name(attribute);
    this.#sets.push(`${name} = if_not_exists(${name}, ${this.value({ N: "0" })}) + ${this.value({ N: "1" })}`);
  }

  remove(...attributes: string[]): void {
    this.#removes.push(...attributes.map((attribute) => this.name(attribute)));
  }

  /** Numbers to put into a set that may not be there yet; none is nothing to do. */
  addToSet(attribute: string, numbers: readonly number[]): void {
    if (numbers.length > 0) this.#adds.push(`${this.name(attribute)} ${this.value(numberSet(numbers))}`);
  }

  /** Numbers to take out of a set, whether they or the set are there or not. */
  deleteFromSet(attribute: string, numbers: readonly number[]): void {
    if (numbers.length > 0) this.#deletes.push(`${this.name(attribute)} ${this.value(numberSet(numbers))}`);
  }

  /** The whole update; a failed condition returns the stored item, which saves reading it. */
  update(key: Key, condition: string): Update {
    const clauses = { SET: this.#sets, REMOVE: this.#removes, ADD: this.#adds, DELETE: this.#deletes };
    return {
      Key: { pk: { S: key.pk }, sk: { S: key.sk } },
      UpdateExpression: Object.entries(clauses)
        .filter(([, parts]) => parts.length > 0)
        .map(([keyword, parts]) => `${keyword} ${parts.join(", ")}`)
        .join(" "),
      ConditionExpression: condition,
      ExpressionAttributeNames: this.#names,
      ExpressionAttributeValues: this.#values,
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
  }
}

function numberSet(numbers: readonly number[]): AttributeValue {
  return { NS: numbers.map(String) };
}
