import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** Logs in with a key, and waits until the page is told of changes. */
export async function logIn(page: Page, address: string, key: string): Promise<void> {
  await page.goto(address);
  await page.getByLabel('访问密钥').fill(key);
  await page.getByLabel('访问密钥').press('Enter');
  await page.getByRole('navigation', { name: '主导航' }).waitFor();
  await page.getByText('实时更新').waitFor();
}

/** What axe-core finds that somebody could not use the page for, or only with pains. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // A colour on its way to another is neither.
  await page.evaluate(
    `new Promise(requestAnimationFrame).then(() =>
      Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))`,
  );
  const { violations: found } = await page.evaluate<AxeResults>(
    // React Aria says that a button is busy by its id, also for seconds after its dialog was closed.
    `axe.run({ exclude: ['[data-live-announcer]'] }, ${JSON.stringify({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })})`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

/** Whether nothing of the page, or of a dialog over it, is wider than the window shows. */
export async function fitsWidth(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(`document.documentElement.scrollWidth <= window.innerWidth &&
    [...document.querySelectorAll('.modal, .drawer-dialog')].every((box) => box.scrollWidth <= box.clientWidth)`);
}
