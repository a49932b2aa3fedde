import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Enrollment } from "../domain/enrollment.ts";
import { type ErasureRequest, isFirstPass } from "../domain/erasing.ts";
import type { Forgiveness } from "../domain/forgiving.ts";
import { parseActivity, type RecordedActivity } from "./activityItem.ts";
import { type DefinitionChange, parseNewEdit } from "./auditLog.ts";
import { parseErasingItem } from "./dueSweeps.ts";
import { parseEnrollment } from "./enrollmentItem.ts";
import { parseForgiveness } from "./forgivenessItem.ts";
import { ItemReader, MalformedItem, plainItem, type StoredItem } from "./item.ts";
import {
  activityPrefix,
  auditPrefix,
  enrollmentPrefix,
  forgivenessPrefix,
  type Org,
  parseCustomerPartition,
  setAsidePrefix,
  startedPrefix,
  sweepPartition,
} from "./keys.ts";
import { isNoteOfReturns } from "./notedReturns.ts";
import { parseStartedCycle, type StartedCycle } from "./startedCycles.ts";

/** A value as a stream event writes it: JSON with one property, named after the type. */
type StreamValue = {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly BOOL?: boolean | undefined;
  readonly NS?: readonly string[] | undefined;
  /** In base64. */
  readonly B?: string | undefined;
  readonly L?: readonly StreamValue[] | undefined;
  readonly M?: StreamImage | undefined;
};

type StreamImage = { readonly [name: string]: StreamValue };

/** The parts of a record of the table's stream that are read here. */
export type StreamRecord = {
  readonly eventName?: "INSERT" | "MODIFY" | "REMOVE" | undefined;
  readonly dynamodb?: Images | undefined;
};

type Images = {
  readonly Keys?: StreamImage | undefined;
  readonly NewImage?: StreamImage | undefined;
  readonly OldImage?: StreamImage | undefined;
};

/** A change of the table that has consequences. */
export type TableChange = { readonly org: Org } & (
  | { readonly kind: "activity"; readonly activity: RecordedActivity }
  | { readonly kind: "enrollment"; readonly before: Enrollment | undefined; readonly after: Enrollment }
  | { readonly kind: "forgiveness"; readonly forgiveness: Forgiveness }
  | ({ readonly kind: "definition" } & DefinitionChange)
  | ({ readonly kind: "start" } & StartedCycle)
  | { readonly kind: "erasure"; readonly request: ErasureRequest }
);

/** The change that a record describes; `undefined` for a change without consequences, such as a new ledger row. */
export function parseChange({ eventName, dynamodb = {} }: StreamRecord): TableChange | undefined {
  const sortKey = dynamodb.Keys?.["sk"]?.S ?? "";
  if (eventName === undefined || eventName === "REMOVE") return undefined;
  if (sortKey.startsWith(enrollmentPrefix)) return parseEnrollmentChange(dynamodb);
  // The insertion is the enrolment being set aside, which changes nothing in it.
  if (sortKey.startsWith(setAsidePrefix) && eventName === "MODIFY") return parseEnrollmentChange(dynamodb);
  if (sortKey.startsWith(activityPrefix)) return parseRecording(dynamodb);
  // The items of the audit log and notes of starts never change. Of excuses and grants an anonymisation empties the reason.
  return eventName === "INSERT" ? parseInsertion(sortKey, dynamodb) : undefined;
}

function parseInsertion(sortKey: string, images: Images): TableChange | undefined {
  if (sortKey.startsWith(auditPrefix)) return parseEdit(images);
  if (sortKey.startsWith(forgivenessPrefix)) return parseForgiving(images);
  if (sortKey.startsWith(startedPrefix)) return { kind: "start", ...parseStartedCycle(parseImage(images.NewImage)) };
  if (images.Keys?.["pk"]?.S === sweepPartition) return parseErasure(images);
  return undefined;
}

/** The first pass stands for the request. The second tells nothing new. */
function parseErasure({ NewImage }: Images): TableChange | undefined {
  if (NewImage?.["kind"]?.S !== "ERASING") return undefined;
  const pass = parseErasingItem(parseImage(NewImage));
  return isFirstPass(pass) ? { kind: "erasure", org: pass.org, request: pass } : undefined;
}

/**
 * A record of an activity never changes, but for texts that an anonymisation empties. Before it there may be a note of
 * returns, which has no consequences.
 */
function parseRecording({ NewImage, OldImage }: Images): TableChange | undefined {
  if (!isRecord(NewImage) || isRecord(OldImage)) return undefined;
  const item = parseImage(NewImage);
  return { kind: "activity", org: orgOf(item), activity: parseActivity(item) };
}

/** What is not a note has to be a record, so that a damaged record fails. */
function isRecord(image: StreamImage | undefined): boolean {
  return image !== undefined && !isNoteOfReturns(image);
}

function parseForgiving({ NewImage }: Images): TableChange {
  const item = parseImage(NewImage);
  return { kind: "forgiveness", org: orgOf(item), forgiveness: parseForgiveness(item) };
}

function parseEdit({ NewImage }: Images): TableChange | undefined {
  const edit = parseNewEdit(parseImage(NewImage));
  return edit && { kind: "definition", ...edit };
}

function parseEnrollmentChange({ NewImage, OldImage }: Images): TableChange {
  const item = parseImage(NewImage);
  const before = OldImage === undefined ? undefined : parseEnrollment(parseImage(OldImage));
  return { kind: "enrollment", org: orgOf(item), before, after: parseEnrollment(item) };
}

function orgOf(item: StoredItem): Org {
  const customer = parseCustomerPartition(ItemReader.of(item).text("pk"));
  if (customer === undefined) throw new MalformedItem("The key is not in a customer's partition");
  return customer.org;
}

function parseImage(image: StreamImage | undefined): StoredItem {
  if (image === undefined) throw new MalformedItem("The record lacks an image: does the stream carry both?");
  return plainItem(attributesOf(image));
}

function attributesOf(image: StreamImage): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf({ S, N, BOOL, NS, B, L, M }: StreamValue): AttributeValue {
  if (S !== undefined) return { S };
  if (N !== undefined) return { N };
  if (BOOL !== undefined) return { BOOL };
  if (NS !== undefined) return { NS: [...NS] };
  if (B !== undefined) return { B: Buffer.from(B, "base64") };
  if (L !== undefined) return { L: L.map(attributeOf) };
  if (M !== undefined) return { M: attributesOf(M) };
  throw new MalformedItem("The record holds a type of value that no item of the table has");
}
