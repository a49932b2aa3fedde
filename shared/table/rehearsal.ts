import type { Table } from "./client.ts";
import { holds } from "./conditions.ts";
import { type Item, ItemReader } from "./item.ts";
import type { Key } from "./keys.ts";
import { type Conditional, get, type Refusals, type TransactionPart } from "./store.ts";

/**
 * The same table, on which no write takes place. Every read is consistent. A write reads the items that it would change, and
 * answers what it would answer: applied, or refused with the stored item.
 */
export function rehearsing(table: Table): Table {
  return {
    ...table,
    rehearsal: {
      holds: async (part) => (await judge(table, part)) === undefined,
      update: async (Update) => {
        const refusal = await judge(table, { Update });
        return refusal ? { outcome: "refused", ...refusal, attempts: 1 } : { outcome: "applied", item: {} };
      },
      transact: async (parts) => {
        const refusals = await Promise.all(parts.map((part) => judge(table, part)));
        return refusals.some(Boolean) ? { outcome: "refused", refusals, attempts: 1 } : { outcome: "applied" };
      },
    },
  };
}

/** The stored item that fails the condition, or `undefined` when it holds. */
async function judge(table: Table, part: TransactionPart): Promise<Refusals[number]> {
  const [key, condition] = addressOf(part);
  const stored = await get(table, key, { isConsistent: true });
  return holds(condition, stored) ? undefined : { stored };
}

function addressOf(part: TransactionPart): readonly [Key, Conditional] {
  if ("Put" in part) return [keyOf(part.Put.Item), part.Put];
  if ("Update" in part) return [part.Update.Key, part.Update];
  if ("Delete" in part) return [part.Delete.Key, part.Delete];
  return [part.ConditionCheck.Key, part.ConditionCheck];
}

function keyOf(item: Item): Key {
  const reader = ItemReader.of(item);
  return { pk: reader.text("pk"), sk: reader.text("sk") };
}
