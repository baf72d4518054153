import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { runningPostgres } from '@newsrelay/local-servers/postgres';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import pg from 'pg';
import type { Answer, ArticleAnswer } from './harness/newsrelay-api.js';
import { NewsrelaySystem, statusOf } from './harness/newsrelay-system.js';
import { PartnerReceiver } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';
import { SingleMachine } from './harness/single-machine.js';
import { SmallDisk } from './harness/small-disk.js';

interface Health {
  ready: boolean;
  parts: Record<string, { up: boolean; reason?: string } | undefined>;
}

describe('PostgreSQL that takes no changes, as a standby after a failover', () => {
  let system: NewsrelaySystem;
  let partner: PartnerReceiver;
  const published: string[] = [];

  beforeAll(async () => {
    partner = await PartnerReceiver.start();
    system = await NewsrelaySystem.start();
    await system.api.createChannel({
      id: 'partner',
      type: 'webhook',
      name: 'p',
      settings: { url: partner.url() },
    });
    await system.api.createChannel({ id: 'feed', type: 'feed', name: 'f', settings: { title: 'Feed' } });
    for (let number = 0; number < 3; number += 1)
      published.push((await system.api.post(sampleArticle())).body.id);
    await pollUntil('the feed', async () => (await feed()).length === 3, { timeoutMs: 20_000 });
    await pollUntil('pushes', () => published.every((id) => partner.of(id).length > 0), {
      timeoutMs: 20_000,
    });
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    await partner.stop();
  }, 60_000);
  afterEach(() => readOnly(false));

  const readOnly = async (on: boolean) => {
    // The session itself may be read-only by then; ALTER SYSTEM is no part of the database.
    await system.queryLedger(`alter system set default_transaction_read_only = ${on ? 'on' : 'off'}`);
    await system.queryLedger('select pg_reload_conf()');
    await pollUntil(
      'the setting',
      async () => (await health('feeds')).parts['postgresql-writes']?.up === !on,
      {
        timeoutMs: 10_000,
      },
    );
  };
  const health = async (service: 'ingest' | 'feeds') =>
    (await system.api.call<Health>(service, 'GET', '/health/ready', { key: null })).body;
  const feed = async (url = '') => {
    const path = '/feeds/feed.json';
    const answer =
      url === ''
        ? await system.api.call<{ items: { id: string }[] }>('feeds', 'GET', path, { key: null })
        : { status: 200, body: (await (await fetch(`${url}${path}`)).json()) as { items: { id: string }[] } };
    expect(answer.status).toBe(200);
    return answer.body.items.map(({ id }) => id.replace('urn:uuid:', ''));
  };

  it('intake answers 503 and says why, feeds and pages go on, and it passes without a restart', async () => {
    await readOnly(true);
    const article = sampleArticle();
    const refused = await system.api.post(article);
    expect(refused).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { title: 'Service unavailable', detail: expect.stringContaining('it is read-only') },
    });
    expect((await system.api.withdraw(published[0] ?? '')).status).toBe(503);
    expect((await feed()).sort()).toEqual([...published].sort());
    const page = await system.api.call('feeds', 'GET', `/articles/${published[0] ?? ''}`, { key: null });
    expect(page.status).toBe(200);
    expect(await health('ingest')).toMatchObject({
      ready: true,
      parts: { 'postgresql-writes': { up: false, reason: 'PostgreSQL is read-only now' } },
    });
    await readOnly(false);
    const taken = await pollUntil(
      'intake',
      async () => {
        const answer = await system.api.post(article);
        return answer.status === 202 && answer;
      },
      { timeoutMs: 10_000 },
    );
    await pollUntil('its push', () => partner.of(taken.body.id).length === 1, { timeoutMs: 20_000 });
    published.push(taken.body.id);
  }, 60_000);

  it('what was due meanwhile goes out afterwards, once', async () => {
    // Read-only before the deliveries are made: transform and publish meet it.
    const answer = await system.api.post(sampleArticle());
    await readOnly(true);
    await readOnly(false);
    published.push(answer.body.id);
    await pollUntil('the push', () => partner.of(answer.body.id).length > 0, { timeoutMs: 40_000 });
    await pollUntil(
      'its end',
      async () => (await system.api.deliveriesOf(answer.body.id)).every(({ state }) => state === 'delivered'),
      {
        timeoutMs: 40_000,
      },
    );
    expect(new Set(partner.of(answer.body.id).map(({ webhookId }) => webhookId)).size).toBe(1);
  }, 90_000);

  it('a process that starts meanwhile serves feeds', async () => {
    await readOnly(true);
    const { url } = await system.spawnBeside('feeds');
    await pollUntil('the second feeds process', async () => (await statusOf(`${url}/health/ready`)) === 200, {
      timeoutMs: 30_000,
    });
    expect((await feed(url)).sort()).toEqual(expect.arrayContaining([...published].sort()));
  }, 60_000);
});

/**
 * Where a small file system can be mounted it is really filled. Elsewhere PostgreSQL is made to answer as it does on a full
 * disk (SQLSTATE 53100) to every new version: what Newsrelay makes of that is the same.
 */
describe('a full disk', () => {
  const disk = SmallDisk.mount(220);
  let folder: TemporaryDataDir;
  let machine: SingleMachine;
  let partner: PartnerReceiver;
  const acknowledged: string[] = [];

  beforeAll(async () => {
    folder = temporaryDataDir();
    partner = await PartnerReceiver.start();
    machine = new SingleMachine(join(disk?.path ?? folder.path, 'var'), { NEWSRELAY_DISK_WARNING_MB: '50' });
    await machine.start();
    await machine.api.createChannel({
      id: 'partner',
      type: 'webhook',
      name: 'p',
      settings: { url: partner.url() },
    });
    await machine.api.createChannel({ id: 'feed', type: 'feed', name: 'f', settings: { title: 'Feed' } });
    expect((await post()).status).toBe(202);
  }, 90_000);
  afterAll(async () => {
    expect(await machine.stop()).toBe(0);
    await partner.stop();
    await disk?.unmount();
    await folder.remove();
  }, 60_000);

  /** Large enough that PostgreSQL cannot put it where something else was. */
  const post = async (): Promise<Answer<ArticleAnswer>> => {
    const answer = await machine.api.post(sampleArticle({ body: ['字'.repeat(60_000)] }));
    if (answer.status === 202) acknowledged.push(answer.body.id);
    return answer;
  };
  const query = async (statement: string) => {
    const client = new pg.Client(runningPostgres(machine.dataDir));
    client.on('error', () => undefined);
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  const fill = async () => {
    if (disk !== null) {
      disk.fill();
      return;
    }
    await query(`create function full_disk() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`);
    await query('create trigger full_disk before insert on article_versions execute function full_disk()');
  };
  const makeRoom = async () => {
    if (disk !== null) disk.makeRoom();
    else await query('drop function full_disk cascade');
  };
  const succeeds = (work: Promise<unknown>) =>
    work.then(
      () => true,
      () => false,
    );
  const everythingArrives = () =>
    pollUntil(
      'every article that was answered with 202',
      () => acknowledged.every((id) => partner.of(id).length > 0),
      { timeoutMs: 90_000 },
    );

  it('intake answers 503 and says why; with room again everything goes on, and nothing that was answered is lost', async () => {
    await fill();
    const refused = await pollUntil(
      'a refusal',
      async () => {
        const answer = await post();
        return answer.status !== 202 && answer;
      },
      { timeoutMs: 30_000 },
    );
    expect(refused).toMatchObject({
      status: 503,
      body: { detail: expect.stringMatching(/The disk of PostgreSQL is full|cannot be reached/) },
    });
    if (disk !== null) {
      await pollUntil('the warning', () => machine.output.includes('disk: the disk is full'), {
        timeoutMs: 10_000,
      });
      const { body } = await machine.api.call<Health>('feeds', 'GET', '/health/ready', { key: null });
      expect(body.parts['disk']).toMatchObject({ up: false, reason: expect.stringContaining('is full') });
    }
    const metrics = await machine.api.call('feeds', 'GET', '/metrics');
    expect(metrics.text).toMatch(/newsrelay_data_folder_free_bytes(\{[^}]*\})? \d+/);
    await makeRoom();
    await pollUntil('intake', async () => (await post()).status === 202, { timeoutMs: 60_000, everyMs: 200 });
    await everythingArrives();
    // NATS would store nothing any more.
    if (disk !== null) {
      await pollUntil('NATS anew', () => machine.output.includes('nats: started again'), {
        timeoutMs: 10_000,
      });
    }
  }, 240_000);

  it('PostgreSQL that could not write its log comes back by itself', async () => {
    await fill();
    // Each begins a new file, for which there is no room; without a small disk it is ended as it ends itself.
    for (let number = 0; number < 3 && machine.pidOf('postgres') !== 0; number += 1) {
      if (disk === null) process.kill(machine.pidOf('postgres'), 'SIGQUIT');
      else
        await succeeds(
          query(`select pg_switch_wal(), pg_logical_emit_message(true, 'x', repeat('y', 1000000))`),
        );
    }
    await pollUntil('the end of postgres', () => machine.output.includes('postgres ended unasked'), {
      timeoutMs: 20_000,
    });
    if (disk !== null) expect((await post()).status).toBe(503);
    // Without a small disk it has to be there first: room is made by a statement.
    await pollUntil('room', () => succeeds(makeRoom()), { timeoutMs: 60_000 });
    await pollUntil('intake', async () => (await post()).status === 202, { timeoutMs: 90_000, everyMs: 200 });
    await everythingArrives();
    expect((await machine.api.call('feeds', 'GET', '/feeds/feed.rss', { key: null })).status).toBe(200);
  }, 300_000);
});
