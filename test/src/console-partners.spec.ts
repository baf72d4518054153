import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import type { Page } from 'playwright-core';
import { Browser } from './harness/browser.js';
import { fitsWidth, logIn, violations } from './harness/operators-page.js';
import { SingleMachine } from './harness/single-machine.js';

/** Who may read a feed and who does, on the operators' page. */
describe('partners of a feed on the operators’ page', () => {
  let data: TemporaryDataDir;
  let machine: SingleMachine;
  let browser: Browser;
  let page: Page;
  let number = 0;
  let channel: string;
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    data = temporaryDataDir();
    machine = new SingleMachine(data.path);
    await machine.start();
    for (const role of ['editor', 'operator']) {
      const made = await call<{ key: string }>('POST', '/api/v1/keys', { name: `测试${role}`, role });
      keys[role] = made.body.key;
    }
  }, 180_000);
  afterAll(async () => {
    await machine.stop();
    await data.remove();
  }, 60_000);

  beforeEach(async () => {
    channel = `partners-${++number}`;
    const settings = { title: '高新区要闻', access: 'token' };
    const made = await machine.api.createChannel({ id: channel, type: 'feed', name: '合作方专用', settings });
    expect(made.status).toBe(201);
    browser = await Browser.start();
    page = await browser.page();
  }, 30_000);
  afterEach(async () => {
    const { complaints } = browser;
    await browser.stop();
    expect(complaints).toEqual([]);
  }, 30_000);

  const call = <T = Record<string, unknown>>(method: string, path: string, json?: unknown) =>
    machine.api.call<T>('console', method, path, json === undefined ? {} : { json });
  const card = () => page.locator(`.channel-item[data-channel="${channel}"]`);
  const dialog = (name: string | RegExp) => page.getByRole('dialog', { name });
  const readers = () => dialog('“合作方专用”的合作方与读取情况');
  const statusWith = async (token: string, agent = 'newsboat/2.32.0', more: Record<string, string> = {}) => {
    const headers = { authorization: `Bearer ${token}`, 'user-agent': agent, ...more };
    return (await fetch(`${machine.url}/feeds/${channel}.rss`, { headers })).status;
  };
  async function open(role: string): Promise<void> {
    await logIn(page, `${machine.url}/?screen=channels`, keys[role] ?? '');
    await card()
      .getByRole('button', { name: /^合作方与读取情况/ })
      .click();
    await readers().waitFor();
  }
  /** The token that the dialog shows, once. */
  async function kept(): Promise<string> {
    const shown = page.getByRole('alertdialog', { name: '请现在复制：令牌只显示这一次' });
    const token = await shown.getByLabel('令牌', { exact: true }).inputValue();
    expect(await shown.getByLabel(/^带令牌的地址/).inputValue()).toBe(
      `${machine.url}/feeds/${token}/${channel}.rss`,
    );
    expect(await violations(page)).toEqual([]);
    await shown.getByRole('button', { name: '我已保存好' }).click();
    await readers().waitFor();
    return token;
  }

  it('gives a partner a token, changes it, and takes it back', async () => {
    await open('operator');
    await readers().getByText('还没有发放令牌：现在谁也读不了。').waitFor();
    await readers().getByRole('button', { name: '发放令牌' }).click();
    const asking = dialog('给合作方发放令牌');
    await asking.getByLabel('合作方名称').fill('济宁日报');
    await asking.getByLabel(/^有效期至/).fill('2020-01-01');
    await asking.getByRole('button', { name: '发放', exact: true }).click();
    await asking.getByText('要是以后的日期。').waitFor();
    await asking.getByLabel(/^有效期至/).fill('');
    await asking.getByRole('button', { name: '发放', exact: true }).click();
    const first = await kept();
    expect(await statusWith(first)).toBe(200);
    const item = readers().locator('[data-token="济宁日报"]');
    await item.getByText(`nrf_…${first.slice(-4)}`).waitFor();

    await item.getByRole('button', { name: /^更换/ }).click();
    const rotating = dialog('更换“济宁日报”的令牌？');
    expect(await violations(page)).toEqual([]);
    await rotating.getByLabel('旧令牌继续有效').selectOption({ label: '3 天' });
    await rotating.getByRole('button', { name: '更换令牌' }).click();
    const second = await kept();
    await item.getByText(`nrf_…${second.slice(-4)}`).waitFor();
    await item.getByText(/旧令牌可用到/).waitFor();
    expect([await statusWith(first), await statusWith(second)]).toEqual([200, 200]);

    await item.getByRole('button', { name: /^撤销/ }).click();
    await dialog('撤销“济宁日报”的令牌？').getByRole('button', { name: '撤销令牌' }).click();
    await page.getByText('已撤销。').waitFor();
    await readers().getByText('还没有发放令牌：现在谁也读不了。').waitFor();
    await pollUntil('refused', async () => (await statusWith(second)) === 401, { timeoutMs: 2_000 });
    expect(await statusWith(first)).toBe(401);
  }, 60_000);

  it('shows who reads it, to whoever may look, at every width and in both languages', async () => {
    const made = await call<{ token: string }>('POST', `/api/v1/channels/${channel}/tokens`, {
      name: '北方网',
    });
    const { token } = made.body;
    const agent = 'Mozilla/5.0 (compatible; Feedly/1.0; +http://a.example; 16 subscribers)';
    const read = await fetch(`${machine.url}/feeds/${token}/${channel}.rss`, {
      headers: { 'user-agent': agent },
    });
    const etag = read.headers.get('etag') ?? '';
    expect(await statusWith(token, agent, { 'if-none-match': etag })).toBe(304);
    expect(await statusWith('nrf_wrong', 'somebody/1.0')).toBe(401);
    await pollUntil(
      'counted',
      async () => (await call('GET', `/api/v1/channels/${channel}/usage`)).text.includes('somebody'),
      { timeoutMs: 15_000 },
    );
    await open('editor');
    await readers().getByText('北方网').first().waitFor();
    const row = readers().getByRole('row', { name: /Feedly\/1\.0/ });
    expect(await row.locator('.number').allTextContents()).toEqual(['1', '1', '0']);
    const stranger = readers().getByRole('row', { name: /somebody\/1\.0/ });
    expect(await stranger.locator('.number').allTextContents()).toEqual(['0', '0', '1']);
    await stranger.getByText('无令牌').waitFor();
    // An editor looks, and changes nothing.
    expect(await readers().getByRole('button').allTextContents()).toEqual(['关闭']);
    expect(await violations(page)).toEqual([]);
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect([width, await fitsWidth(page)]).toEqual([width, true]);
    }
    await readers().getByRole('button', { name: '关闭' }).click();
    await readers().waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'English' }).click();
    await card()
      .getByRole('button', { name: /^Partners and use/ })
      .click();
    await dialog('Partners and use of “合作方专用”')
      .getByRole('columnheader', { name: 'Unchanged' })
      .first()
      .waitFor();
  }, 60_000);
});
