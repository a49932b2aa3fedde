// This script runs in the browser after swagger-ui.js, which defines `SwaggerUIBundle`.
async function readJson(name) {
  const response = await fetch(name);
  return response.json();
}

const [described, { serverUrl, credential }] = await Promise.all([readJson("openapi.json"), readJson("settings.json")]);
const api = new URL(serverUrl, location.href).href;

/**
 * Copies the examples of parameters. Swagger UI fills in only the `example` of a parameter, and the document has JSON
 * Schema's `examples`.
 */
function filledInParameters(paths) {
  const parameters = Object.values(paths).flatMap((path) =>
    Object.values(path).flatMap((call) => call.parameters ?? []),
  );
  for (const parameter of parameters.filter((one) => one.in === "path")) {
    [parameter.example] = parameter.schema.examples;
  }
  return paths;
}

/** The document with the addresses of this one API, to which its requests and tokens go. */
function boundTo(url) {
  const { securitySchemes, ...components } = described.components;
  const clientCredentials = { ...securitySchemes.oauth2.flows.clientCredentials, tokenUrl: `${url}/oauth/token` };
  const oauth2 = { ...securitySchemes.oauth2, flows: { clientCredentials } };
  return {
    ...described,
    servers: [{ url }],
    paths: filledInParameters(described.paths),
    components: { ...components, securitySchemes: { ...securitySchemes, oauth2 } },
  };
}

function fillIn({ username, secret }) {
  page.preauthorizeBasic("basic", username, secret);
  page.initOAuth({ clientId: username, clientSecret: secret });
}

const page = SwaggerUIBundle({
  dom_id: "#reference",
  spec: boundTo(api),
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  defaultModelsExpandDepth: 0,
  // The page would otherwise show a badge of Swagger's own server, which asks for the document.
  validatorUrl: null,
  onComplete: () => credential !== null && fillIn(credential),
});
