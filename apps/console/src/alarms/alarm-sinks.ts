import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { alarmSinkOf } from '@newsrelay/alarm-sinks/registry';
import { sendAlarms } from '@newsrelay/alarm-sinks/send-alarms';
import type { AlarmSinkManifest, SendResult } from '@newsrelay/alarm-sinks/sink';
import { alarmSinkInput, type AlarmSinkInput } from '@newsrelay/contracts/alarm-sink';
import { Problem, type FieldError } from '@newsrelay/contracts/problem';
import { parseOrProblem } from '@newsrelay/contracts/problem-from-zod';
import { alarmSinkHealth } from '@newsrelay/ledger/alarm-deliveries';
import {
  createAlarmSink,
  deleteAlarmSink,
  findAlarmSink,
  listAlarmSinks,
  lockAlarmSink,
  updateAlarmSink,
  type StoredAlarmSink,
} from '@newsrelay/ledger/alarm-sinks';
import { recordChanges, type Actor, type AuditAction } from '@newsrelay/ledger/audit';
import type { Ledger, LedgerTransaction } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { alarmSinkOwner } from '@newsrelay/ledger/sealed-secrets';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { GuardedMail } from '@newsrelay/outbound/guarded-mail';
import { MASK, redact } from '@newsrelay/sealing/mask';
import { SealError, Sealing } from '@newsrelay/sealing/seal';
import { mergePatch } from '../channels/merge-patch.js';
import { changedFields, changesOf, generatedSecrets, refuseNewIdentity } from '../channels/patch-changes.js';
import { ConsoleEvents } from '../events.js';
import { alarmSinkView, READ_ONLY, sinkOrProblem, type AlarmSinkView } from './alarm-sink-view.js';

const notFound = () => new Problem(404, 'There is no such alarm sink.');

/** Alarm sinks as operators set them up. Validation, defaults and masking read the type's manifest. */
@Injectable()
export class AlarmSinks {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(Sealing) private readonly sealing: Sealing,
    @Inject(GuardedHttp) private readonly http: GuardedHttp,
    @Inject(GuardedMail) private readonly mail: GuardedMail,
    @Inject(ConsoleEvents) private readonly events: ConsoleEvents,
  ) {}

  /** @throws Problem 409 for an id that is in use, 422 */
  async create(input: AlarmSinkInput, actor: Actor): Promise<AlarmSinkView> {
    const { manifest } = sinkOrProblem(input.type);
    const settings = parseOrProblem(manifest.settings, input.settings, '/settings');
    const generated = generatedSecrets(manifest, input.secrets);
    const secrets = parseOrProblem(manifest.secrets, { ...input.secrets, ...generated }, '/secrets');
    await this.#checkTargets(manifest, settings, secrets);
    const sink = { ...input, settings, sealedSecrets: this.#seal(input.id, secrets) };
    const stored = await createAlarmSink(this.ledger, sink, (tx) =>
      record(tx, actor, 'alarm-sink.create', input.id, { type: input.type, name: input.name }),
    );
    if (stored === null) {
      throw new Problem(409, `The id ${input.id} is taken: choose another.`, [
        { path: '/id', message: 'is taken' },
      ]);
    }
    this.events.alarmSinkChanged(input.id, 'created');
    return alarmSinkView(stored, secrets, undefined, generated);
  }

  /** Newest first, `limit + 1` so that the caller sees whether there are more. */
  async list(limit: number, after: { createdAt: string; id: string } | null): Promise<StoredAlarmSink[]> {
    return listAlarmSinks(this.ledger, limit, after);
  }

  /** How each of these sinks is shown, by its id. */
  async views(sinks: readonly StoredAlarmSink[]): Promise<Map<string, AlarmSinkView>> {
    const health = await alarmSinkHealth(
      this.ledger,
      sinks.map(({ id }) => id),
    );
    return new Map(
      sinks.map((sink) => [sink.id, alarmSinkView(sink, this.#shownSecrets(sink), health.get(sink.id))]),
    );
  }

  /** @throws Problem 404 */
  async read(id: string): Promise<AlarmSinkView> {
    const sink = await this.#find(id);
    const view = (await this.views([sink])).get(id);
    if (view === undefined) throw notFound();
    return view;
  }

  /** A merge patch (RFC 7396). Secrets read back as their mask and may be sent back so. @throws Problem 404, 422 */
  async patch(id: string, patch: unknown, actor: Actor): Promise<AlarmSinkView> {
    for (;;) {
      const sink = await this.#find(id);
      // Names are looked up before the sink is locked.
      const change = await this.#change(sink, patch);
      const stored = await this.ledger.transaction().execute(async (tx) => {
        const current = await lockAlarmSink(tx, id);
        if (current === undefined) throw notFound();
        if (!isDeepStrictEqual(current, sink)) return null;
        const updated = await updateAlarmSink(tx, change.sink);
        if (change.fields.length > 0)
          await record(tx, actor, 'alarm-sink.patch', id, { fields: change.fields });
        return updated;
      });
      // Changed by somebody else meanwhile: the patch is one of what is there now.
      if (stored === null) continue;
      this.events.alarmSinkChanged(id, 'changed');
      const health = await alarmSinkHealth(this.ledger, [id]);
      return alarmSinkView(stored, change.secrets, health.get(id), change.generated);
    }
  }

  /** What waits for it goes with it. @throws Problem 404 */
  async remove(id: string, actor: Actor): Promise<void> {
    const deleted = await deleteAlarmSink(this.ledger, id, (tx) =>
      record(tx, actor, 'alarm-sink.delete', id),
    );
    if (!deleted) throw notFound();
    this.events.alarmSinkChanged(id, 'deleted');
  }

  /** A test message, once, now. @throws Problem 404 */
  async test(id: string, actor: Actor): Promise<SendResult & { startedAt: Date; durationMs: number }> {
    const stored = await this.#find(id);
    const sink = sinkOrProblem(stored.type);
    const startedAt = new Date();
    const secrets = this.sealing.unseal(stored.sealedSecrets, alarmSinkOwner(id));
    const message = { id: `alm_test_${randomUUID()}`, language: stored.language, alarms: [] };
    const target = { settings: stored.settings, secrets };
    const clients = { http: this.http, mail: this.mail };
    const result = await sendAlarms(sink, message, target, clients, new AbortController().signal);
    const durationMs = Date.now() - startedAt.getTime();
    this.events.alarmSinkTested(id, result.outcome, durationMs);
    await record(this.ledger, actor, 'alarm-sink.test', id, { outcome: result.outcome });
    return {
      ...result,
      error: redact(result.error, secrets),
      response: redact(result.response, secrets),
      startedAt,
      durationMs,
    };
  }

  async #find(id: string): Promise<StoredAlarmSink> {
    const sink = await findAlarmSink(this.ledger, id);
    if (sink === undefined) throw notFound();
    return sink;
  }

  #seal(id: string, secrets: Record<string, unknown>): string {
    return this.sealing.seal(secrets, alarmSinkOwner(id));
  }

  /** Also of a sink whose secrets do not open with the key that is set now: then each may be there. */
  #shownSecrets(sink: StoredAlarmSink): Record<string, unknown> {
    try {
      return this.sealing.unseal(sink.sealedSecrets, alarmSinkOwner(sink.id));
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      this.events.secretsUnreadable(sink.id, error.message);
      const fields = Object.keys(alarmSinkOf(sink.type)?.manifest.secrets.shape ?? {});
      return Object.fromEntries(fields.map((field) => [field, MASK]));
    }
  }

  /** What a patch makes of the sink, validated and its targets checked. @throws Problem 422 */
  async #change(stored: StoredAlarmSink, patch: unknown) {
    const { createdAt, sealedSecrets, ...config } = stored;
    const before = { ...config, secrets: this.sealing.unseal(sealedSecrets, alarmSinkOwner(stored.id)) };
    const input = parseOrProblem(alarmSinkInput, mergePatch(before, changesOf(patch, READ_ONLY)));
    refuseNewIdentity(input, stored, 'alarm sink');
    const { manifest } = sinkOrProblem(stored.type);
    const settings = parseOrProblem(manifest.settings, input.settings, '/settings');
    const generated = generatedSecrets(manifest, input.secrets);
    const secrets = parseOrProblem(manifest.secrets, { ...input.secrets, ...generated }, '/secrets');
    await this.#checkTargets(manifest, settings, secrets);
    const after = { ...input, settings, secrets };
    return {
      sink: { ...input, settings, sealedSecrets: this.#seal(stored.id, secrets) },
      fields: changedFields(before, after),
      secrets,
      generated,
    };
  }

  async #checkTargets(
    manifest: AlarmSinkManifest,
    settings: Record<string, unknown>,
    secrets: Record<string, unknown>,
  ): Promise<void> {
    const errors: FieldError[] = [];
    for (const target of manifest.targets(settings, secrets)) {
      const refused =
        'url' in target
          ? await this.http.resolveTarget(target.url)
          : await this.mail.resolveTarget(target.mail);
      if (refused !== null) errors.push({ path: target.path, message: refused });
    }
    if (errors.length > 0)
      throw new Problem(422, errors.map(({ path, message }) => `${path}: ${message}`).join('; '), errors);
  }
}

function record(
  tx: Ledger | LedgerTransaction,
  actor: Actor,
  action: Extract<AuditAction, `alarm-sink.${string}`>,
  id: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  return recordChanges(tx, actor, [{ action, subject: { kind: 'alarm-sink', id }, detail }]);
}
