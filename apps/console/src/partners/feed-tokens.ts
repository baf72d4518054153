import { randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { connectorOf } from '@newsrelay/channel-registry/registry';
import { FEED_TOKEN_PREFIX, type FeedTokenInput, type RotationInput } from '@newsrelay/contracts/feed-token';
import { Problem } from '@newsrelay/contracts/problem';
import { recordChanges, type Actor, type AuditAction } from '@newsrelay/ledger/audit';
import { findChannel, lockChannel, type StoredChannel } from '@newsrelay/ledger/channels';
import type { Ledger, LedgerTransaction } from '@newsrelay/ledger/database';
import {
  createFeedToken,
  deleteFeedToken,
  rotateFeedToken,
  type StoredFeedToken,
} from '@newsrelay/ledger/feed-tokens';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { ConsoleEvents } from '../events.js';

/** A token and the one answer that holds it. */
export interface MadeToken {
  token: string;
  stored: StoredFeedToken;
}

const noToken = () => new Problem(404, 'There is no such token.');
const isId = (id: string) => z.uuid().safeParse(id).success;

function newToken(): string {
  return FEED_TOKEN_PREFIX + randomBytes(32).toString('base64url');
}

/** Tokens by which partners read a channel, as operators give and take them. */
@Injectable()
export class FeedTokens {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(ConsoleEvents) private readonly events: ConsoleEvents,
  ) {}

  /** @throws Problem 404 for a channel that is not there, or that nobody fetches anything from */
  async channel(id: string): Promise<StoredChannel> {
    return servedOr404(await findChannel(this.ledger, id));
  }

  /** @throws Problem 404, 409 for a name that is taken, 422 for an end that is past */
  async create(channelId: string, input: FeedTokenInput, actor: Actor): Promise<MadeToken> {
    const { name } = input;
    const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt);
    if (expiresAt !== null && expiresAt.getTime() <= Date.now())
      throw new Problem(422, 'expiresAt: must be in the future', [
        { path: '/expiresAt', message: 'must be in the future' },
      ]);
    const token = newToken();
    const stored = await this.#change(channelId, async (tx) => {
      const createdBy = { id: actor.keyId, name: actor.keyName };
      const made = await createFeedToken(tx, {
        id: randomUUID(),
        channelId,
        name,
        token,
        expiresAt,
        createdBy,
      });
      if (made === null) {
        throw new Problem(
          409,
          `The channel has a token named ${name}: rotate that one, or choose another name.`,
          [{ path: '/name', message: 'is taken' }],
        );
      }
      await record(tx, actor, 'feed-token.create', channelId, { token: made.id, name });
      return made;
    });
    this.events.feedTokenChanged(channelId, stored.id, 'created');
    return { token, stored };
  }

  /** @throws Problem 404, also for a token that has expired: it is made anew */
  async rotate(
    channelId: string,
    id: string,
    { overlapHours }: RotationInput,
    actor: Actor,
  ): Promise<MadeToken> {
    const token = newToken();
    const stored = await this.#change(channelId, async (tx) => {
      const rotated = isId(id)
        ? await rotateFeedToken(tx, { channelId, id, token, overlapHours })
        : undefined;
      if (rotated === undefined) throw noToken();
      await record(tx, actor, 'feed-token.rotate', channelId, {
        token: id,
        name: rotated.name,
        overlapHours,
      });
      return rotated;
    });
    this.events.feedTokenChanged(channelId, id, 'rotated');
    return { token, stored };
  }

  /** From the answer on it is refused by every process that hears or asks the ledger. @throws Problem 404 */
  async revoke(channelId: string, id: string, actor: Actor): Promise<void> {
    await this.#change(channelId, async (tx) => {
      const deleted = isId(id) ? await deleteFeedToken(tx, channelId, id) : undefined;
      if (deleted === undefined) throw noToken();
      await record(tx, actor, 'feed-token.revoke', channelId, { token: id, name: deleted.name });
    });
    this.events.feedTokenChanged(channelId, id, 'revoked');
  }

  /** The channel is locked: a deletion at this moment takes the token with it. */
  #change<T>(channelId: string, change: (tx: LedgerTransaction) => Promise<T>): Promise<T> {
    return this.ledger.transaction().execute(async (tx) => {
      servedOr404(await lockChannel(tx, channelId));
      return change(tx);
    });
  }
}

function servedOr404(channel: StoredChannel | undefined): StoredChannel {
  if (channel === undefined) throw new Problem(404, 'There is no such channel.');
  if (connectorOf(channel.type)?.manifest.capabilities.delivery !== 'served')
    throw new Problem(
      404,
      `Nobody fetches anything from a channel of type ${channel.type}: it has no tokens.`,
    );
  return channel;
}

function record(
  tx: LedgerTransaction,
  actor: Actor,
  action: Extract<AuditAction, `feed-token.${string}`>,
  channelId: string,
  detail: Record<string, unknown>,
): Promise<void> {
  return recordChanges(tx, actor, [{ action, subject: { kind: 'channel', id: channelId }, detail }]);
}
