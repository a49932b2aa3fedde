import axe from "axe-core";
import type { Locator, Page } from "playwright-core";

/** The script that a page must have run before {@link violations} is asked. */
export const axeScript: string = axe.source;

const maximumTabs = 80;

type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string }[] };

/** What axe finds on the page, each fault with its element. */
export async function violations(page: Page): Promise<string[]> {
  const found = await page.evaluate<readonly Violation[]>("axe.run().then(({ violations }) => violations)");
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** How wide the page is. On a screen as wide as that nobody scrolls sideways. */
export function widthOf(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth");
}

export async function isFocused(target: Locator): Promise<boolean> {
  return (await target.and(target.page().locator(":focus")).count()) === 1;
}

/** Moves the focus by Tab alone, as people without a mouse do. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let tabs = 1; tabs <= maximumTabs; tabs += 1) {
    await page.keyboard.press("Tab");
    if (await isFocused(target)) return;
  }
  throw new Error(`${maximumTabs} times Tab did not lead to ${target.toString()}`);
}
