import { Queue } from "aws-cdk-lib/aws-sqs";
import { createApp } from "../../../lib/app.ts";
import { stackOf, withoutBundling } from "./synthesize.ts";

// The app with one thing wrong, for the test that proves the check: a queue that takes requests without TLS.
const app = createApp({ postCliContext: withoutBundling });
new Queue(stackOf(app), "UnacknowledgedFinding");
app.synth();
