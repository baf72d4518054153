import { beforeEach, describe, expect, it } from '@jest/globals';
import type {
  AttemptResult,
  Connector,
  ConnectorIo,
  FindResult,
  OutboundMessage,
  UncertainSend,
} from '@newsrelay/channel-kit/connector';
import { webhookId } from '@newsrelay/contracts/keys';
import type { EarlierSends, UncertainDelivery } from '@newsrelay/ledger/earlier-sends';
import { sendOnce, SETTLES_MS } from './send-once.js';

const SENT: AttemptResult = { outcome: 'delivered', status: 200, error: null, response: null };
const since = new Date(0);
const uncertain = (id: string, version: number, quietMs = SETTLES_MS): UncertainDelivery => ({
  id,
  version,
  body: `body of ${id}`,
  since,
  quietMs,
});

describe('sendOnce', () => {
  let published: OutboundMessage[];
  let asked: UncertainSend[][];
  let looked: FindResult;
  let finds: boolean;
  beforeEach(() => {
    published = [];
    asked = [];
    looked = { found: [] };
    finds = true;
  });

  const send = (
    earlier: Partial<EarlierSends>,
    action: OutboundMessage['action'] = 'publish',
    id = 'dlv_2',
  ) => {
    const publisher = {
      publish: (message: OutboundMessage) => {
        published.push(message);
        return Promise.resolve(SENT);
      },
      ...(finds
        ? {
            find: (sent: readonly UncertainSend[]) => {
              asked.push([...sent]);
              return Promise.resolve(looked);
            },
          }
        : {}),
    };
    return sendOnce(
      { publisher } as unknown as Connector,
      { key: webhookId(id), action, body: 'b' },
      { channelId: 'c', settings: {}, secrets: {} },
      {} as ConnectorIo,
      { remoteIds: [], uncertain: [], ...earlier },
    );
  };
  const found = (id: string, remoteId: string) => ({
    key: webhookId(id),
    remoteId,
    remoteUrl: `https://p/${remoteId}`,
  });

  it('asks nothing where nothing is uncertain', async () => {
    expect(await send({ remoteIds: ['7'] })).toBe(SENT);
    expect(published).toEqual([{ key: 'msg_2', action: 'publish', body: 'b', remoteIds: ['7'] }]);
    expect(asked).toEqual([]);
  });

  it('sends nothing again that is there, and says where it is', async () => {
    looked = { found: [found('dlv_2', '9')] };
    expect(await send({ uncertain: [uncertain('dlv_2', 2, 0)] })).toMatchObject({
      outcome: 'delivered',
      error: null,
      remoteId: '9',
      remoteUrl: 'https://p/9',
    });
    expect(asked).toEqual([[{ key: 'msg_2', body: 'body of dlv_2', since }]]);
    expect(published).toEqual([]);
  });

  it('edits an older version that is there', async () => {
    looked = { found: [found('dlv_1', '8')] };
    await send({ uncertain: [uncertain('dlv_1', 1, 0)], remoteIds: ['7', '8'] });
    expect(published).toMatchObject([{ remoteIds: ['8', '7'] }]);
  });

  it('removes all of it on a withdrawal', async () => {
    looked = { found: [found('dlv_2', '9')] };
    await send({ uncertain: [uncertain('dlv_2', 2, 0)], remoteIds: ['7'] }, 'withdraw', 'dlv_w');
    expect(published).toMatchObject([{ action: 'withdraw', remoteIds: ['9', '7'] }]);
  });

  it('believes that nothing is there only some time after the request was cut off', async () => {
    for (const action of ['publish', 'withdraw'] as const) {
      published = [];
      expect(await send({ uncertain: [uncertain('dlv_1', 1, SETTLES_MS - 4_500)] }, action)).toMatchObject({
        outcome: 'aborted',
        status: null,
        retryAfterSeconds: 5,
      });
      expect(published).toEqual([]);
      await send({ uncertain: [uncertain('dlv_1', 1)] }, action);
      expect(published).toHaveLength(1);
    }
  });

  it('sends nothing while the outlet cannot be asked', async () => {
    const failed: AttemptResult = { outcome: 'transient', status: 502, error: 'no', response: null };
    looked = { failed };
    // A status would be taken for the answer to what was not sent.
    expect(await send({ uncertain: [uncertain('dlv_2', 2)] })).toEqual({ ...failed, status: null });
    expect(published).toEqual([]);
  });

  it('sends to an outlet that cannot be asked what a person let go out again', async () => {
    finds = false;
    expect(await send({ uncertain: [uncertain('dlv_2', 2, 0)], remoteIds: ['7'] })).toBe(SENT);
    expect(published).toMatchObject([{ remoteIds: ['7'] }]);
  });
});
