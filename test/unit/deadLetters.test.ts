import { expect, it } from "vitest";
import { type DeadLetterQueue, mostLetters } from "../../admin/deadLetters/deadLetterQueue.ts";
import { goThrough } from "../../admin/deadLetters/goThrough.ts";
import { type DeadLetter, whomItNames } from "../../admin/deadLetters/whomItNames.ts";

const person = { org: "100", customerId: 345651201, externalIds: new Set(["card 77", "12"]) };

function named(body: unknown, namedOrg: string | undefined = "100") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return whomItNames({ body: text, namedOrg, queueOrg: undefined }, person);
}

const byExternalId = (identifierValue: unknown) => ({ identifierName: "externalId", identifierValue });
const byId = (identifierValue: unknown) => ({ identifierName: "id", identifierValue });

it.each([
  ["the id", { activityId: "a-1", customerId: 345651201, amount: 5 }],
  ["the id as digits", { customerId: "345651201" }],
  ["the id in another spelling of the number", '{"customerId": 3.45651201e8}'],
  ["the identifier id", byId(345651201)],
  ["the identifier id as digits", byId("345651201")],
  ["an external id", byExternalId("card 77")],
  ["an external id of digits", byExternalId("12")],
  ["an escaped external id", String.raw`{"identifierName":"externalId","identifierValue":"card\u002077"}`],
  ["the id beside another customer's external id", { customerId: 345651201, ...byExternalId("other") }],
  ["another customer's id beside the external id", { customerId: 7, ...byExternalId("card 77") }],
  ["the id beside an identifier that is not known", { customerId: 345651201, identifierName: "email" }],
  ["an external id under no name", { identifierValue: "card 77" }],
  [
    "the id beside lists that are nested too deeply",
    `{"customerId": 345651201, "note": ${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
  ],
])("a dead letter is the customer's when it names the customer by %s", (_, body) => {
  expect(named(body)).toBe("person");
});

it.each([
  ["another id", { customerId: 345651202 }],
  ["another external id", byExternalId("card 78")],
  ["an external id in other letters", byExternalId("Card 77")],
  ["an external id with a blank more", byExternalId("card 77 ")],
  ["an external id that is spelled like the customer's id", byExternalId("345651201")],
  ["an id that is spelled like the customer's external id", byId("12")],
  ["the customer's id in a text that is no name", { customerId: 7, attributes: { note: "345651201" } }],
])("a dead letter is another customer's when it names %s", (_, body) => {
  expect(named(body)).toBe("another");
});

it.each([
  ["is no JSON", '{"customerId": 345651201'],
  ["is empty", ""],
  ["is a list of activities", [{ customerId: 345651201 }, { customerId: 7 }]],
  ["names nobody", { activityId: "a-1" }],
  ["names nobody by null", { customerId: null }],
  ["names an id that is none", { customerId: 0 }],
  ["names two other customers", { customerId: 7, ...byExternalId("other") }],
  [
    "names somebody by an identifier that is not known",
    { identifierName: "email", identifierValue: "a@brand.example" },
  ],
  [
    "names another customer, and this one by an identifier that is not known",
    { customerId: 7, identifierName: "phone", identifierValue: "345651201" },
  ],
  ["has an id that a number cannot hold", '{"customerId": 345651201.00000001}'],
])("a dead letter that %s is unclear", (_, body) => {
  expect(named(body)).toBe("unclear");
});

it("a dead letter of another brand is never the customer's, whatever it holds", () => {
  expect(named({ customerId: 345651201 }, "200")).toBe("another");
  expect(named("{", "200")).toBe("another");
});

function withoutOrg(customerId: number): DeadLetter {
  return { body: JSON.stringify({ customerId }), namedOrg: undefined, queueOrg: undefined };
}

it("a dead letter that names no brand is unclear when it names the customer's id, and another's when it does not", () => {
  expect(whomItNames(withoutOrg(345651201), person)).toBe("unclear");
  expect(whomItNames(withoutOrg(7), person)).toBe("another");
});

it("a dead letter from the brand's own queue is the brand's without naming it, and unclear when it names another", () => {
  const letter = { body: JSON.stringify({ customerId: 345651201 }), queueOrg: "100" };
  expect(whomItNames({ ...letter, namedOrg: undefined }, person)).toBe("person");
  expect(whomItNames({ ...letter, namedOrg: "100" }, person)).toBe("person");
  expect(whomItNames({ ...letter, namedOrg: "200" }, person)).toBe("unclear");
});

it("a dead letter from another brand's own queue is that brand's without naming it, and unclear when it names this one", () => {
  const letter = { body: JSON.stringify({ customerId: 345651201 }), queueOrg: "200" };
  expect(whomItNames({ ...letter, namedOrg: undefined }, person)).toBe("another");
  expect(whomItNames({ ...letter, namedOrg: "200" }, person)).toBe("another");
  expect(whomItNames({ ...letter, namedOrg: "100" }, person)).toBe("unclear");
});

/** A queue without an end, whose messages name nobody else than another customer. */
function endlessQueue(): DeadLetterQueue & { readonly givenBack: () => number } {
  let [received, givenBack] = [0, 0];
  const letter = { body: '{"customerId":7}', namedOrg: "100", queueOrg: undefined };
  return {
    state: () => Promise.resolve({ isDeadLetterQueue: true, sources: ["common"], hiddenCount: 0 }),
    receive: () => {
      received += 10;
      return Promise.resolve(
        Array.from({ length: 10 }, (_, index) => ({ messageId: `${received}-${index}`, receipt: "r", letter })),
      );
    },
    remove: () => Promise.resolve([]),
    giveBack: (receipts) => {
      givenBack += receipts.length;
      return Promise.resolve(0);
    },
    close: () => undefined,
    givenBack: () => givenBack,
  };
}

it("reading stops before SQS refuses to hide more, says so, and gives everything back", async () => {
  const queue = endlessQueue();
  const { read, isWhole } = await goThrough(queue, person, { isDryRun: false, stop: new AbortController().signal });
  expect({ read, isWhole, givenBack: queue.givenBack() }).toEqual({
    read: mostLetters,
    isWhole: false,
    givenBack: mostLetters,
  });
  expect(mostLetters).toBeLessThan(120_000);
});
