import { demoSecret } from "../../../local/demoData.ts";
import { invalid } from "../errors.ts";
import * as examples from "../examples.ts";
import { objectOf } from "../fields.ts";
import { ref } from "../jsonSchema.ts";
import type { Operations } from "./operation.ts";

/** The route that issues a token with the envelope. oauth.ts describes the others. */
export const access = {
  generateToken: {
    tag: "Access",
    sample: { path: "/oauth/token/generate", body: { key: "demo-till", secret: demoSecret } },
    description:
      "Issues an access token for a key and secret. The token goes into `Authorization: Bearer`. The answer has this API's envelope; `POST /oauth/token` answers in the form of OAuth.",
    body: { schema: ref("KeyAndSecret"), examples: examples.keys },
    success: {
      status: 200,
      description: "Issued.",
      data: objectOf("GeneratedToken", "The token."),
      examples: examples.generatedToken,
    },
    refusals: [invalid(400, "secret is required.")],
  },
} as const satisfies Operations;
