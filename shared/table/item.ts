import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { type Decimal, parseDecimal } from "../domain/decimal.ts";
import type { Instant } from "../domain/instant.ts";

/** An item does not have the shape its parser demands: the table holds something this version did not write. */
export class MalformedItem extends Error {
  override readonly name = "MalformedItem";
}

/** Typed access to one item's attributes. Every item enters the program through one of these, never by a cast. */
export class ItemReader {
  readonly #attributes: Readonly<Record<string, unknown>>;

  private constructor(attributes: Readonly<Record<string, unknown>>) {
    this.#attributes = attributes;
  }

  static of(item: Record<string, AttributeValue>): ItemReader {
    return new ItemReader(unmarshall(item, { wrapNumbers: (digits: string) => new NumberText(digits) }));
  }

  names(): string[] {
    return Object.keys(this.#attributes);
  }

  has(name: string): boolean {
    return this.#attributes[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#attributes[name];
    return typeof value === "string" ? value : this.#malformed(name, "a string");
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  oneOf<Member extends string>(name: string, members: readonly Member[]): Member {
    const value = this.text(name);
    return members.find((member) => member === value) ?? this.#malformed(name, members.join(" or "));
  }

  flag(name: string): boolean {
    const value = this.#attributes[name];
    return typeof value === "boolean" ? value : this.#malformed(name, "a boolean");
  }

  integer(name: string): number {
    const value = this.#attributes[name];
    const integer = value instanceof NumberText ? Number(value.digits) : Number.NaN;
    return Number.isSafeInteger(integer) ? integer : this.#malformed(name, "a safe integer");
  }

  optionalInteger(name: string): number | undefined {
    return this.has(name) ? this.integer(name) : undefined;
  }

  decimal(name: string): Decimal {
    const value = this.#attributes[name];
    const decimal = value instanceof NumberText ? parseDecimal(value.digits) : undefined;
    return decimal ?? this.#malformed(name, "a decimal");
  }

  integers(name: string): number[] {
    return this.#list(name).map((value) => {
      const integer = value instanceof NumberText ? Number(value.digits) : Number.NaN;
      return Number.isSafeInteger(integer) ? integer : this.#malformed(name, "a list of safe integers");
    });
  }

  integerSet(name: string): number[] {
    const value = this.#attributes[name];
    if (!(value instanceof Set)) return this.#malformed(name, "a set");
    return [...value].map((element) => {
      const integer = element instanceof NumberText ? Number(element.digits) : Number.NaN;
      return Number.isSafeInteger(integer) ? integer : this.#malformed(name, "a set of safe integers");
    });
  }

  decimals(name: string): Decimal[] {
    return this.#list(name).map((value) => {
      const decimal = value instanceof NumberText ? parseDecimal(value.digits) : undefined;
      return decimal ?? this.#malformed(name, "a list of decimals");
    });
  }

  instant(name: string): Instant {
    const instant = Date.parse(this.text(name));
    return Number.isNaN(instant) ? this.#malformed(name, "an instant") : instant;
  }

  maps(name: string): ItemReader[] {
    return this.#list(name).map((value) =>
      isMap(value) ? new ItemReader(value) : this.#malformed(name, "a list of maps"),
    );
  }

  textsAndMaps(name: string): (string | ItemReader)[] {
    return this.#list(name).map((value) => {
      if (typeof value === "string") return value;
      return isMap(value) ? new ItemReader(value) : this.#malformed(name, "a list of texts and maps");
    });
  }

  #list(name: string): unknown[] {
    const value = this.#attributes[name];
    return Array.isArray(value) ? value : this.#malformed(name, "a list");
  }

  #malformed(name: string, expected: string): never {
    throw new MalformedItem(`Attribute ${name} is not ${expected}`);
  }
}

/** A number exactly as the engine wrote it; a JavaScript number could not hold all of them. */
class NumberText {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !(value instanceof NumberText) && !Array.isArray(value);
}
