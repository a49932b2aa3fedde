import { describe, expect, it } from "vitest";
import { issuerVariables, readIssuerConfig } from "../../shared/config/issuerConfig.ts";

const complete = {
  [issuerVariables.issuer]: "https://login.brand.example",
  [issuerVariables.audience]: "milestreak",
  [issuerVariables.orgClaim]: "org",
  [issuerVariables.groupClaim]: "group",
  [issuerVariables.takesUntypedTokens]: "false",
};

describe("the authorizer's issuer", () => {
  it("is none when no variable names one", () => {
    expect(readIssuerConfig({})).toBeUndefined();
  });

  it.each([
    ["true", true],
    ["false", false],
    ["yes", false],
  ])("takes tokens without a type only when the variable says true: %s", (text, takesUntypedTokens) => {
    expect(readIssuerConfig({ ...complete, [issuerVariables.takesUntypedTokens]: text })).toEqual({
      issuer: "https://login.brand.example",
      audience: "milestreak",
      orgClaim: "org",
      groupClaim: "group",
      takesUntypedTokens,
    });
  });

  it.each(Object.values(issuerVariables))("cannot be read without %s, or when it is empty", (name) => {
    for (const text of [undefined, ""])
      expect(() => readIssuerConfig({ ...complete, [name]: text })).toThrow(`${name} is not set`);
  });
});
