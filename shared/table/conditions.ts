import { NumberValue } from "@aws-sdk/lib-dynamodb";
import { ServiceError } from "../domain/serviceError.ts";
import type { StoredItem } from "./item.ts";
import type { Conditional } from "./store.ts";

/**
 * Whether a condition of ours holds for the item, as the engine would judge it. `undefined` stands for no item. It knows
 * the words that the conditions of enrolments, un-enrolments and activities use, and throws for every other one.
 */
export function holds(condition: Conditional, item: StoredItem | undefined): boolean {
  return new ConditionReader(condition, item ?? {}).read();
}

const words = /\(|\)|,|<=|>=|<|>|=|[#:\w]+/g;

/** Reads a condition from left to right. Each method reads what its name says, and answers whether it holds. */
class ConditionReader {
  readonly #words: readonly string[];
  readonly #condition: Conditional;
  readonly #item: StoredItem;
  #position = 0;

  constructor(condition: Conditional, item: StoredItem) {
    this.#words = condition.ConditionExpression.match(words) ?? [];
    this.#condition = condition;
    this.#item = item;
  }

  read(): boolean {
    const isHeld = this.#alternatives();
    if (this.#position < this.#words.length) this.#unknown();
    return isHeld;
  }

  #alternatives(): boolean {
    let isHeld = this.#clauses();
    // The right side is read in any case, so that the position moves on.
    while (this.#takes("OR")) isHeld = this.#clauses() || isHeld;
    return isHeld;
  }

  #clauses(): boolean {
    let isHeld = this.#clause();
    while (this.#takes("AND")) isHeld = this.#clause() && isHeld;
    return isHeld;
  }

  #clause(): boolean {
    if (this.#takes("NOT")) return !this.#clause();
    if (this.#takes("(")) return this.#closed(this.#alternatives());
    if (this.#takes("attribute_not_exists")) return this.#argument() === undefined;
    if (this.#takes("attribute_exists")) return this.#argument() !== undefined;
    if (this.#takes("begins_with")) return this.#beginsWith();
    return compare(this.#operand(), this.#next(), this.#operand());
  }

  #argument(): unknown {
    this.#expect("(");
    return this.#closed(this.#operand());
  }

  #beginsWith(): boolean {
    this.#expect("(");
    const text = this.#operand();
    this.#expect(",");
    const start = this.#closed(this.#operand());
    return typeof text === "string" && typeof start === "string" && text.startsWith(start);
  }

  /** The value of a placeholder or an attribute; `undefined` when there is no such attribute. */
  #operand(): unknown {
    const word = this.#next();
    const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = this.#condition;
    if (word.startsWith(":")) return values[word];
    const attribute = word.startsWith("#") ? names[word] : word;
    return attribute === undefined ? this.#unknown() : this.#item[attribute];
  }

  #closed<Value>(value: Value): Value {
    this.#expect(")");
    return value;
  }

  #takes(word: string): boolean {
    if (this.#words[this.#position] !== word) return false;
    this.#position += 1;
    return true;
  }

  #expect(word: string): void {
    if (!this.#takes(word)) this.#unknown();
  }

  #next(): string {
    const word = this.#words[this.#position] ?? this.#unknown();
    this.#position += 1;
    return word;
  }

  #unknown(): never {
    throw new ServiceError(`The condition ${this.#condition.ConditionExpression} has a word that nobody can rehearse`);
  }
}

/** A comparison with an attribute that does not exist, or of different types, is false. */
function compare(one: unknown, operator: string, other: unknown): boolean {
  const [left, right] = [comparable(one), comparable(other)];
  if (typeof left === "string" && typeof right === "string") return ordered(left, operator, right);
  return typeof left === "number" && typeof right === "number" && ordered(left, operator, right);
}

function comparable(value: unknown): unknown {
  return value instanceof NumberValue ? Number(value.toString()) : value;
}

function ordered<Value extends string | number>(left: Value, operator: string, right: Value): boolean {
  switch (operator) {
    case "=":
      return left === right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      throw new ServiceError(`The operator ${operator} is none that anybody can rehearse`);
  }
}
