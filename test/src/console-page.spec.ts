import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { runningPostgres } from '@newsrelay/local-servers/postgres';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { Browser } from './harness/browser.js';
import { NewsrelayApi } from './harness/newsrelay-api.js';
import { logIn as logInWith, violations } from './harness/operators-page.js';
import { answering, inTurn, PartnerPaths } from './harness/partner-paths.js';
import { accept } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';
import { SingleMachine } from './harness/single-machine.js';

const SAMPLE = readFileSync(new URL('../../samples/pages/jining-gaoxin-857.txt', import.meta.url), 'utf8');
const HELD_HEADLINE = '向高而攀走在前 向新而进挑大梁';

describe('the operators’ page', () => {
  let data: TemporaryDataDir;
  let machine: SingleMachine;
  let partner: PartnerPaths;
  let browser: Browser;
  let page: Page;
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    data = temporaryDataDir();
    machine = new SingleMachine(data.path, { NEWSRELAY_RETRY_SCHEDULE: '0,600' });
    await machine.start();
    partner = await PartnerPaths.start();
    for (const [role, more] of [
      ['editor', {}],
      ['operator', {}],
      ['source', { source: 'jngxq' }],
    ] as const) {
      const answer = await machine.api.call<{ key: string }>('console', 'POST', '/api/v1/keys', {
        json: { name: `测试${role}`, role, ...more },
      });
      keys[role] = answer.body.key;
    }
    for (const [id, name] of [
      ['good', '齐鲁壹点'],
      ['bad', '济宁新闻网'],
    ] as const) {
      const url = partner.receiver.url(`/${id}`);
      const made = await machine.api.createChannel({ id, type: 'webhook', name, settings: { url } });
      expect(made.status).toBe(201);
    }
    const taken = await machine.api.page(SAMPLE, 'source=jngxq&section=要闻');
    expect(taken.status).toBe(202);
  }, 180_000);
  afterAll(async () => {
    await machine.stop();
    await data.remove();
    await partner.receiver.stop();
  }, 60_000);

  beforeEach(async () => {
    partner.set('/good', accept);
    partner.set('/bad', accept);
    browser = await Browser.start();
    page = await browser.page();
  }, 30_000);
  afterEach(async () => {
    const { complaints } = browser;
    await browser.stop();
    // No script of a headline ran, and the page broke none of its own rules.
    expect(complaints).toEqual([]);
  }, 30_000);

  async function logIn(role: 'admin' | 'editor' | 'operator' = 'admin', at = '/'): Promise<void> {
    await logInWith(page, `${machine.url}${at}`, role === 'admin' ? machine.api.key : (keys[role] ?? ''));
  }

  async function post(fields: Record<string, unknown> = {}): Promise<string> {
    const answer = await machine.api.post(sampleArticle(fields));
    expect(answer.status).toBe(202);
    return answer.body.id;
  }

  /** One statement behind the services' backs. */
  async function inLedger(statement: string, values: readonly unknown[]): Promise<void> {
    const client = new pg.Client(runningPostgres(machine.dataDir));
    await client.connect();
    try {
      const { rowCount } = await client.query(statement, [...values]);
      expect(rowCount).toBe(1);
    } finally {
      await client.end();
    }
  }

  /** Brings a delivery that arrived to a state in which a person is needed. */
  async function leaveToAPerson(
    articleId: string,
    action: 'publish' | 'withdraw',
    state: 'unknown' | 'manual',
  ): Promise<string> {
    const delivery = await pollUntil(
      'the delivery',
      async () =>
        (await machine.api.deliveriesOf(articleId)).find(
          (each) => each.channel === 'good' && each.action === action && each.state === 'delivered',
        ),
      { timeoutMs: 15_000 },
    );
    await inLedger('update deliveries set state = $2, updated_at = clock_timestamp() where id = $1', [
      delivery.id,
      state,
    ]);
    return delivery.id;
  }

  const apiOf = (role: string) => new NewsrelayApi(() => machine.url, keys[role] ?? '');
  const row = (headline: string) => page.locator('[data-article]', { hasText: headline });
  const cell = (headline: string, channel: string) => row(headline).locator(`[data-channel="${channel}"]`);

  it('asks for the key in words, and takes none that may not come in', async () => {
    await page.goto(machine.url);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByText('请输入密钥。').waitFor();
    await page.getByLabel('访问密钥').fill('nr_wrong');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByText('密钥不对').waitFor();
    await page.getByLabel('访问密钥').fill(keys['source'] ?? '');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByText('这是来稿密钥，只能投稿').waitFor();
    expect(await browser.context.cookies()).toEqual([]);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Log in to the distribution desk' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Log in to the distribution desk' }).waitFor();
  });

  it('keeps nothing that a script could take, and lets nothing but its own scripts run', async () => {
    await logIn();
    const [cookie] = await browser.context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toContain(
      machine.api.key,
    );
    const answer = await page.request.get(machine.url);
    const rules = answer.headers()['content-security-policy'] ?? '';
    expect(rules).toContain("script-src 'self';");
    expect(rules).toContain("frame-ancestors 'none'");
    expect(rules).not.toContain('unsafe');
    expect(answer.headers()).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const script = await page.locator('script[src]').first().getAttribute('src');
    const asset = await page.request.get(`${machine.url}${script ?? ''}`);
    expect(asset.headers()).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': expect.stringMatching(/^(br|gzip)$/),
    });
    for (const path of [
      '/console/assets/../../main.js',
      '/console/assets/..%2f..%2fpackage.json',
      '/console/assets/x.js',
    ])
      expect((await page.request.get(`${machine.url}${path}`)).status()).toBe(404);
  });

  it('shows what waits for a person first, and publishes it once every doubt is decided', async () => {
    await logIn('editor');
    await row(HELD_HEADLINE)
      .getByRole('button', { name: /去处理/ })
      .click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('有3处疑似差错').waitFor();
    const approve = drawer.getByRole('button', { name: '批准发布' });
    expect(await approve.isDisabled()).toBe(true);
    const proposals = drawer.locator('.proposal');
    expect(await proposals.count()).toBe(3);
    expect(await proposals.first().locator('del').count()).toBeGreaterThan(0);
    for (let index = 0; index < 3; index += 1) {
      await drawer.getByText(index === 2 ? '还有 1 处没有定' : /还有 \d 处没有定/).waitFor();
      await proposals
        .nth(index)
        .getByText(index === 1 ? '保持原样' : '采纳修改')
        .click();
    }
    await approve.click();
    await page.getByText('已批准，正在发往各渠道。').waitFor();
    await drawer.getByRole('tab', { name: '各渠道 2/2' }).waitFor();
    await drawer.getByRole('button', { name: '关闭' }).click();
    await page.getByRole('link', { name: /全部/ }).click();
    await cell(HELD_HEADLINE, 'good').getByText('已送达').waitFor();
    expect(await row(HELD_HEADLINE).getByText('应到 2 个渠道，已到 2 个').count()).toBe(1);
  });

  it('discards only what was asked for twice, and gives the way back by Esc', async () => {
    await logIn('editor');
    await page.getByRole('link', { name: '橙香连鲁渝 共谱振兴曲' }).click();
    const drawer = page.getByRole('dialog').first();
    await drawer.getByRole('button', { name: '不发' }).click();
    await page.getByRole('heading', { name: '这一版不发？' }).waitFor();
    await page.keyboard.press('Escape');
    await drawer.getByRole('button', { name: '不发' }).click();
    await page.getByRole('button', { name: '确定不发' }).click();
    await page.getByText('已定为不发。').waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('');
  });

  it('shows a new article, and what becomes of it, without a reload', async () => {
    await logIn('operator', '/?view=all');
    await page.evaluate('window.stayed = true');
    partner.set('/bad', inTurn(answering(503, {}, '正在维护'), accept));
    await post({ headline: '实时出现的稿件' });
    await cell('实时出现的稿件', 'good').getByText('已送达').waitFor();
    await cell('实时出现的稿件', 'bad').getByText('重试中').waitFor();
    await row('实时出现的稿件').getByText('对方暂时不接收（503）').waitFor();
    await row('实时出现的稿件').getByText('1/2', { exact: true }).waitFor();
    await row('实时出现的稿件').getByRole('button', { name: '重试未送达的（1）' }).click();
    await page.getByText('已重新排队 1 个渠道').waitFor();
    await cell('实时出现的稿件', 'bad').getByText('已送达').waitFor();
    expect(await page.evaluate('window.stayed')).toBe(true);
  });

  it('shows each attempt with the outlet’s answer, as text', async () => {
    partner.set(
      '/bad',
      answering(422, { 'content-type': 'text/html' }, '<img src=x onerror=alert(1)>\nsecond line'),
    );
    const id = await post({ headline: '对方拒收的稿件' });
    await logIn('operator', `/?view=problem&article=${id}&pane=deliveries`);
    const delivery = page.getByRole('dialog').locator('[data-channel="bad"]');
    await delivery.getByText('发送记录（1 次）').click();
    await delivery.getByText('对方拒收').waitFor();
    await delivery.getByText('HTTP 422').waitFor();
    expect(await delivery.locator('pre').innerText()).toBe('<img src=x onerror=alert(1)>\nsecond line');
    partner.set('/bad', accept);
    await delivery.getByRole('button', { name: '重试' }).click();
    await page.getByText('已重新排队，结果会自动显示。').waitFor();
    await page.locator('[data-channel="bad"][data-state="delivered"]').waitFor();
  });

  it('withdraws with a reason, after it has said where, and shows the proof', async () => {
    const id = await post({ headline: '要撤的稿件' });
    await logIn('editor', `/?view=all&article=${id}`);
    const drawer = page.getByRole('dialog').first();
    await drawer.getByRole('tab', { name: '各渠道 2/2' }).waitFor();
    await drawer.getByRole('button', { name: '撤稿', exact: true }).click();
    const question = page.getByRole('dialog', { name: '撤下这篇稿件？' });
    await question.getByText('将从这些渠道撤下 (2)').waitFor();
    await question.getByText('齐鲁壹点').waitFor();
    await question.getByRole('button', { name: '确认撤稿' }).click();
    await question.getByText('请写明撤稿原因。').waitFor();
    expect(partner.at('/good', id).map(({ event }) => event.type)).toEqual(['article.published']);
    await question.getByLabel(/撤稿原因/).fill('事实有误');
    await question.getByRole('button', { name: '确认撤稿' }).click();
    await page.getByText('撤稿令已生效').waitFor();
    await drawer.getByText('已撤 2/2').first().waitFor();
    await drawer.getByText('所有渠道均已撤下。').waitFor();
    expect(partner.at('/good', id).map(({ event }) => event.type)).toEqual([
      'article.published',
      'article.withdrawn',
    ]);
  });

  it('pauses a channel with a reason, tests it, and resumes it', async () => {
    await logIn('operator', '/?screen=channels');
    const channel = page.locator('[data-channel="bad"]');
    await channel.getByRole('button', { name: '暂停' }).click();
    await page.getByLabel(/原因/).fill('对方今晚升级');
    await page.getByRole('button', { name: '暂停渠道' }).click();
    await channel.getByText('对方今晚升级').waitFor();
    await post({ headline: '暂停时的稿件' });
    await page.getByRole('link', { name: '稿件', exact: true }).click();
    await page.getByRole('link', { name: /有问题/ }).click();
    await cell('暂停时的稿件', 'bad').getByText('渠道暂停').waitFor();
    await row('暂停时的稿件').getByText('渠道已暂停：对方今晚升级').waitFor();
    await page.getByRole('link', { name: '渠道', exact: true }).click();
    await channel.getByRole('button', { name: '恢复' }).click();
    await page.getByText('已恢复，积压的稿件开始发送。').waitFor();
    await channel.getByRole('button', { name: '测试' }).click();
    await channel.getByText('测试结果：送达').waitFor();
    await page.getByRole('link', { name: '稿件', exact: true }).click();
    await page.getByRole('link', { name: /全部/ }).click();
    await cell('暂停时的稿件', 'bad').getByText('已送达').waitFor();
  });

  it('makes a channel by its type’s own form, and shows what it made once', async () => {
    await logIn('operator', '/?screen=channels');
    await page.getByRole('button', { name: '新建渠道' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('类型').selectOption('webhook');
    await form.getByLabel('渠道 ID').fill('made-here');
    await form.getByLabel('名称').fill('页面上建的');
    await form.getByLabel('推送地址').fill('http://10.0.0.1/hook');
    await form.getByRole('button', { name: '建立渠道' }).click();
    await form.locator('.error:not(:empty)').first().waitFor();
    await form.getByLabel('推送地址').fill(partner.receiver.url('/made'));
    await form.getByRole('button', { name: '建立渠道' }).click();
    const shown = page.getByRole('alertdialog');
    await shown.getByText('只显示这一次').waitFor();
    expect(await shown.getByLabel('signingSecret').inputValue()).toMatch(/^whsec_/);
    await shown.getByRole('button', { name: '我已保存好' }).click();
    await page.locator('[data-channel="made-here"]').waitFor();
    const removed = await machine.api.call('console', 'DELETE', '/api/v1/channels/made-here');
    expect(removed.status).toBe(204);
    // Told by the stream: nobody reloaded.
    await page.locator('[data-channel="made-here"]').waitFor({ state: 'detached' });
  });

  it('shows what changed between versions', async () => {
    const id = await post({ headline: '有更正的稿件', body: ['会议于3日举行。', '第二段。'] });
    await machine.api.call('ingest', 'PUT', `/api/v1/articles/${id}`, {
      json: {
        headline: '有更正的稿件',
        body: ['会议于4日举行。', '第二段。'],
        sections: ['要闻'],
        note: '日期有误',
      },
    });
    await logIn('editor', `/?view=all&article=${id}`);
    await page.getByRole('tab', { name: '版本 2' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('第 2 版与第 1 版相比').waitFor();
    expect(await drawer.locator('del').allInnerTexts()).toEqual([expect.stringContaining('3')]);
    expect(await drawer.locator('ins').allInnerTexts()).toEqual([expect.stringContaining('4')]);
    expect(page.url()).toContain('pane=versions');
  });

  it('shows hostile texts as the texts they are, within their place', async () => {
    const word = 'Donaudampfschiff'.repeat(18);
    const headline = `<img src=x onerror=alert(1)>\u202E${word}`.slice(0, 300);
    const id = await post({
      headline,
      kicker: '<script>alert(2)</script>',
      body: ['<svg onload=alert(3)>', 'x'.repeat(10_000), '[链接](javascript:alert(4))'],
      sections: ['"><script>alert(5)</script>'],
      sourceId: "'-alert(6)-'",
    });
    await logIn('admin', '/?view=all&q=onerror');
    await row('<img src=x').waitFor();
    expect(await page.locator('[data-article] img').count()).toBe(0);
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 800 });
      for (const at of ['/?view=all&q=onerror', `/?view=all&article=${id}`]) {
        await page.goto(`${machine.url}${at}`);
        await page.getByText('<img src=x').first().waitFor();
        const wider = await page.evaluate<object>(`({
          page: document.documentElement.scrollWidth > window.innerWidth,
          drawer: [...document.querySelectorAll('.drawer-dialog')].some((box) => box.scrollWidth > box.clientWidth),
        })`);
        expect({ width, at, ...wider }).toEqual({ width, at, page: false, drawer: false });
      }
    }
  });

  it('searches by text of a headline, and leads back by the back button', async () => {
    await post({ headline: '泗河湿地迎来候鸟' });
    await logIn('editor', '/?view=all');
    await page.getByRole('searchbox').fill('湿地');
    await page.waitForURL(/q=/);
    await row('泗河湿地迎来候鸟').waitFor();
    await pollUntil(
      'nothing else is left',
      async () => (await page.locator('[data-article]').count()) === 1,
      {
        timeoutMs: 10_000,
      },
    );
    await page.getByRole('link', { name: '泗河湿地迎来候鸟' }).click();
    await page.getByRole('dialog').waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(page.url()).toContain('q=');
    await page.getByRole('searchbox').fill('没有这样的稿件');
    await page.getByText('没有符合条件的稿件。').waitFor();
    await page.getByRole('button', { name: '清除筛选' }).click();
    await row(HELD_HEADLINE).waitFor();
  });

  it('is the same at phone width, as cards', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await logIn('editor', '/?view=all');
    await page.locator('.card').first().waitFor();
    expect(await page.locator('table').count()).toBe(0);
    await page.locator('.card .headline').first().click();
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  it('is done with the keyboard alone', async () => {
    const headline = '打造国内一流“标杆车间”';
    await page.goto(machine.url);
    // The field has the focus by itself.
    await page.locator('input:focus').waitFor();
    await page.keyboard.type(keys['editor'] ?? '');
    await page.keyboard.press('Enter');
    await row(headline).waitFor();
    await tabTo(page, '去处理');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('疑似差错，逐处核对原版').waitFor();
    // Focus is in the drawer and does not leave it, however far one goes.
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press('Tab');
      const inside = await page.evaluate(
        `document.activeElement === document.body || document.activeElement.closest('.drawer, .notices') !== null`,
      );
      expect(inside).toBe(true);
    }
    await tabTo(page, 'radio');
    await page.keyboard.press('Space');
    await tabTo(page, '批准发布');
    await page.keyboard.press('Enter');
    await page.getByText('已批准，正在发往各渠道。').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('leads a person through a message without an answer, by keyboard, to one that is sent again', async () => {
    const id = await post({ headline: '没有答复的稿件 <b>' });
    await logIn('operator', '/?screen=tasks');
    await page.getByText('没有要人做的事。').waitFor();
    const task = await leaveToAPerson(id, 'publish', 'unknown');
    // Told by the stream.
    const item = page.locator(`[data-task="${task}"]`);
    await item.getByRole('heading', { name: '到对方平台看有没有' }).waitFor();
    await item.getByText('没有答复的稿件 <b>').first().waitFor();
    await item.getByText('齐鲁壹点').first().waitFor();
    await item.getByText('还没有人接手。').waitFor();
    await page
      .getByRole('navigation', { name: '主导航' })
      .getByRole('link', { name: /待办\s*1/ })
      .waitFor();
    expect(await violations(page)).toEqual([]);
    await tabTo(page, '接手');
    await page.keyboard.press('Enter');
    await item.getByText('接手：测试operator').waitFor();
    // Who has it is kept from others.
    const refused = await machine.api.call('console', 'POST', `/api/v1/tasks/${task}/done`, {
      json: { result: 'there', note: '看过' },
    });
    expect(refused.status).toBe(409);
    await item.getByRole('button', { name: '放回' }).click();
    await item.getByText('还没有人接手。').waitFor();
    await item.getByRole('button', { name: '完成' }).focus();
    await page.keyboard.press('Enter');
    const question = page.getByRole('dialog', { name: '对方平台上有吗？' });
    await question.waitFor();
    expect(await question.getByRole('radio').count()).toBe(2);
    // Off the dialog itself, which holds every text.
    await page.keyboard.press('Tab');
    await tabTo(page, '记下结果');
    await page.keyboard.press('Enter');
    await question.getByText('请选一个结果。').waitFor();
    await question.getByText('请写一句说明').waitFor();
    expect(await violations(page)).toEqual([]);
    await question.getByText('对方平台上没有', { exact: true }).click();
    await question.getByLabel(/说明/).fill('网站上搜不到');
    await question.getByRole('button', { name: '记下结果' }).click();
    await page.getByText('重新排队再发一次').waitFor();
    await item.waitFor({ state: 'detached' });
    await pollUntil('the second push', () => partner.at('/good', id).length === 2, { timeoutMs: 15_000 });
    await page.getByRole('link', { name: '已完成' }).click();
    await item.getByText('网站上搜不到').waitFor();
  }, 60_000);

  it('has an article taken down by hand, and exports the proof of it', async () => {
    const id = await post({ headline: '要手工撤的稿件' });
    await pollUntil('both have it', () => partner.at('/good', id).length === 1, { timeoutMs: 15_000 });
    await machine.api.withdraw(id);
    const task = await leaveToAPerson(id, 'withdraw', 'manual');
    await logIn('editor', '/?screen=tasks');
    const item = page.locator(`[data-task="${task}"][data-kind="take-down"]`);
    await item.getByText('这个渠道不能自动撤稿。').waitFor();
    const mayEnd = await item.getByRole('button', { name: '完成' }).count();
    const me = await apiOf('editor').call<{ may: string[] }>('console', 'GET', '/api/v1/me');
    expect(mayEnd).toBe(me.body.may.includes('retry') ? 1 : 0);
    await page.context().clearCookies();
    await logIn('operator', '/?screen=tasks');
    await item.getByRole('button', { name: '完成' }).click();
    const question = page.getByRole('dialog', { name: '撤下了吗？' });
    await question.getByText('已手工撤下').click();
    await question.getByLabel(/说明/).fill('电话确认');
    await question.getByRole('button', { name: '记下结果' }).click();
    await page.getByText('这件事完成了').waitFor();
    await item.waitFor({ state: 'detached' });
    await page.goto(`${machine.url}/?article=${id}`);
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: '导出证据' }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe(`evidence-${id}.json`);
    const file = await saved.path();
    expect(machine.run(['verify-evidence', file])).toMatchObject({ status: 0 });
    expect(readFileSync(file, 'utf8')).toContain('电话确认');
  }, 60_000);

  it('says in words that a channel is held back after failures, and when it tries again', async () => {
    const breaker = `insert into breakers (channel_id, failures, failing_since, open_until, opened_at)
      values ('bad', 12, clock_timestamp() - interval '1 hour', clock_timestamp() + $1::interval, clock_timestamp())
      on conflict (channel_id) do update set failures = excluded.failures, failing_since = excluded.failing_since,
        open_until = excluded.open_until`;
    await inLedger(breaker, ['1 hour']);
    try {
      await logIn('operator', '/?screen=channels');
      const item = page.locator('.channel-item[data-channel="bad"]');
      await item.getByText('暂缓发送').waitFor();
      expect(await item.locator('.breaker').innerText()).toMatch(/连续失败 12 次.*\d\d:\d\d 再试/s);
      expect(await page.locator('[data-channel="good"] .breaker').count()).toBe(0);
      expect(await violations(page)).toEqual([]);
      await page.goto(`${machine.url}/?screen=status`);
      await page.getByRole('list', { name: '暂缓发送的渠道' }).getByText('济宁新闻网').waitFor();
      expect(await violations(page)).toEqual([]);
      await inLedger(breaker, ['-1 second']);
      await page.goto(`${machine.url}/?screen=channels`);
      await item.getByText('即将试发').waitFor();
    } finally {
      await inLedger("delete from breakers where channel_id = 'bad'", []);
    }
    await page.locator('[data-channel="bad"] .breaker').waitFor({ state: 'detached' });
  }, 60_000);

  it('shows what operators were told of, and what of it is over', async () => {
    const ask = (verb: string, json?: object) =>
      machine.api.call('console', 'POST', `/api/v1/channels/bad/${verb}`, json === undefined ? {} : { json });
    expect((await ask('pause', { reason: '换接收地址 <b>' })).status).toBe(200);
    await logIn('operator', '/?screen=status');
    const alarm = page.getByRole('region', { name: '告警' }).getByRole('listitem').first();
    await alarm.getByText('渠道“济宁新闻网”（bad）由值班人员暂停：换接收地址 <b>').waitFor();
    await alarm.getByText('通知').waitFor();
    expect(await violations(page)).toEqual([]);
    expect((await ask('resume')).status).toBe(200);
    const alarms = page.getByRole('region', { name: '告警' });
    await alarms.getByText('渠道“济宁新闻网”（bad）已恢复发送').first().waitFor();
    await alarms.getByRole('listitem').nth(1).getByText('已恢复', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page
      .getByRole('region', { name: 'Alarms' })
      .getByText('The channel "济宁新闻网" (bad) sends again')
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
  }, 60_000);

  it.each(['light', 'dark'] as const)(
    'has nothing that axe finds serious, %s',
    async (colorScheme) => {
      const id = await post({ headline: '无障碍检查' });
      partner.set('/bad', answering(422));
      await post({ headline: '无障碍检查之二' });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(machine.url);
      await page.getByLabel('访问密钥').waitFor();
      expect(await violations(page)).toEqual([]);
      await logIn();
      for (const at of [
        '/',
        '/?view=all',
        '/?view=problem',
        '/?view=withdrawn',
        `/?view=all&article=${id}`,
        `/?view=all&article=${id}&pane=deliveries`,
        '/?screen=tasks',
        '/?screen=tasks&tasks=done',
        '/?screen=channels',
        '/?screen=status',
        '/?screen=keys',
        '/?screen=audit',
      ]) {
        await page.goto(`${machine.url}${at}`);
        await page.getByText('实时更新').waitFor();
        await pollUntil(
          `${at} is there`,
          async () => !(await page.locator('body').innerText()).includes('正在读取'),
          { timeoutMs: 10_000 },
        );
        expect({ at, violations: await violations(page) }).toEqual({ at, violations: [] });
      }
    },
    90_000,
  );

  it('goes on after a restart of everything, by itself and where it was', async () => {
    const id = await post({ headline: '重启前的稿件' });
    await logIn('operator', `/?view=all&article=${id}&pane=deliveries`);
    await page.getByRole('dialog').getByText('齐鲁壹点').waitFor();
    await machine.stop();
    await page.getByText('与服务器的连接断了').first().waitFor({ state: 'attached' });
    await machine.start();
    await page.getByText('实时更新').waitFor({ timeout: 30_000, state: 'attached' });
    await page.keyboard.press('Escape');
    await post({ headline: '重启后的稿件' });
    await row('重启后的稿件').waitFor();
  }, 120_000);

  it('asks for the key again when the session has ended, and comes back to the same place with what was chosen', async () => {
    const answer = await machine.api.page<{ articles: { id: string; state: string }[] }>(
      SAMPLE.replaceAll('2025年1月3日', '2025年1月10日'),
      'source=other&section=要闻',
    );
    const held = answer.body.articles.find(({ state }) => state === 'held');
    await logIn('editor', `/?view=held&article=${held?.id ?? ''}`);
    await page.locator('.proposal').first().getByText('采纳修改').click();
    await page.getByRole('tab', { name: /版本/ }).click();
    // Nothing is clicked after this: whatever the page asks for next, by itself or for the new article,
    // brings the dialog, and all that is behind it is inert from then on.
    await browser.context.clearCookies();
    await post();
    const again = page.getByRole('alertdialog', { name: '登录已过期' });
    await again.waitFor();
    await again.getByLabel('访问密钥').fill(keys['editor'] ?? '');
    await again.getByLabel('访问密钥').press('Enter');
    await again.waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: '稿件' }).click();
    await page.locator('.proposal.accept').first().waitFor();
  });

  it('ends the stream of a key that is revoked, and shows nobody anything any more', async () => {
    const made = await machine.api.call<{ id: string; key: string }>('console', 'POST', '/api/v1/keys', {
      json: { name: '要吊销的', role: 'operator' },
    });
    await page.goto(machine.url);
    await page.getByLabel('访问密钥').fill(made.body.key);
    await page.getByLabel('访问密钥').press('Enter');
    await page.getByText('实时更新').waitFor();
    await machine.api.call('console', 'DELETE', `/api/v1/keys/${made.body.id}`);
    await post();
    await page.getByRole('alertdialog', { name: '登录已过期' }).waitFor();
  });

  it('shows the queues to those who may, to look at only, after a login that leads there', async () => {
    await page.goto(`${machine.url}/queues`);
    await page.getByLabel('访问密钥').fill(keys['operator'] ?? '');
    await page.getByLabel('访问密钥').press('Enter');
    await page.waitForURL(/\/queues/);
    await page.getByText('newsrelay-withdrawals').first().waitFor();
    for (const path of ['queues/newsrelay-deliveries/pause', 'queues/newsrelay-deliveries/empty'])
      expect((await page.request.put(`${machine.url}/queues/api/${path}`)).status()).toBeGreaterThanOrEqual(
        400,
      );
    const editor = apiOf('editor');
    expect((await editor.call('console', 'GET', '/queues/api/queues')).status).toBe(403);
    expect((await editor.call('console', 'GET', '/queues/api/queues', { key: null })).status).toBe(401);
    expect((await apiOf('source').call('console', 'GET', '/api/v1/board')).status).toBe(403);
    browser.complaints.splice(
      0,
      browser.complaints.length,
      ...browser.complaints.filter((one) => !isOfBullBoard(one)),
    );
  });

  describe('another origin', () => {
    let elsewhere: Server;
    afterEach(async () => {
      elsewhere.closeAllConnections();
      await new Promise((resolve) => elsewhere.close(resolve));
    });

    it('can do nothing with the session, and cannot show the page', async () => {
      const id = await post({ headline: '不该被别的网站撤掉' });
      await logIn('editor');
      elsewhere = createServer((_request, response) => {
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(`<iframe name="frame" src="${machine.url}/"></iframe>
          <form method="post" enctype="text/plain" action="${machine.url}/api/v1/articles/${id}/withdraw">
          <input name='{"reason":"x","y":"' value='"}'><button>go</button></form>`);
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
      const foreign = await browser.page();
      await foreign.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
      const answer = foreign.waitForResponse((response) => response.url().includes('/withdraw'));
      await foreign.getByRole('button', { name: 'go' }).click();
      expect((await answer).status()).toBe(403);
      const article = await machine.api.call<{ state: string }>('ingest', 'GET', `/api/v1/articles/${id}`);
      expect(article.body.state).toBe('published');
      expect(browser.complaints.some((one) => one.includes('frame-ancestors'))).toBe(true);
      browser.complaints.length = 0;
    });
  });

  it('says in words what to do when somebody was faster', async () => {
    const answer = await machine.api.page<{ articles: { id: string; state: string; version: number }[] }>(
      SAMPLE.replaceAll('2025年1月3日', '2025年1月17日'),
      'source=third&section=要闻',
    );
    const held = answer.body.articles.find(({ state }) => state === 'held');
    await logIn('editor', `/?article=${held?.id ?? ''}`);
    await page.getByRole('button', { name: '不发' }).click();
    // Between the press of the button and its request, so that the page cannot have heard of it.
    await page.route('**/discard', async (route) => {
      await machine.api.withdraw(held?.id ?? '');
      await route.continue();
    });
    await page.getByRole('button', { name: '确定不发' }).click();
    await pollUntil('it is said', async () => (await page.locator('.notice.bad').count()) > 0, {
      timeoutMs: 10_000,
    });
    expect(await page.locator('.notice.bad').innerText()).toContain('状态已经变了');
  });
});

/** Presses Tab until the focus is on something of this text, or of this type. */
async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    const found = await page.evaluate<boolean>(`(() => {
      const focused = document.activeElement;
      const wanted = ${JSON.stringify(wanted)};
      return focused.matches('input[type=radio]') ? wanted === 'radio'
        : focused.matches('a, button, input, [tabindex]') && focused.textContent.includes(wanted);
    })()`);
    if (found) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not get to ${wanted}`);
}

/** The library's page asks for a font from elsewhere, which our rules forbid. */
const isOfBullBoard = (complaint: string) => complaint.includes('fonts.googleapis.com');
