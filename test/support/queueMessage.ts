import type { SQSRecord } from "aws-lambda";
import { during } from "./targetGroups.ts";

/** A message in the form in which Lambda delivers it. The body is text, or the JSON of any other value. */
export function queueMessage(
  messageId: string,
  org: string | undefined,
  body: unknown,
  eventSourceARN = "",
): SQSRecord {
  return {
    messageId,
    receiptHandle: "",
    body: typeof body === "string" ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: Date.parse(during(1)).toString(),
      SenderId: "",
      ApproximateFirstReceiveTimestamp: "",
    },
    messageAttributes: org === undefined ? {} : { org: { dataType: "String", stringValue: org } },
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN,
    awsRegion: "",
  };
}
