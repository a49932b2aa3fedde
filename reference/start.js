// Runs in the browser after scalar.js, which defines `Scalar`.
const response = await fetch("settings.json");
const { serverUrl, credential } = await response.json();

function filledIn({ username, secret }) {
  return {
    basic: { username, password: secret },
    oauth2: { flows: { clientCredentials: { "x-scalar-client-id": username, clientSecret: secret } } },
  };
}

Scalar.createApiReference("#reference", {
  url: "openapi.json",
  servers: [{ url: new URL(serverUrl, location.href).href }],
  authentication: {
    preferredSecurityScheme: "basic",
    securitySchemes: credential === null ? {} : filledIn(credential),
  },
  persistAuth: false,
  // Whatever would talk to anybody but this page's host and the API.
  telemetry: false,
  withDefaultFonts: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  // As it is in docs/openapi.json.
  orderSchemaPropertiesBy: "preserve",
  defaultOpenAllTags: true,
});
