import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { MastodonStandIn } from '@newsrelay/mastodon-stand-in/stand-in';
import type { StoredStatus } from '@newsrelay/mastodon-stand-in/store';
import type { Answer, DeliveryAnswer } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { sampleArticle } from './harness/sample-article.js';

const WAIT = { timeoutMs: 20_000 };
/** A cut-off request is looked for once more after fifteen seconds. */
const SETTLES = { timeoutMs: 45_000 };
/** The lease of a sender that vanished: its deadline and five seconds more. */
const LEASE = { timeoutMs: 75_000 };

const NEWS = { username: 'news', displayName: '高新区报', token: 'token-of-news' };
const READ_ONLY = {
  username: 'reader',
  displayName: '只读',
  token: 'token-of-reader',
  scopes: ['read:accounts', 'read:statuses'],
};

interface ChannelAnswer {
  platform: Record<string, unknown> | null;
  paused: { reason: string } | null;
  enabled: boolean;
}

describe('mastodon, the whole way', () => {
  let system: NewsrelaySystem;
  /** Forgets every key at once: what keeps statuses from being double is ours alone. */
  let social: MastodonStandIn;
  let roomy: MastodonStandIn;

  beforeAll(async () => {
    social = await MastodonStandIn.start({ accounts: [NEWS, READ_ONLY], ignoresKeys: true });
    roomy = await MastodonStandIn.start({ accounts: [NEWS], maxCharacters: 5000 });
    system = await NewsrelaySystem.start({ services: ['ingest', 'transform', 'publish', 'console'] });
  }, 120_000);

  afterAll(async () => {
    await system.stop();
    await social.stop();
    await roomy.stop();
  }, 60_000);

  const channelCall = (method: string, path: string, json?: unknown): Promise<Answer<ChannelAnswer>> =>
    system.api.call<ChannelAnswer>(
      'console',
      method,
      `/api/v1/channels${path}`,
      json === undefined ? {} : { json },
    );

  /** A channel that takes the articles of a section of its own; its id is the section. */
  async function channel(fields: { baseUrl?: string; token?: string } = {}): Promise<string> {
    const id = `m-${randomUUID()}`;
    const made = await channelCall('POST', '', {
      id,
      type: 'mastodon',
      name: id,
      filter: { sections: [id] },
      settings: { baseUrl: fields.baseUrl ?? social.url },
      secrets: { accessToken: fields.token ?? NEWS.token },
    });
    expect({ status: made.status, text: made.text }).toEqual({ status: 201, text: expect.any(String) });
    return id;
  }

  async function publish(section: string, fields: Record<string, unknown> = {}) {
    const article = sampleArticle({ sections: [section], ...fields });
    const taken = await system.api.post(article);
    expect({ status: taken.status, text: taken.text }).toEqual({ status: 202, text: expect.any(String) });
    return { article, id: taken.body.id };
  }

  /** What an account shows of an article: what has its link. */
  const shownOf = (articleId: string, at = social): StoredStatus[] =>
    at.statusesOf(NEWS.username).filter(({ text }) => text.includes(`/articles/${articleId}`));

  async function delivery(
    articleId: string,
    version = 1,
    action: DeliveryAnswer['action'] = 'publish',
  ): Promise<DeliveryAnswer | undefined> {
    const all = await system.api.deliveriesOf(articleId);
    return all.find((each) => each.version === version && each.action === action);
  }

  async function reaches(
    state: string,
    ...[articleId, version, action]: Parameters<typeof delivery>
  ): Promise<DeliveryAnswer> {
    let last: DeliveryAnswer | undefined;
    return pollUntil(
      `version ${version ?? 1} ${state}`,
      async () => {
        last = await delivery(articleId, version, action);
        return last?.state === state ? last : undefined;
      },
      LEASE,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; the last seen: ${JSON.stringify(last)}`);
    });
  }

  it('posts an article once, with its link, and knows where', async () => {
    const { id } = await publish(await channel(), { kicker: '济宁高新区', headline: '工会送温暖' });
    const delivered = await reaches('delivered', id);
    const [status, ...others] = shownOf(id);
    expect(others).toEqual([]);
    expect(status?.text).toMatch(/^济宁高新区\n工会送温暖\n\n日前，/);
    expect(status?.text.endsWith(`/articles/${id}`)).toBe(true);
    expect(status).toMatchObject({ visibility: 'public', language: 'zh' });
    expect(delivered.remoteUrl).toBe(`${social.url}/@news/${status?.id ?? ''}`);
    const page = await fetch(delivered.remoteUrl ?? '');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('工会送温暖');
  });

  it('edits on a correction, deletes on a withdrawal', async () => {
    const { id, article } = await publish(await channel());
    const first = await reaches('delivered', id);
    await system.api.post({ ...article, headline: '更正后的标题' });
    const second = await reaches('delivered', id, 2);
    expect(second.remoteUrl).toBe(first.remoteUrl);
    const [status, ...others] = shownOf(id);
    expect(others).toEqual([]);
    expect(status?.text).toContain('更正后的标题');
    expect(status?.history).toHaveLength(2);
    expect((await system.api.withdraw(id)).status).toBe(202);
    await reaches('delivered', id, 2, 'withdraw');
    expect(shownOf(id)).toEqual([]);
  });

  it('posts anew what is published again after its withdrawal', async () => {
    const { id, article } = await publish(await channel());
    const first = await reaches('delivered', id);
    await system.api.withdraw(id);
    await reaches('delivered', id, 1, 'withdraw');
    const again = await system.api.post({ ...article, headline: '核实后重新发布' });
    expect(again.body.state).toBe('held');
    const { version } = again.body;
    await system.api.call('ingest', 'POST', `/api/v1/articles/${id}/approve`, { json: { version } });
    const second = await reaches('delivered', id, version);
    expect(shownOf(id)).toHaveLength(1);
    expect(second.remoteUrl).not.toBe(first.remoteUrl);
  });

  it('posts a correction anew where somebody deleted the status', async () => {
    const { id, article } = await publish(await channel());
    await reaches('delivered', id);
    social.deleteByHand(shownOf(id)[0]?.id ?? '');
    await system.api.post({ ...article, headline: '更正' });
    await reaches('delivered', id, 2);
    expect(shownOf(id)).toHaveLength(1);
    await system.api.withdraw(id);
    await reaches('delivered', id, 2, 'withdraw');
    expect(shownOf(id)).toEqual([]);
  });

  it('counts a withdrawal of what somebody deleted as delivered', async () => {
    const { id } = await publish(await channel());
    await reaches('delivered', id);
    social.deleteByHand(shownOf(id)[0]?.id ?? '');
    await system.api.withdraw(id);
    expect((await reaches('delivered', id, 1, 'withdraw')).attempts).toHaveLength(1);
  });

  describe('after an unknown outcome, on a server that ignores Idempotency-Key', () => {
    it('finds what had arrived, and posts nothing again', async () => {
      const section = await channel();
      social.faults.next({ kind: 'answer-lost', method: 'POST' });
      const { id } = await publish(section);
      const delivered = await reaches('delivered', id);
      expect(delivered.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'delivered']);
      const [status, ...others] = shownOf(id);
      expect(others).toEqual([]);
      expect(delivered.remoteUrl).toBe(`${social.url}/@news/${status?.id ?? ''}`);
    });

    it('takes no status of an editor for its own', async () => {
      const section = await channel();
      const headline = `编辑自己也发 ${randomUUID()}`;
      social.faults.next({ kind: 'dropped', method: 'POST' });
      const { id } = await publish(section, { headline });
      await reaches('retrying', id);
      const link = `${system.urlOf('feeds')}/articles/${id}`;
      const byHand = social.postByHand(NEWS.username, `大家看看这篇 ${link}`);
      const delivered = await reaches('delivered', id);
      expect(shownOf(id)).toHaveLength(2);
      expect(delivered.remoteUrl).not.toContain(byHand.id);
      await system.api.withdraw(id);
      await reaches('delivered', id, 1, 'withdraw');
      expect(shownOf(id).map((status) => status.id)).toEqual([byHand.id]);
    }, 90_000);

    it('posts nothing again when an operator asks for what is there', async () => {
      const { id } = await publish(await channel());
      const delivered = await reaches('delivered', id);
      const path = `/api/v1/deliveries/${delivered.id}/retry`;
      expect((await system.api.call('console', 'POST', path)).status).toBe(202);
      await pollUntil(
        'the second attempt',
        async () => (await reaches('delivered', id)).attempts.length === 2,
        WAIT,
      );
      expect(shownOf(id)).toHaveLength(1);
      social.deleteByHand(shownOf(id)[0]?.id ?? '');
      expect((await system.api.call('console', 'POST', path)).status).toBe(202);
      await pollUntil('the status again', () => shownOf(id).length === 1, SETTLES);
    }, 60_000);

    it('posts what never arrived', async () => {
      const section = await channel();
      social.faults.next({ kind: 'dropped', method: 'POST' });
      const { id } = await publish(section);
      const { attempts } = await reaches('delivered', id);
      // It is held back once, at least, for as long as the first request may still arrive.
      expect(attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'aborted', 'delivered']);
      expect(shownOf(id)).toHaveLength(1);
    }, 60_000);

    it('edits what had arrived where a correction comes first', async () => {
      const section = await channel();
      social.faults.next({ kind: 'answer-lost', method: 'POST' });
      // Nothing can be found out meanwhile.
      social.faults.next({ kind: { status: 502 }, method: 'GET', path: /verify_credentials/, times: 4 });
      const { id, article } = await publish(section);
      await reaches('retrying', id);
      await system.api.post({ ...article, headline: '更正' });
      await reaches('delivered', id, 2);
      const [status, ...others] = shownOf(id);
      expect(others).toEqual([]);
      expect(status?.text).toContain('更正');
      expect(status?.history).toHaveLength(2);
    }, 60_000);

    it('leaves nothing visible of what is withdrawn while it is on its way and arrives late', async () => {
      const section = await channel();
      social.faults.next({ kind: 'late', method: 'POST', delayMs: 4_000 });
      const before = social.seen.length;
      const { id } = await publish(section);
      await pollUntil(
        'the post',
        () => social.seen.slice(before).some(({ method }) => method === 'POST'),
        WAIT,
      );
      expect((await system.api.withdraw(id)).status).toBe(202);
      await pollUntil('the late status', () => shownOf(id).length === 1, WAIT);
      await pollUntil('its end', () => shownOf(id).length === 0, SETTLES);
      await reaches('delivered', id, 1, 'withdraw');
      expect(shownOf(id)).toEqual([]);
    }, 90_000);

    it('kill -9 of publish in the middle of a post: one status', async () => {
      const section = await channel();
      social.faults.next({ kind: 'answer-hangs', method: 'POST' });
      const { id } = await publish(section);
      await pollUntil('the status', () => shownOf(id).length === 1, WAIT);
      await system.killService('publish');
      system.spawnService('publish');
      await system.ready(['publish']);
      const delivered = await reaches('delivered', id);
      expect(delivered.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'delivered']);
      expect(shownOf(id)).toHaveLength(1);
    }, 120_000);
  });

  it('pauses with the reason when its token is revoked, and goes on when it is resumed', async () => {
    const section = await channel({ token: NEWS.token });
    social.revoke(NEWS.token);
    const { id } = await publish(section);
    const paused = await pollUntil(
      'the pause',
      async () => (await channelCall('GET', `/${section}`)).body.paused ?? undefined,
      WAIT,
    );
    social.restore(NEWS.token);
    expect(paused.reason).toMatch(/401.*revoked/);
    expect((await delivery(id))?.state).toBe('queued');
    expect((await channelCall('POST', `/${section}/resume`)).status).toBe(200);
    await reaches('delivered', id);
    expect(shownOf(id)).toHaveLength(1);
  });

  it('waits as long as the instance says', async () => {
    const section = await channel();
    const reset = new Date(Date.now() + 3_000);
    social.faults.next({
      kind: {
        status: 429,
        headers: { 'x-ratelimit-reset': reset.toISOString() },
        body: '{"error":"Too many requests"}',
      },
      method: 'POST',
    });
    const { id } = await publish(section);
    const delivered = await reaches('delivered', id);
    expect(delivered.attempts.map(({ outcome }) => outcome)).toEqual(['rate-limited', 'delivered']);
    expect(Date.now()).toBeGreaterThanOrEqual(reset.getTime() - 200);
  });

  it('mentions nobody and uses no hashtag of a hostile text, and shows it as it is', async () => {
    const headline = '@news 与 #话题 ＃全角 <script>alert(1)</script> \u202e反\u202c 👨‍👩‍👧‍👦';
    const body = [
      '联系@news@social.example 或 a@b.example，见 https://elsewhere.example/#x 与 C# 语言。&amp;&#x27;',
    ];
    const { id } = await publish(await channel(), { headline, body });
    await reaches('delivered', id);
    const [status] = shownOf(id);
    expect(status?.text.replaceAll('\u200B', '')).toContain(headline);
    expect(status?.text.replaceAll('\u200B', '')).toContain(body[0]);
    const answer = await fetch(`${social.url}/api/v1/statuses/${status?.id ?? ''}`);
    const json = (await answer.json()) as { mentions: unknown[]; tags: unknown[]; content: string };
    expect(json).toMatchObject({ mentions: [], tags: [] });
    expect(json.content).not.toContain('<script');
    expect(json.content).not.toContain('<a ');
  });

  it('cuts to the limit that each instance tells', async () => {
    const section = await channel();
    const other = await channel({ baseUrl: roomy.url });
    expect((await channelCall('GET', `/${section}`)).body.platform).toEqual({
      maxCharacters: 500,
      charactersPerUrl: 23,
    });
    expect((await channelCall('GET', `/${other}`)).body.platform).toMatchObject({ maxCharacters: 5000 });
    const body = Array.from(
      { length: 30 },
      (_, index) => `第${index + 1}段。${'这是很长的一篇文章。'.repeat(4)}`,
    );
    const { id } = await publish(section, { sections: [section, other], body });
    await pollUntil('both', () => shownOf(id).length === 1 && shownOf(id, roomy).length === 1, WAIT);
    const short = shownOf(id)[0]?.text ?? '';
    const long = shownOf(id, roomy)[0]?.text ?? '';
    expect(short).toMatch(/。…\n\n/);
    for (const paragraph of body) expect(long).toContain(paragraph);
    const rows = await system.queryLedger<{ content: { characters: number; limit: number; cut: unknown[] } }>(
      "select content from renditions where article_id = $1 order by (content->>'limit')::int",
      [id],
    );
    expect(rows.map(({ content }) => content)).toMatchObject([
      { limit: 500, cut: [{ part: 'body' }] },
      { limit: 5000, cut: [] },
    ]);
    expect(rows[0]?.content.characters).toBeLessThanOrEqual(500);
    expect(rows[0]?.content.characters).toBeGreaterThan(400);
  });

  it('shows a refusal of the text, and sends it no further', async () => {
    const small = await MastodonStandIn.start({ accounts: [NEWS] });
    try {
      const section = await channel({ baseUrl: small.url });
      small.setMaxCharacters(80);
      const { id } = await publish(section, { body: ['很长的正文。'.repeat(60)] });
      const dead = await reaches('dead', id);
      expect(dead.reason).toContain('Text character limit of 80 exceeded');
      expect(dead.attempts.map(({ outcome }) => outcome)).toEqual(['rejected-content', 'rejected-content']);
      // A test asks for the limits again.
      expect((await channelCall('POST', `/${section}/test`)).body).toMatchObject({ outcome: 'delivered' });
      expect((await channelCall('GET', `/${section}`)).body.platform).toMatchObject({ maxCharacters: 80 });
    } finally {
      await small.stop();
    }
  });

  it('is made where its instance cannot be reached', async () => {
    const section = await channel({ baseUrl: `http://127.0.0.1:${await freePort()}` });
    expect((await channelCall('GET', `/${section}`)).body).toMatchObject({ enabled: true, platform: null });
    const moved = await channelCall('PATCH', `/${section}`, { settings: { baseUrl: social.url } });
    expect(moved.body.platform).toMatchObject({ maxCharacters: 500 });
  });

  it('is tested without posting anything, scopes included', async () => {
    const section = await channel();
    const before = social.statusesOf(NEWS.username).length;
    expect((await channelCall('POST', `/${section}/test`)).body).toMatchObject({
      outcome: 'delivered',
      status: 200,
    });
    expect(social.statusesOf(NEWS.username)).toHaveLength(before);
    const readOnly = await channel({ token: READ_ONLY.token });
    expect((await channelCall('POST', `/${readOnly}/test`)).body).toMatchObject({
      outcome: 'auth-expired',
      status: 403,
      error: expect.stringContaining('write:statuses'),
    });
    const wrong = await channel({ token: 'wrong' });
    expect((await channelCall('POST', `/${wrong}/test`)).body).toMatchObject({
      outcome: 'auth-expired',
      status: 401,
    });
  });

  it('refuses settings that are none, by name', async () => {
    for (const [settings, path] of [
      [{ baseUrl: `${social.url}/web` }, '/settings/baseUrl'],
      [{ baseUrl: 'ftp://social.example' }, '/settings/baseUrl'],
      [{ baseUrl: 'http://10.0.0.1' }, '/settings/baseUrl'],
      [{ baseUrl: social.url, visibility: 'direct' }, '/settings/visibility'],
    ] as const) {
      const answer = await system.api.createChannel({
        id: `m-${randomUUID()}`,
        type: 'mastodon',
        name: 'x',
        settings,
        secrets: { accessToken: 'x' },
      });
      expect({ settings, status: answer.status }).toEqual({ settings, status: 422 });
      expect((answer.body['errors'] as { path: string }[])[0]?.path).toBe(path);
    }
  });
});
