import type { AttributeValue } from "@aws-sdk/client-dynamodb";

const unitBytes = 1024;

/**
 * An item's size as DynamoDB bills it: names and values in UTF-8, numbers by their digits, 3 bytes for a list or map.
 */
export function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.B !== undefined) return value.B.byteLength;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, element) => sum + 1 + valueBytes(element), 0);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  if (value.SS !== undefined) return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (value.NS !== undefined) return value.NS.reduce((sum, digits) => sum + numberBytes(digits), 0);
  throw new Error("No item of this design holds a set of binaries");
}

/** One byte for every two significant digits, one for the exponent, one for a minus sign. */
function numberBytes(digits: string): number {
  const significant = digits.replace(/[-.]/g, "").replace(/^0+/, "").replace(/0+$/, "");
  return Math.ceil(significant.length / 2) + 1 + (digits.startsWith("-") ? 1 : 0);
}

/**
 * The write units of a transaction for one item that it writes or checks. DynamoDB's published rule is two units for
 * each started kB of the item before or after, whichever is larger. The local engine reports less.
 */
export function transactionUnits(beforeBytes: number, afterBytes: number): number {
  return 2 * writeUnits(Math.max(beforeBytes, afterBytes));
}

/** One write unit for each started kB, and one for an item that does not exist. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / unitBytes));
}
