import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { accept, PartnerReceiver, type Behaviour } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';
import { SingleMachine } from './harness/single-machine.js';

const busy: Behaviour = (_push, response) => {
  response.writeHead(503).end();
};

describe('a backup that is made while articles come in, and a machine that is then lost', () => {
  let folder: TemporaryDataDir;
  let lost: SingleMachine;
  let restored: SingleMachine;
  let partner: PartnerReceiver;
  let slow: PartnerReceiver;
  let file: string;
  /** Ids of articles that were answered with 202 before the backup began. */
  const before: string[] = [];
  const withdrawn: string[] = [];
  const meanwhile: string[] = [];
  let pushedBeforeRestore: number;

  const statesOf = async (machine: SingleMachine, article: string) =>
    Object.fromEntries(
      (await machine.api.deliveriesOf(article)).map(({ channel, action, state }) => [
        `${channel} ${action}`,
        state,
      ]),
    );

  beforeAll(async () => {
    folder = temporaryDataDir();
    file = join(folder.path, 'backup');
    [partner, slow] = [await PartnerReceiver.start(), await PartnerReceiver.start()];
    slow.behaviour = busy;
    lost = new SingleMachine(join(folder.path, 'lost'));
    restored = new SingleMachine(join(folder.path, 'restored'));
    await lost.start();
    for (const [id, receiver] of [
      ['partner', partner],
      ['slow', slow],
    ] as const) {
      const settings = { url: receiver.url() };
      const created = await lost.api.createChannel({ id, type: 'webhook', name: id, settings });
      expect(created.status).toBe(201);
    }
    await lost.api.createChannel({ id: 'feed', type: 'feed', name: 'feed', settings: { title: 'Feed' } });
    const takeIn = async (number: number) => {
      const answer = await lost.api.post({ ...sampleArticle(), sourceId: `backup/${number}` });
      expect(answer.status).toBe(202);
      return answer.body.id;
    };
    for (let number = 0; number < 12; number += 1) before.push(await takeIn(number));
    await pollUntil('first pushes', () => before.every((id) => partner.of(id).length > 0), {
      timeoutMs: 20_000,
    });
    for (const id of before.slice(0, 3)) {
      expect((await lost.api.withdraw(id)).status).toBe(202);
      withdrawn.push(id);
    }
    // The newsroom does not stop for a backup.
    const backedUp = new AbortController();
    const newsroom = (async () => {
      for (let number = 100; !backedUp.signal.aborted; number += 1) meanwhile.push(await takeIn(number));
    })();
    const backup = await lost.runBeside(['backup', file]);
    backedUp.abort();
    await newsroom;
    expect(backup).toMatchObject({ status: 0, output: expect.stringContaining(`Backed up to ${file}`) });
    await lost.kill();
    pushedBeforeRestore = partner.pushes.length;
  }, 180_000);

  afterAll(async () => {
    await restored.stop();
    await lost.kill();
    for (const receiver of [partner, slow]) await receiver.stop();
    await folder.remove();
  }, 60_000);

  it('is readable by its owner alone', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(meanwhile.length).toBeGreaterThan(0);
  });

  it('is restored into a new folder, and only with the key that its secrets are sealed with', () => {
    const wrong = restored.run(['restore', file], {
      NEWSRELAY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    });
    expect(wrong).toMatchObject({ status: 2, output: expect.stringContaining('NEWSRELAY_ENCRYPTION_KEY') });
    const done = restored.run(['restore', file]);
    expect(done.output).toMatch(/Restored \d+ articles, 3 channels/);
    expect(done.status).toBe(0);
  });

  it('is not restored over what is there, unless it is said', () => {
    const refused = restored.run(['restore', file]);
    expect(refused).toMatchObject({ status: 2, output: expect.stringContaining('is not empty') });
    const told = restored.run(['restore', file, '--replace']);
    expect(told.output).toMatch(/What was in .* lies in .*replaced-/);
    expect(told.status).toBe(0);
  });

  it('has every article that was answered before it; what waited is delivered, what was withdrawn stays withdrawn', async () => {
    slow.behaviour = accept;
    await restored.start();
    for (const id of before) {
      const isWithdrawn = withdrawn.includes(id);
      const article = await restored.api.call('ingest', 'GET', `/api/v1/articles/${id}`);
      expect(article.body).toMatchObject({ id, version: 1, state: isWithdrawn ? 'withdrawn' : 'published' });
      const page = await restored.api.call('feeds', 'GET', `/articles/${id}`, { key: null });
      expect(page.status).toBe(isWithdrawn ? 410 : 200);
      const wanted: Record<string, string> = isWithdrawn
        ? { 'partner withdraw': 'delivered', 'slow withdraw': 'delivered', 'slow publish': 'canceled' }
        : { 'partner publish': 'delivered', 'slow publish': 'delivered', 'feed publish': 'delivered' };
      await pollUntil(
        `deliveries of ${id}`,
        async () => {
          const states = await statesOf(restored, id);
          return Object.entries(wanted).every(([delivery, state]) => states[delivery] === state);
        },
        { timeoutMs: 45_000, everyMs: 200 },
      );
    }
    // Nothing of a withdrawn article was sent once more.
    for (const id of withdrawn) {
      const later = partner.pushes.slice(pushedBeforeRestore).filter((push) => partner.of(id).includes(push));
      expect(later.map(({ event }) => event.type)).toEqual(later.map(() => 'article.withdrawn'));
    }
  }, 120_000);

  it('what the backup does not know to be delivered is sent again under the same id and with the same bytes', async () => {
    await pollUntil(
      'everything that the backup knows is over',
      async () =>
        (await restored.api.allDeliveries()).every(
          ({ state }) => !['queued', 'retrying', 'sending', 'accepted'].includes(state),
        ),
      { timeoutMs: 60_000, everyMs: 200 },
    );
    for (const receiver of [partner, slow]) {
      const bytes = new Map<string, Set<string>>();
      for (const { webhookId, body } of receiver.pushes)
        bytes.set(webhookId, (bytes.get(webhookId) ?? new Set<string>()).add(body));
      expect([...bytes.values()].filter((bodies) => bodies.size > 1)).toEqual([]);
    }
    const ids = (id: string) => new Set(partner.of(id).map(({ webhookId }) => webhookId)).size;
    for (const id of before) expect(ids(id)).toBe(withdrawn.includes(id) ? 2 : 1);
  }, 90_000);

  it('a correction after it has a number that no lost correction can have had', async () => {
    const [id = ''] = before.filter((article) => !withdrawn.includes(article));
    const { source, sourceId: _, ...article } = sampleArticle();
    const corrected = await restored.api.call('ingest', 'PUT', `/api/v1/articles/${id}`, {
      json: { ...article, source, headline: '更正', note: '更正' },
    });
    expect(corrected).toMatchObject({ status: 202, body: { version: 1002 } });
    const push = await pollUntil(
      'the correction',
      () => partner.of(id).find(({ event }) => event.data.version === 1002),
      {
        timeoutMs: 20_000,
      },
    );
    expect(push.event).toMatchObject({ type: 'article.updated', data: { previousVersion: 1 } });
  }, 60_000);

  it('is not restored into a folder in use', () => {
    const refused = restored.run(['restore', file, '--replace']);
    expect(refused).toMatchObject({ status: 1, output: expect.stringContaining('is in use') });
  });

  it('is refused where nothing was ever started, and over a file that is there', () => {
    expect(restored.run(['backup', file])).toMatchObject({
      status: 2,
      output: expect.stringContaining('is there already'),
    });
    const nowhere = { NEWSRELAY_DATA_DIR: join(folder.path, 'empty') };
    expect(restored.run(['backup', `${file}-2`], nowhere)).toMatchObject({
      status: 2,
      output: expect.stringContaining('no encryption key'),
    });
  });
});
