import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { connectorOf } from '@newsrelay/channel-registry/registry';
import type { AttemptResult } from '@newsrelay/channel-kit/connector';
import type { ChannelManifest } from '@newsrelay/channel-kit/manifest';
import { probeChannel } from '@newsrelay/delivery/platform-probe';
import { channelInput, type ChannelInput } from '@newsrelay/contracts/channel';
import { Problem, type FieldError } from '@newsrelay/contracts/problem';
import { parseOrProblem } from '@newsrelay/contracts/problem-from-zod';
import { recordChanges, type Actor, type AuditAction } from '@newsrelay/ledger/audit';
import {
  createChannel,
  deleteChannel,
  findChannel,
  lockChannel,
  makeWaitingDue,
  pauseChannel,
  resumeChannel,
  updateChannel,
  type StoredChannel,
} from '@newsrelay/ledger/channels';
import type { Ledger, LedgerTransaction } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { MASK, redact } from '@newsrelay/sealing/mask';
import { SealError, Sealing } from '@newsrelay/sealing/seal';
import { DueJobs } from '../deliveries/due-jobs.js';
import { ConsoleEvents } from '../events.js';
import { channelView, settableManifestOrProblem, type ChannelView } from './channel-view.js';
import { EDITION_NAMES } from './edition-names.js';
import { mergePatch } from './merge-patch.js';
import { changedFields, changesOf, generatedSecrets, refuseNewIdentity } from './patch-changes.js';

/** How long a platform may take to tell its limits while an operator waits, milliseconds. */
const PROBE_DEADLINE_MS = 3_000;

const notFound = () => new Problem(404, 'There is no such channel.');

/** Channels as operators set them up. Validation, defaults and masking read the type's manifest. */
@Injectable()
export class Channels {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(Sealing) private readonly sealing: Sealing,
    @Inject(GuardedHttp) private readonly outbound: GuardedHttp,
    @Inject(DueJobs) private readonly dueJobs: DueJobs,
    @Inject(ConsoleEvents) private readonly events: ConsoleEvents,
    @Inject(EDITION_NAMES) private readonly editionNames: readonly string[],
  ) {}

  /** @throws Problem 409 for an id that is or was in use, 422 */
  async create(input: ChannelInput, actor: Actor): Promise<ChannelView> {
    const manifest = settableManifestOrProblem(input.type);
    const settings = parseOrProblem(manifest.settings, input.settings, '/settings');
    const generated = generatedSecrets(manifest, input.secrets);
    const secrets = parseOrProblem(manifest.secrets, { ...input.secrets, ...generated }, '/secrets');
    await this.#checkTargets(manifest, settings);
    this.#checkEditions(manifest, settings);
    const stored = await createChannel(
      this.ledger,
      { ...input, settings },
      this.sealing.seal(secrets, input.id),
      (tx) => record(tx, actor, 'channel.create', input.id, { type: input.type, name: input.name }),
    );
    if (stored === null) {
      throw new Problem(
        409,
        `The id ${input.id} is taken, or was by a channel that is deleted: choose another.`,
        [{ path: '/id', message: 'is taken' }],
      );
    }
    this.events.channelChanged(input.id, 'created');
    return channelView(await this.#probed(stored), secrets, generated);
  }

  /** Also of a channel whose secrets do not open with the key that is set now: then each may be there. */
  view(channel: StoredChannel): ChannelView {
    const secretFields = Object.keys(connectorOf(channel.type)?.manifest.secrets.shape ?? {});
    try {
      return channelView(channel, this.#secretsOf(channel));
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      this.events.secretsUnreadable(channel.id, error.message);
      return channelView(channel, Object.fromEntries(secretFields.map((field) => [field, MASK])));
    }
  }

  /** @throws Problem 404 */
  async read(id: string): Promise<ChannelView> {
    const channel = await findChannel(this.ledger, id);
    if (channel === undefined) throw notFound();
    return this.view(channel);
  }

  /** A merge patch (RFC 7396). Secrets read back as their mask and may be sent back so. @throws Problem 404, 422 */
  async patch(id: string, patch: unknown, actor: Actor): Promise<ChannelView> {
    for (;;) {
      const channel = await findChannel(this.ledger, id);
      if (channel === undefined) throw notFound();
      // Names are looked up before the channel is locked: its deliveries must not wait for somebody's name server.
      const change = await this.#change(channel, patch);
      const stored = await this.ledger.transaction().execute(async (tx) => {
        const current = await lockChannel(tx, id);
        if (current === undefined) throw notFound();
        if (!isDeepStrictEqual(current, channel)) return null;
        const updated = await updateChannel(tx, change.channel);
        if (change.enables) await makeWaitingDue(tx, id);
        if (change.fields.length > 0) await record(tx, actor, 'channel.patch', id, { fields: change.fields });
        return updated;
      });
      // Changed by somebody else meanwhile: the patch is one of what is there now.
      if (stored === null) continue;
      if (change.enables) this.dueJobs.ofChannel(id);
      this.events.channelChanged(id, 'changed');
      const seen = change.asksAgain ? await this.#probed(stored) : stored;
      return channelView(seen, change.secrets, change.generated);
    }
  }

  /** @throws Problem 404 */
  async remove(id: string, actor: Actor): Promise<void> {
    const deleted = await deleteChannel(this.ledger, id, (tx) => record(tx, actor, 'channel.delete', id));
    if (!deleted) throw notFound();
    this.events.channelChanged(id, 'deleted');
  }

  /** Repeating it keeps the first reason. @throws Problem 404 */
  async pause(id: string, reason: string, actor: Actor): Promise<ChannelView> {
    await this.ledger.transaction().execute(async (tx) => {
      const channel = await lockChannel(tx, id);
      if (channel === undefined) throw notFound();
      if (channel.paused !== null) return;
      await pauseChannel(tx, id, reason, 'operator');
      await record(tx, actor, 'channel.pause', id, { reason });
    });
    this.events.channelChanged(id, 'paused');
    return this.read(id);
  }

  /** What waited becomes due at once. @throws Problem 404 */
  async resume(id: string, actor: Actor): Promise<ChannelView> {
    await this.ledger.transaction().execute(async (tx) => {
      const channel = await lockChannel(tx, id);
      if (channel === undefined) throw notFound();
      if (channel.paused === null) return;
      await resumeChannel(tx, id);
      await record(tx, actor, 'channel.resume', id);
    });
    this.dueJobs.ofChannel(id);
    this.events.channelChanged(id, 'resumed');
    return this.read(id);
  }

  /** The connector's own check, once, now. @throws Problem 404 */
  async test(id: string, actor: Actor): Promise<AttemptResult & { startedAt: Date; durationMs: number }> {
    const channel = await findChannel(this.ledger, id);
    if (channel === undefined) throw notFound();
    const connector = connectorOf(channel.type);
    if (connector === undefined) throw new Error(`no connector for channel type ${channel.type}`);
    const startedAt = new Date();
    const http = this.outbound.bind({
      signal: new AbortController().signal,
      deadlineMs: connector.manifest.limits.requestDeadlineMs,
      beforeFirstByte: () => undefined,
    });
    const target = { channelId: id, settings: channel.settings, secrets: this.#secretsOf(channel) };
    const result = await connector.publisher.check(target, { http, now: startedAt });
    if (result.outcome === 'delivered') await this.#probed(channel);
    const durationMs = Date.now() - startedAt.getTime();
    this.events.channelTested(id, result.outcome, durationMs);
    await record(this.ledger, actor, 'channel.test', id, { outcome: result.outcome });
    return {
      ...result,
      error: redact(result.error, target.secrets),
      response: redact(result.response, target.secrets),
      startedAt,
      durationMs,
    };
  }

  /** What a patch makes of the channel, validated and its targets checked. @throws Problem 422 */
  async #change(channel: StoredChannel, patch: unknown) {
    const { paused, platform, createdAt, sealedSecrets, ...before } = channel;
    const merged = mergePatch(
      { ...before, secrets: this.#secretsOf(channel) },
      changesOf(patch, ['paused', 'platform', 'createdAt']),
    );
    const input = parseOrProblem(channelInput, merged);
    refuseNewIdentity(input, channel, 'channel');
    const manifest = settableManifestOrProblem(channel.type);
    const settings = parseOrProblem(manifest.settings, input.settings, '/settings');
    const generated = generatedSecrets(manifest, input.secrets);
    const secrets = parseOrProblem(manifest.secrets, { ...input.secrets, ...generated }, '/secrets');
    await this.#checkTargets(manifest, settings);
    this.#checkEditions(manifest, settings);
    const after = { ...input, settings, secrets };
    const movesAway = !isDeepStrictEqual(manifest.targets(settings), manifest.targets(channel.settings));
    return {
      channel: {
        ...input,
        settings,
        sealedSecrets: this.sealing.seal(secrets, channel.id),
        // What was learned of one outlet says nothing of another.
        platform: movesAway ? null : platform,
      },
      fields: changedFields({ ...before, secrets: this.#secretsOf(channel) }, after),
      asksAgain: movesAway || platform === null,
      secrets,
      generated,
      enables: input.enabled && !channel.enabled,
    };
  }

  #secretsOf(channel: StoredChannel): Record<string, unknown> {
    return this.sealing.unseal(channel.sealedSecrets, channel.id);
  }

  /** The channel with what its platform allows, asked now; as it was if the platform does not tell. */
  async #probed(channel: StoredChannel): Promise<StoredChannel> {
    const { ledger, outbound } = this;
    const unseal = (sealed: string, id: string) => this.sealing.unseal(sealed, id);
    const facts = await probeChannel(channel, { ledger, connectorOf, unseal, outbound }, PROBE_DEADLINE_MS);
    return facts === null ? channel : { ...channel, platform: facts };
  }

  async #checkTargets(manifest: ChannelManifest, settings: Record<string, unknown>): Promise<void> {
    const errors: FieldError[] = [];
    for (const { path, url } of manifest.targets(settings)) {
      const refused = await this.outbound.resolveTarget(url);
      if (refused !== null) errors.push({ path: `/settings${path}`, message: refused });
    }
    refuse(errors);
  }

  #checkEditions(manifest: ChannelManifest, settings: Record<string, unknown>): void {
    const unknown = (manifest.editions?.(settings) ?? []).filter(
      ({ name }) => !this.editionNames.includes(name),
    );
    const known = this.editionNames.join(', ');
    refuse(
      unknown.map(({ path, name }) => ({
        path: `/settings${path}`,
        message: `there is no edition "${name}": name one of ${known}, or add its profile to NEWSRELAY_EDITIONS_DIR and start again`,
      })),
    );
  }
}

/** @throws Problem 422 if there are any */
function refuse(errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  throw new Problem(422, errors.map(({ path, message }) => `${path}: ${message}`).join('; '), [...errors]);
}

function record(
  tx: Ledger | LedgerTransaction,
  actor: Actor,
  action: Extract<AuditAction, `channel.${string}`>,
  id: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  return recordChanges(tx, actor, [{ action, subject: { kind: 'channel', id }, detail }]);
}
