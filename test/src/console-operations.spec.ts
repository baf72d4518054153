import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Locator, Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { readPidFile } from '@newsrelay/local-servers/pid-file';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { Browser } from './harness/browser.js';
import { fitsWidth, logIn, violations } from './harness/operators-page.js';
import { answering, PartnerPaths } from './harness/partner-paths.js';
import { accept } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';
import { SingleMachine } from './harness/single-machine.js';

const WAIT = { timeoutMs: 20_000 };

/** What operators set going and set up on the page: replays and alarm sinks. */
describe('replays and alarm sinks on the operators’ page', () => {
  let data: TemporaryDataDir;
  let machine: SingleMachine;
  let partner: PartnerPaths;
  let browser: Browser;
  let page: Page;
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    data = temporaryDataDir();
    // Two attempts, and it is over.
    machine = new SingleMachine(data.path, { NEWSRELAY_RETRY_SCHEDULE: '0,0.2' });
    await machine.start();
    partner = await PartnerPaths.start();
    for (const role of ['editor', 'operator']) {
      const answer = await call<{ key: string }>('POST', '/api/v1/keys', { name: `测试${role}`, role });
      keys[role] = answer.body.key;
    }
  }, 180_000);
  afterAll(async () => {
    await machine.stop();
    await data.remove();
    await partner.receiver.stop();
  }, 60_000);

  beforeEach(async () => {
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
  const open = (role: string, at: string) => logIn(page, `${machine.url}${at}`, keys[role] ?? '');

  /** A channel of its own path and section. */
  async function channel(name: string): Promise<string> {
    const id = `c-${randomUUID()}`;
    const made = await machine.api.createChannel({
      id,
      type: 'webhook',
      name,
      filter: { sections: [id] },
      settings: { url: partner.receiver.url(`/${id}`) },
    });
    expect(made.status).toBe(201);
    return id;
  }
  async function publish(to: string, count: number): Promise<void> {
    for (let made = 0; made < count; made += 1)
      expect((await machine.api.post(sampleArticle({ sections: [to] }))).status).toBe(202);
  }
  const inState = (to: string, state: string, count: number) =>
    pollUntil(
      `${count} ${state}`,
      async () =>
        (await machine.api.allDeliveries(`&channel=${to}`)).filter((each) => each.state === state).length ===
        count,
      WAIT,
    );
  const card = (id: string) => page.locator(`.channel-item[data-channel="${id}"]`);
  const dialog = (name: string) => page.getByRole('dialog', { name });
  const replayDialog = () => dialog('补发一段时间的稿件');
  const begin = (within: Locator) => within.getByRole('button', { name: /^开始补发/ });

  describe('a replay', () => {
    it('is counted first, begun by one button for just what was counted, and told how far it is', async () => {
      const to = await channel('补发一');
      partner.set(`/${to}`, answering(422));
      await publish(to, 3);
      await inState(to, 'dead', 3);
      partner.set(`/${to}`, accept);
      await publish(to, 2);
      await inState(to, 'delivered', 2);
      await open('operator', '/?screen=channels');
      await card(to).getByRole('button', { name: /^补发/ }).click();
      const asking = replayDialog();
      expect(await asking.getByLabel('渠道').inputValue()).toBe(to);
      expect(await begin(asking).isDisabled()).toBe(true);
      await asking.getByRole('button', { name: '试算' }).click();
      await asking.getByText('将补发 3 篇').waitFor();
      await asking.getByText('未送达 3 篇').waitFor();
      expect(await violations(page)).toEqual([]);
      // Another question has another answer, and the button is not one for it.
      await asking.getByText(/^全部：/).click();
      expect(await begin(asking).isDisabled()).toBe(true);
      await asking.getByRole('button', { name: '试算' }).click();
      await asking.getByText('将补发 5 篇').waitFor();
      await asking.getByText('已送达 2 篇').waitFor();
      await asking.getByText('已送达的用同一编号').waitFor();
      await asking.getByText(/^没送到的/).click();
      await asking.getByRole('button', { name: '试算' }).click();
      const before = partner.at(`/${to}`).length;
      await asking.getByRole('button', { name: '开始补发 3 篇' }).click();
      await page.getByText('已开始补发，共 3 篇。').waitFor();
      await asking.waitFor({ state: 'detached' });
      expect(new URL(page.url()).searchParams.get('channels')).toBe('replays');
      const item = page.locator('[data-replay][data-state="done"]', { hasText: '补发一' });
      await item.getByText('已交给投递 3/3 篇').waitFor();
      await item.getByText('未送达、结果不明').waitFor();
      await item.getByText('测试operator').waitFor();
      await inState(to, 'delivered', 5);
      expect(partner.at(`/${to}`).length).toBe(before + 3);
      expect(await violations(page)).toEqual([]);
    }, 90_000);

    it('brings a channel what it never had, and says so before', async () => {
      const first = await channel('补发二');
      await publish(first, 2);
      await inState(first, 'delivered', 2);
      const id = `n-${randomUUID()}`;
      const settings = { url: partner.receiver.url(`/${id}`) };
      const filter = { sections: [first] };
      expect(
        (await machine.api.createChannel({ id, type: 'webhook', name: '新渠道', filter, settings })).status,
      ).toBe(201);
      await open('operator', '/?screen=channels&channels=replays');
      await page.getByRole('button', { name: '补发…' }).click();
      const asking = replayDialog();
      await asking.getByLabel('渠道').selectOption('新渠道');
      await asking.getByRole('button', { name: '近 1 小时' }).click();
      await asking.getByRole('button', { name: '试算' }).click();
      await asking.getByText('这段时间没有要补发的稿件。').waitFor();
      expect(await begin(asking).isDisabled()).toBe(true);
      await asking.getByText(/^全部：/).click();
      await asking.getByLabel('每秒篇数').fill('50');
      await asking.getByRole('button', { name: '试算' }).click();
      await asking.getByText('没投过 2 篇').waitFor();
      await asking.getByRole('button', { name: '开始补发 2 篇' }).click();
      await page
        .locator('[data-replay][data-state="done"]', { hasText: '新渠道' })
        .getByText('已交给投递 2/2 篇')
        .waitFor();
      await pollUntil('both are there', () => partner.at(`/${id}`).length === 2, WAIT);
    }, 60_000);

    it('that the API refuses is said at the field that is wrong, in words', async () => {
      const to = await channel('补发三');
      await open('operator', '/?screen=channels');
      await card(to).getByRole('button', { name: /^补发/ }).click();
      const asking = replayDialog();
      const until = asking.getByLabel('到（不含）');
      const since = asking.getByLabel('从', { exact: true });
      const complaint = () => until.getAttribute('aria-describedby');
      expect(await complaint()).toBeNull();
      await since.fill('2025-01-03T12:00');
      await until.fill('2025-01-03T12:00');
      await asking.getByRole('button', { name: '试算' }).click();
      await asking.getByText('要晚于开始时间。').waitFor();
      expect(await until.getAttribute('aria-invalid')).toBe('true');
      expect(await since.getAttribute('aria-invalid')).toBe('false');
      expect(await page.locator(`#${(await complaint()) ?? 'none'}`).innerText()).toBe('要晚于开始时间。');
      // Each word of it in the language of the page.
      expect(await page.locator('.notice.bad').innerText()).not.toMatch(/must|until/);
      expect(await violations(page)).toEqual([]);
      await until.fill('2025-02-03T12:01');
      await asking.getByRole('button', { name: '试算' }).click();
      await asking.getByText(/最多比开始时间晚 31 天/).waitFor();
      expect(await begin(asking).isDisabled()).toBe(true);
      await until.fill('2025-02-03T12:00');
      await asking.getByText('按投递情况选').click();
      for (const state of ['未送达', '结果不明', '重试中'])
        await asking.getByLabel(state, { exact: true }).uncheck();
      await asking.getByRole('button', { name: '试算' }).click();
      await asking.getByRole('group', { name: '补发哪些' }).getByRole('alert').waitFor();
      await asking.getByLabel('已送达', { exact: true }).check();
      expect((await call('DELETE', `/api/v1/channels/${to}`)).status).toBe(204);
      await asking.getByRole('button', { name: '试算' }).click();
      await asking.getByText('没有这个渠道').waitFor();
    }, 60_000);

    it('that is held back says by what, everywhere, and is ended by who asked twice', async () => {
      const to = await channel('补发四');
      await publish(to, 3);
      await inState(to, 'delivered', 3);
      expect((await call('POST', `/api/v1/channels/${to}/pause`, { reason: '对方升级' })).status).toBe(200);
      await open('operator', '/?screen=channels');
      await card(to).getByRole('button', { name: /^补发/ }).click();
      const asking = replayDialog();
      await asking.getByText(/^全部：/).click();
      await asking.getByRole('button', { name: '试算' }).click();
      await asking.getByRole('button', { name: '开始补发 3 篇' }).click();
      const item = page.locator('[data-replay]', { hasText: '补发四' });
      await item.getByText('渠道已暂停，恢复后继续').waitFor();
      await item.getByText('已交给投递 0/3 篇').waitFor();
      expect(await item.getByRole('progressbar').getAttribute('value')).toBe('0');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('link', { name: '全部渠道' }).click();
      await card(to).getByText('正在补发').waitFor();
      await card(to).getByText('渠道已暂停，恢复后继续').waitFor();
      // A second one at the same time is said to be none before it is tried.
      await card(to).getByRole('button', { name: /^补发/ }).click();
      await replayDialog().getByText('这个渠道正在补发').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: '运行状态' }).click();
      await page.getByRole('region', { name: '补发' }).getByText('补发四').waitFor();
      await page.getByRole('region', { name: '补发' }).getByRole('link', { name: '正在补发' }).click();
      await item.getByRole('button', { name: /^停止/ }).click();
      await page.getByRole('button', { name: '继续补发' }).click();
      await item.getByRole('button', { name: /^停止/ }).click();
      await page.getByRole('button', { name: '停止补发' }).click();
      await page.getByText('已停止补发。').waitFor();
      await page.locator('[data-replay][data-state="canceled"]', { hasText: '补发四' }).waitFor();
      expect(await item.getByRole('button', { name: /^停止/ }).count()).toBe(0);
      expect((await call('POST', `/api/v1/channels/${to}/resume`)).status).toBe(200);
      expect(partner.at(`/${to}`).length).toBe(3);
    }, 60_000);

    it('is shown to whoever may read, and set going by nobody who may not', async () => {
      const to = await channel('补发五');
      await open('editor', '/?screen=channels');
      await card(to).waitFor();
      expect(await page.getByRole('button', { name: /^补发/ }).count()).toBe(0);
      await page.getByRole('link', { name: /^补发/ }).click();
      await page.locator('[data-replay]').first().waitFor();
      expect(await page.getByRole('button', { name: /补发|停止/ }).count()).toBe(0);
      expect(await page.getByRole('link', { name: '告警接收端' }).count()).toBe(0);
      await page.goto(`${machine.url}/?screen=alarms`);
      await page.getByText('实时更新').waitFor();
      expect(await page.getByRole('heading', { name: '告警接收端' }).count()).toBe(0);
    });
  });

  describe('an alarm sink', () => {
    const sink = (id: string) => page.locator(`[data-sink="${id}"]`);

    it('is made by its type’s own form, tried, changed, turned off and deleted', async () => {
      await open('operator', '/?screen=alarms');
      await page.getByText('还没有告警接收端。').waitFor();
      await page.getByRole('button', { name: '新建接收端' }).click();
      const form = dialog('新建接收端');
      await form.getByLabel('类型').selectOption('webhook');
      await form.getByLabel('接收端 ID').fill('duty');
      await form.getByLabel('名称').fill('值班群 <b>');
      await form.getByLabel('推送地址').fill('http://10.0.0.1/alarms');
      await form.getByRole('button', { name: '建立接收端' }).click();
      await form.locator('#field-settings-url-error').waitFor();
      expect(await form.getByLabel('推送地址').getAttribute('aria-invalid')).toBe('true');
      await form.getByLabel('推送地址').fill(partner.receiver.url('/alarms'));
      await form.getByRole('button', { name: '建立接收端' }).click();
      const shown = page.getByRole('alertdialog');
      await shown.getByText('只显示这一次').waitFor();
      const secret = await shown.getByLabel('signingSecret').inputValue();
      await shown.getByRole('button', { name: '我已保存好' }).click();
      await sink('duty').getByText('值班群 <b>').first().waitFor();
      await sink('duty').getByText('警告及以上 · 所有事件').waitFor();
      expect(await page.content()).not.toContain(secret);
      expect(await violations(page)).toEqual([]);

      await sink('duty')
        .getByRole('button', { name: /^发测试消息/ })
        .click();
      await sink('duty').getByText('测试结果：已发出').waitFor();
      const [sent] = partner.at('/alarms');
      expect(
        new Webhook(secret).verify(sent?.body ?? '', sent?.headers as Record<string, string>),
      ).toMatchObject({
        type: 'operator.test',
      });
      partner.set('/alarms', answering(500, {}, '<img src=x onerror=alert(1)>'));
      await sink('duty')
        .getByRole('button', { name: /^发测试消息/ })
        .click();
      await sink('duty').getByText('测试结果：没有发成').waitFor();
      await sink('duty').getByText('应答码 500').waitFor();
      expect(await sink('duty').locator('pre').innerText()).toBe('<img src=x onerror=alert(1)>');
      partner.set('/alarms', accept);

      await sink('duty').getByRole('button', { name: /^修改/ }).click();
      const change = dialog('修改“值班群 <b>”');
      await change.getByLabel('最低级别').selectOption('info');
      await change.getByText('只接收这些事件').click();
      await change.getByLabel('渠道暂停', { exact: true }).check();
      await change.getByText('换一个新的').click();
      expect(await change.getByLabel('签名密钥').isDisabled()).toBe(true);
      await change.getByRole('button', { name: '保存' }).click();
      const renewed = await page.getByRole('alertdialog').getByLabel('signingSecret').inputValue();
      expect(renewed).toMatch(/^whsec_/);
      expect(renewed).not.toBe(secret);
      await page.getByRole('button', { name: '我已保存好' }).click();
      await sink('duty').getByText('全部级别 · 渠道暂停').waitFor();

      await sink('duty').getByRole('button', { name: /^停用/ }).click();
      await sink('duty').getByText('已停用').waitFor();
      expect((await call('GET', '/api/v1/alarm-sinks/duty')).body).toMatchObject({
        enabled: false,
        minSeverity: 'info',
        kinds: ['channel.paused'],
      });
      await sink('duty').getByRole('button', { name: /^启用/ }).click();
      await sink('duty').getByText('启用中').waitFor();
      await sink('duty').getByRole('button', { name: /^删除/ }).click();
      await page.keyboard.press('Escape');
      await sink('duty').getByRole('button', { name: /^删除/ }).click();
      await page.getByRole('button', { name: '删除接收端' }).click();
      await page.getByText('已删除。').waitFor();
      await sink('duty').waitFor({ state: 'detached' });
      expect((await call('GET', '/api/v1/alarm-sinks/duty')).status).toBe(404);
    }, 90_000);

    it('takes lists and what may be left out, and complaints of one of a list at their field', async () => {
      await open('operator', '/?screen=alarms');
      await page.getByRole('button', { name: '新建接收端' }).click();
      const form = dialog('新建接收端');
      await form.getByLabel('类型').selectOption('email');
      await form.getByLabel('接收端 ID').fill('night');
      await form.getByLabel('名称').fill('夜班邮箱');
      await form.getByLabel('邮件服务器').fill('127.0.0.1');
      await form.getByLabel('端口').fill('2525');
      await form.getByLabel('加密方式').selectOption('none');
      await form.getByLabel('发件人').fill('newsrelay@media.example');
      await form.getByLabel('收件人').fill('a@media.example，not an address');
      await form.getByRole('button', { name: '建立接收端' }).click();
      await form.getByText('不是有效的邮箱地址。').waitFor();
      expect(await form.getByLabel('收件人').getAttribute('aria-describedby')).toContain(
        'field-settings-to-error',
      );
      expect(await violations(page)).toEqual([]);
      await form.getByLabel('收件人').fill('a@media.example，b@media.example');
      await form.getByRole('button', { name: '建立接收端' }).click();
      await sink('night').getByText('电子邮件').waitFor();
      expect((await call('GET', '/api/v1/alarm-sinks/night')).body).toMatchObject({
        settings: {
          port: 2525,
          security: 'none',
          to: ['a@media.example', 'b@media.example'],
          username: null,
        },
        secrets: { password: null },
      });
      // What may be null has none to take away, and is not made by itself.
      await sink('night').getByRole('button', { name: /^修改/ }).click();
      const change = dialog('修改“夜班邮箱”');
      expect(await change.getByLabel('收件人').inputValue()).toBe('a@media.example, b@media.example');
      expect(await change.getByText(/已设置|自动生成/).count()).toBe(0);
      await change.getByLabel('密码或授权码').fill('a password');
      await change.getByRole('button', { name: '保存' }).click();
      await change.waitFor({ state: 'detached' });
      await sink('night').getByRole('button', { name: /^修改/ }).click();
      await change.getByText('去掉这个密钥').click();
      await change.getByRole('button', { name: '保存' }).click();
      await change.waitFor({ state: 'detached' });
      expect((await call('GET', '/api/v1/alarm-sinks/night')).body).toMatchObject({
        secrets: { password: null },
      });
      expect((await call('DELETE', '/api/v1/alarm-sinks/night')).status).toBe(204);
    }, 60_000);

    it('to which nothing gets through says so, and why', async () => {
      const to = await channel('告警来源');
      partner.set('/broken', answering(500));
      const made = await call('POST', '/api/v1/alarm-sinks', {
        id: 'broken',
        type: 'webhook',
        name: '坏的',
        minSeverity: 'info',
        settings: { url: partner.receiver.url('/broken') },
      });
      expect(made.status).toBe(201);
      expect((await call('POST', `/api/v1/channels/${to}/pause`, { reason: '试' })).status).toBe(200);
      await open('operator', '/?screen=alarms');
      await sink('broken').getByText('发送失败').waitFor();
      await sink('broken').getByText('最近一次失败：对方服务器出错（500）').waitFor();
      expect(await violations(page)).toEqual([]);
      expect((await call('DELETE', '/api/v1/alarm-sinks/broken')).status).toBe(204);
      expect((await call('POST', `/api/v1/channels/${to}/resume`)).status).toBe(200);
    }, 60_000);
  });

  it('a Redis that is not set up for queues is told on the status screen, with the fix, and in the API', async () => {
    const redis = new Redis(readPidFile(join(machine.dataDir, 'run', 'redis.json'))?.port ?? 0);
    try {
      await redis.config('SET', 'maxmemory', '256mb', 'maxmemory-policy', 'allkeys-lru', 'appendonly', 'no');
      expect((await call('GET', '/api/v1/status')).body).toMatchObject({
        redis: {
          up: true,
          eviction: expect.stringContaining('allkeys-lru'),
          persistence: expect.stringContaining('append-only'),
        },
      });
      await open('operator', '/?screen=status');
      await page.locator('[data-redis="eviction"]').getByText('maxmemory-policy 设为 noeviction').waitFor();
      await page.locator('[data-redis="persistence"]').getByText('appendonly yes').waitFor();
      await page.getByText('有情况需要看一眼').waitFor();
      expect(await violations(page)).toEqual([]);
    } finally {
      await redis.config('SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction', 'appendonly', 'yes');
      await redis.quit();
    }
    // Asked anew by itself.
    await page.locator('[data-redis]').first().waitFor({ state: 'detached' });
  }, 60_000);

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each([1440, 390])(
      'nothing is serious to axe or wider than the window at %s pixels, in both languages',
      async (width) => {
        const to = await channel('看样子的渠道');
        const id = `s-${randomUUID()}`;
        const settings = { url: partner.receiver.url('/look') };
        expect(
          (await call('POST', '/api/v1/alarm-sinks', { id, type: 'webhook', name: '看样子', settings }))
            .status,
        ).toBe(201);
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await logIn(page, `${machine.url}/?screen=channels`, machine.api.key);
        const check = async (what: string) => {
          expect({ what, violations: await violations(page), fits: await fitsWidth(page) }).toEqual({
            what,
            violations: [],
            fits: true,
          });
        };
        for (const words of [
          { replay: /^补发/, count: /^试算/, none: '这段时间没有', sink: '新建接收端', edit: /^修改/ },
          {
            replay: /^Replay/,
            count: /^Count/,
            none: 'Nothing in this window',
            sink: 'New alarm sink',
            edit: /^Edit/,
          },
        ]) {
          await page.goto(`${machine.url}/?screen=channels`);
          await card(to).getByRole('button', { name: words.replay }).click();
          await page.locator('input[name="replay-scope"]').nth(2).check();
          await page.getByRole('button', { name: words.count }).click();
          await page.getByText(words.none).waitFor();
          await check('the replay');
          await page.goto(`${machine.url}/?screen=channels&channels=replays`);
          await page.locator('[data-replay]').first().waitFor();
          await check('replays');
          await page.goto(`${machine.url}/?screen=alarms`);
          await sinkOf(id).waitFor();
          await check('sinks');
          await sinkOf(id).getByRole('button', { name: words.edit }).click();
          await page.locator('#field-settings-url').waitFor();
          await page.locator('summary').first().click();
          await check('a sink');
          await page.keyboard.press('Escape');
          await page.getByRole('button', { name: words.sink }).click();
          await page.locator('#field-type').selectOption('email');
          await check('a new sink');
          await page.keyboard.press('Escape');
          if (words.sink === '新建接收端') await page.getByRole('button', { name: 'English' }).click();
        }
      },
      90_000,
    );
    const sinkOf = (id: string) => page.locator(`[data-sink="${id}"]`);
  });
});
