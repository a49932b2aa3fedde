import { type Decimal, one } from "../domain/decimal.ts";
import type { Instant } from "../domain/instant.ts";
import type { CycleRecord } from "../domain/past.ts";
import { MalformedItem } from "./item.ts";

/**
 * Settled cycles as bytes, about 13 for a cycle that was reached and closed, where attributes of its own take 25. Each
 * cycle is a byte that says which of its parts follow and how much its number is greater than the one before it, and
 * those parts as whole numbers of seven bits to a byte. An instant is written as its distance from the instant before it,
 * because the distances between cycles are small numbers.
 */
export function packCycles(records: readonly CycleRecord[]): Uint8Array {
  const bytes: number[] = [];
  let [number, instant] = [0, 0];
  for (const record of records) {
    const instants = [record.reachedAt, record.closedAt].filter((at) => at !== undefined);
    const hasTriggers = record.triggerReachedAt !== undefined;
    bytes.push(...headBytes(record.cycleNumber - number, partsOf(record), hasTriggers));
    if (record.achieved !== undefined) {
      const unit = isWhole(record.achieved) ? one : 1n;
      bytes.push(...naturalBytes(asNatural(record.achieved / unit)));
    }
    for (const at of instants) {
      bytes.push(...naturalBytes(asNatural(BigInt(at - instant))));
      instant = at;
    }
    if (record.valueSetBy !== undefined) bytes.push(...textBytes(record.valueSetBy));
    if (record.triggerReachedAt !== undefined) bytes.push(...triggerBytes(record.triggerReachedAt, instant));
    number = record.cycleNumber;
  }
  return Uint8Array.from(bytes);
}

const parts = { achieved: 1, reachedAt: 2, closedAt: 4, isAnnounced: 8, valueSetBy: 16, isWhole: 32 } as const;
const partsMask = 63;

/**
 * How much the number grew has the two highest bits. When they are 0, it follows as a number of its own. It is never 0,
 * so a 0 before it says that the cycle has sub-targets that were reached. A cycle without any takes no byte for that.
 */
function headBytes(growth: number, present: number, hasTriggers: boolean): number[] {
  if (hasTriggers) return [present, 0, ...naturalBytes(BigInt(growth))];
  return growth <= 3 ? [(growth << 6) | present] : [present, ...naturalBytes(BigInt(growth))];
}

function nextGrowth(head: number, reader: PackedReader): { readonly growth: number; readonly hasTriggers: boolean } {
  if (head > partsMask) return { growth: head >> 6, hasTriggers: false };
  const growth = Number(reader.natural());
  return growth > 0 ? { growth, hasTriggers: false } : { growth: Number(reader.natural()), hasTriggers: true };
}

/**
 * The reached sub-targets of a cycle: how many, and of each its id and its instant, as distances from those of the one
 * before. The first instant is a distance from the one that was written before. Each takes up to five bytes.
 */
function triggerBytes(reachedAt: ReadonlyMap<number, Instant>, before: Instant): number[] {
  const bytes = naturalBytes(BigInt(reachedAt.size));
  let [id, instant] = [0, before];
  for (const [triggerId, at] of reachedAt) {
    bytes.push(...naturalBytes(asNatural(BigInt(triggerId - id))), ...naturalBytes(asNatural(BigInt(at - instant))));
    [id, instant] = [triggerId, at];
  }
  return bytes;
}

function nextTriggers(reader: PackedReader, before: Instant): Map<number, Instant> {
  const reachedAt = new Map<number, Instant>();
  let [id, instant] = [0, before];
  for (let left = Number(reader.natural()); left > 0; left -= 1) {
    id += Number(asSigned(reader.natural()));
    instant += Number(asSigned(reader.natural()));
    reachedAt.set(id, instant);
  }
  return reachedAt;
}

/** A sum without a fraction is written without its four zeros. */
function isWhole(achieved: Decimal | undefined): boolean {
  return achieved !== undefined && achieved % one === 0n;
}

function partsOf({ achieved, reachedAt, closedAt, isAnnounced, valueSetBy }: CycleRecord): number {
  return (
    (achieved === undefined ? 0 : parts.achieved) |
    (reachedAt === undefined ? 0 : parts.reachedAt) |
    (closedAt === undefined ? 0 : parts.closedAt) |
    (isAnnounced ? parts.isAnnounced : 0) |
    (valueSetBy === undefined ? 0 : parts.valueSetBy) |
    (isWhole(achieved) ? parts.isWhole : 0)
  );
}

/** The only reader of packed cycles. */
export function unpackCycles(bytes: Uint8Array): CycleRecord[] {
  const reader = new PackedReader(bytes);
  const records: CycleRecord[] = [];
  let [number, instant] = [0, 0];
  const nextInstant = () => {
    instant += Number(asSigned(reader.natural()));
    return instant;
  };
  while (!reader.isAtEnd) {
    const head = reader.byte();
    const has = (part: keyof typeof parts) => (head & parts[part]) !== 0;
    const { growth, hasTriggers } = nextGrowth(head, reader);
    number += growth;
    records.push({
      cycleNumber: number,
      achieved: has("achieved") ? asSigned(reader.natural()) * (has("isWhole") ? one : 1n) : undefined,
      reachedAt: has("reachedAt") ? nextInstant() : undefined,
      closedAt: has("closedAt") ? nextInstant() : undefined,
      isAnnounced: has("isAnnounced"),
      valueSetBy: has("valueSetBy") ? reader.text() : undefined,
      triggerReachedAt: hasTriggers ? nextTriggers(reader, instant) : undefined,
    });
  }
  return records;
}

/** Whole numbers from 0 on as bytes, and small sets of numbers from 1 on. */
export class PackedReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) throw new MalformedItem("Packed cycles end too early");
    this.#position += 1;
    return byte;
  }

  natural(): bigint {
    let [value, shift] = [0n, 0n];
    for (let byte = this.byte(); ; byte = this.byte()) {
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7n;
    }
  }

  text(): string {
    const length = Number(this.natural());
    return Buffer.from(Array.from({ length }, () => this.byte())).toString();
  }

  get bytesLeft(): number {
    return this.#bytes.length - this.#position;
  }

  /** A set of numbers from 1 to `most`. */
  numbers(most: number): Set<number> {
    const numbers = new Set<number>();
    for (let first = 1; first <= most; first += 8) {
      const byte = this.byte();
      for (let bit = 0; bit < 8; bit += 1) if ((byte & (1 << bit)) !== 0) numbers.add(first + bit);
    }
    return numbers;
  }
}

/** One bit for each number from 1 to `most`. */
export function numbersBytes(numbers: ReadonlySet<number>, most: number): number[] {
  const bytes = Array.from({ length: Math.ceil(most / 8) }, () => 0);
  for (const number of numbers) {
    const index = (number - 1) >> 3;
    bytes[index] = (bytes[index] ?? 0) | (1 << ((number - 1) & 7));
  }
  return bytes;
}

/** A set of cycle numbers: how many bytes of bits are left out before the first one, and the other bits. */
export function packNumbers(numbers: ReadonlySet<number>): Uint8Array {
  if (numbers.size === 0) return new Uint8Array();
  const skipped = (Math.min(...numbers) - 1) >> 3;
  const shifted = new Set([...numbers].map((number) => number - skipped * 8));
  return Uint8Array.from([...naturalBytes(BigInt(skipped)), ...numbersBytes(shifted, Math.max(...shifted))]);
}

/** The only reader of packed sets; an empty one has no bytes. */
export function unpackNumbers(bytes: Uint8Array): Set<number> {
  const reader = new PackedReader(bytes);
  if (reader.isAtEnd) return new Set();
  const skipped = Number(reader.natural());
  return new Set([...reader.numbers(reader.bytesLeft * 8)].map((number) => number + skipped * 8));
}

export function naturalBytes(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

function textBytes(text: string): number[] {
  const bytes = Buffer.from(text);
  return [...naturalBytes(BigInt(bytes.length)), ...bytes];
}

/** Positive and negative numbers by turns: 0, −1, 1, −2, 2 … So a small number has few bytes, whatever its sign. */
export function asNatural(value: Decimal): bigint {
  return value >= 0n ? value * 2n : -value * 2n - 1n;
}

/** The number that {@link asNatural} made. */
export function asSigned(natural: bigint): bigint {
  return natural % 2n === 0n ? natural / 2n : -(natural + 1n) / 2n;
}
