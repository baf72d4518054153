import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@newsrelay/local-servers/find-program';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A browser with a user of its own, which knows nothing and leaves nothing. */
export class Browser {
  /** What pages complained of: scripts that failed, and what the page's rules forbade. */
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    private readonly folder: string,
  ) {}

  /** @throws Error that says what to install */
  static async start(options: { width?: number; height?: number } = {}): Promise<Browser> {
    const executablePath = NAMES.map((name) => findProgram(name)).find((path) => path !== undefined);
    if (executablePath === undefined)
      throw new Error(
        'no Chromium is installed: apt-get install chromium (./newsrelay test does it by itself)',
      );
    const folder = mkdtempSync(join(tmpdir(), 'newsrelay-browser-'));
    const context = await chromium.launchPersistentContext(folder, {
      executablePath,
      headless: true,
      args: FLAGS,
      viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
      locale: 'zh-CN',
    });
    context.setDefaultTimeout(15_000);
    const browser = new Browser(context, folder);
    context.on('page', (page) => {
      browser.#listen(page);
    });
    for (const page of context.pages()) browser.#listen(page);
    return browser;
  }

  #listen(page: Page): void {
    page.on('pageerror', (error) => {
      this.complaints.push(`error: ${error.message}`);
    });
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) this.complaints.push(message.text());
    });
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  async page(): Promise<Page> {
    return this.context.newPage();
  }

  async stop(): Promise<void> {
    await this.context.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
