import { Queue } from "aws-cdk-lib/aws-sqs";
import { createApp } from "../../../lib/app.ts";
import { stackOf, withoutBundling } from "./synthesize.ts";

// This app has one fault, a queue that takes requests without TLS. The test that proves the check needs it.
const app = createApp({ postCliContext: withoutBundling });
new Queue(stackOf(app), "UnacknowledgedFinding");
app.synth();
