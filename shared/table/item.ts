import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { NumberValue } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { type Decimal, formatDecimal, parseDecimal } from "../domain/decimal.ts";
import type { Instant } from "../domain/instant.ts";
import { ServiceError } from "../domain/serviceError.ts";

/**
 * A value as it is given to the document client. `bigint` is not allowed, because the client would write a {@link
 * Decimal} as its number of ten-thousandths. An attribute that is `undefined` is not written.
 */
export type Value =
  | string
  | number
  | boolean
  | NumberValue
  | ReadonlySet<number | string>
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value | undefined };

/** An item, or a part of one, as it is written. */
export type Item = { readonly [name: string]: Value | undefined };

/** An item as the document client answers it. Its attributes are read through {@link ItemReader} only. */
export type StoredItem = Readonly<Record<string, unknown>>;

/**
 * The options of the document client's translation. Numbers come out as the engine wrote them, so none passes through a
 * double. The client changes the options it is given, so each client gets its own.
 */
export function translation() {
  return { marshallOptions: { removeUndefinedValues: true }, unmarshallOptions: { wrapNumbers: true } };
}

/** A decimal as a number with exactly its digits. */
export function numberOf(decimal: Decimal): NumberValue {
  return NumberValue.from(formatDecimal(decimal));
}

/**
 * Translates an item from the engine's notation. The document client does not translate the item of a failed condition.
 */
export function plainItem(item: Record<string, AttributeValue>): StoredItem {
  return unmarshall(item, { wrapNumbers: true });
}

/** A stored item as it is written under another key. */
export function copyOf(item: StoredItem): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, copyOfValue(name, value)]));
}

function copyOfValue(name: string, value: unknown): Value {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (value instanceof NumberValue || value instanceof Uint8Array) return value;
  if (value instanceof Set) return new Set(ItemReader.of({ [name]: value }).integerSet(name));
  if (Array.isArray(value)) return value.map((one) => copyOfValue(name, one));
  if (isMap(value)) return copyOf(value);
  throw new MalformedItem(`Attribute ${ownPartOf(name)} has a type of value that no item of the table has`);
}

/** What the service itself has chosen of an attribute's name. A caller's id may follow it, which no log may hold. */
function ownPartOf(name: string): string {
  return name.replace(/#.*/s, "");
}

/** An item does not have the shape its parser demands: the table holds something this version did not write. */
export class MalformedItem extends ServiceError {
  override readonly name = "MalformedItem";
}

/** Typed access to one item's attributes. Every item enters the program through one of these, never by a cast. */
export class ItemReader {
  readonly #attributes: Readonly<Record<string, unknown>>;

  private constructor(attributes: Readonly<Record<string, unknown>>) {
    this.#attributes = attributes;
  }

  static of(item: StoredItem): ItemReader {
    return new ItemReader(item);
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
    return asInteger(this.#attributes[name]) ?? this.#malformed(name, "a safe integer");
  }

  optionalInteger(name: string): number | undefined {
    return this.has(name) ? this.integer(name) : undefined;
  }

  decimal(name: string): Decimal {
    return asDecimal(this.#attributes[name]) ?? this.#malformed(name, "a decimal");
  }

  optionalDecimal(name: string): Decimal | undefined {
    return this.has(name) ? this.decimal(name) : undefined;
  }

  integers(name: string): number[] {
    return this.#list(name).map((value) => asInteger(value) ?? this.#malformed(name, "a list of safe integers"));
  }

  integerSet(name: string): number[] {
    const value = this.#attributes[name];
    if (!(value instanceof Set)) return this.#malformed(name, "a set");
    return [...value].map((one) => asInteger(one) ?? this.#malformed(name, "a set of safe integers"));
  }

  textSet(name: string): string[] {
    const value = this.#attributes[name];
    if (!(value instanceof Set)) return this.#malformed(name, "a set");
    return [...value].map((one) => (typeof one === "string" ? one : this.#malformed(name, "a set of texts")));
  }

  decimals(name: string): Decimal[] {
    return this.#list(name).map((value) => asDecimal(value) ?? this.#malformed(name, "a list of decimals"));
  }

  /** Bytes, or none when the attribute is absent. */
  optionalBytes(name: string): Uint8Array | undefined {
    return this.has(name) ? this.bytes(name) : undefined;
  }

  bytes(name: string): Uint8Array {
    const value = this.#attributes[name];
    return value instanceof Uint8Array ? value : this.#malformed(name, "bytes");
  }

  instant(name: string): Instant {
    const instant = Date.parse(this.text(name));
    return Number.isNaN(instant) ? this.#malformed(name, "an instant") : instant;
  }

  map(name: string): ItemReader {
    const value = this.#attributes[name];
    return isMap(value) ? new ItemReader(value) : this.#malformed(name, "a map");
  }

  maps(name: string): ItemReader[] {
    return this.#list(name).map((value) =>
      isMap(value) ? new ItemReader(value) : this.#malformed(name, "a list of maps"),
    );
  }

  texts(name: string): string[] {
    return this.#list(name).map((value) =>
      typeof value === "string" ? value : this.#malformed(name, "a list of texts"),
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
    throw new MalformedItem(`Attribute ${ownPartOf(name)} is not ${expected}`);
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !(value instanceof NumberValue) && !Array.isArray(value);
}

/** The number is judged by its digits: `1.0000000000000001` would be 1 as a double. */
function asInteger(value: unknown): number | undefined {
  const digits = value instanceof NumberValue ? value.toString() : ".";
  const integer = digits.includes(".") ? Number.NaN : Number(digits);
  return Number.isSafeInteger(integer) ? integer : undefined;
}

function asDecimal(value: unknown): Decimal | undefined {
  return value instanceof NumberValue ? parseDecimal(value.toString()) : undefined;
}
