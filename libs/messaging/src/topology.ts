import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type ConsumerConfig,
  type ConsumerInfo,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';

/** A stream as it must be: kept in files, by limits, oldest messages leaving first. */
export interface StreamSpec {
  readonly name: string;
  /** NATS subjects; wildcards allowed. */
  readonly subjects: readonly string[];
  /** The replay window: older messages leave, consumed or not. */
  readonly maxAgeSeconds: number;
  /** How long a repeated `Nats-Msg-Id` is recognised; at most `maxAgeSeconds`. */
  readonly duplicateWindowSeconds: number;
  /** Left out: unlimited. */
  readonly maxBytes?: number;
  /** Copies in a cluster; left out: 1. */
  readonly replicas?: number;
}

/** A durable consumer as the server must know it. */
export interface DurableSpec {
  readonly stream: string;
  readonly durable: string;
  /** One subject, wildcards allowed: nats-server 2.9 knows no list. */
  readonly filterSubject: string;
  /** An unsettled message is delivered again after this. */
  readonly ackWaitSeconds: number;
  /** At this many unsettled messages, over all processes, the server stops delivering. */
  readonly maxAckPending: number;
}

/** Advisories about messages a consumer has given up; core NATS, lost unless a stream captures them. */
export const MAX_DELIVERIES_ADVISORIES = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>';

interface FieldMismatch {
  readonly field: string;
  readonly wanted: unknown;
  readonly actual: unknown;
}

/** The server keeps a stream or consumer otherwise than declared, and cannot be told to change it. */
export class TopologyMismatch extends Error {
  override readonly name = 'TopologyMismatch';
  constructor(
    readonly resource: string,
    readonly fields: readonly FieldMismatch[],
  ) {
    const list = fields.map(
      ({ field, wanted, actual }) =>
        `${field} is ${actual === undefined ? 'unset' : JSON.stringify(actual)}, must be ${JSON.stringify(wanted)}`,
    );
    super(`${resource}: ${list.join('; ')}`);
  }
}

/** The server refused to create or change a stream or consumer. */
export class TopologyRefused extends Error {
  override readonly name = 'TopologyRefused';
  constructor(resource: string, cause: JetStreamApiError) {
    super(`${resource}: the server refuses: ${cause.message}`, { cause });
  }
}

/**
 * Creates the stream, or changes it until the server keeps it as declared. What the server RETURNS is what is
 * compared: older servers drop what they do not know without a word.
 *
 * @throws TopologyMismatch, TopologyRefused, or the client's error when NATS or JetStream is away
 */
export async function ensureStream(nats: NatsConnection, spec: StreamSpec): Promise<void> {
  const resource = `stream ${spec.name}`;
  const wanted = streamConfigOf(spec);
  await refusalsNamed(resource, async () => {
    const { streams } = await managerOf(nats);
    const before = (await unlessMissing(() => streams.info(spec.name))) ?? (await streams.add(wanted));
    if (differences(wanted, before.config).length === 0) return;
    // Fields that cannot change are left out, so that the mismatch is reported and not a bare refusal.
    const { name: _name, retention: _retention, storage: _storage, ...changeable } = wanted;
    const after = await streams.update(spec.name, changeable);
    const left = differences(wanted, after.config);
    if (left.length > 0) throw new TopologyMismatch(resource, left);
  });
}

/**
 * Creates the durable consumer, or changes it until the server keeps it as declared. It begins with the oldest
 * message of the stream, acknowledges each by itself, and is never given up by the server: when to stop is
 * decided in `settlement.ts`.
 *
 * @throws as {@link ensureStream}
 */
export async function ensureConsumer(nats: NatsConnection, spec: DurableSpec): Promise<ConsumerInfo> {
  const resource = `consumer ${spec.durable} of stream ${spec.stream}`;
  const wanted = consumerConfigOf(spec);
  return refusalsNamed(resource, async () => {
    const { consumers } = await managerOf(nats);
    const before =
      (await unlessMissing(() => consumers.info(spec.stream, spec.durable))) ??
      (await consumers.add(spec.stream, wanted));
    if (differences(wanted, before.config).length === 0) return before;
    const { ack_policy: _ack, deliver_policy: _deliver, durable_name: _name, ...changeable } = wanted;
    const after = await consumers.update(spec.stream, spec.durable, changeable);
    const left = differences(wanted, after.config);
    if (left.length > 0) throw new TopologyMismatch(resource, left);
    return after;
  });
}

function streamConfigOf(spec: StreamSpec) {
  return {
    name: spec.name,
    subjects: [...spec.subjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(spec.maxAgeSeconds * 1_000),
    duplicate_window: nanos(spec.duplicateWindowSeconds * 1_000),
    max_bytes: spec.maxBytes ?? -1,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    max_msg_size: -1,
    num_replicas: spec.replicas ?? 1,
  } satisfies Partial<StreamConfig>;
}

function consumerConfigOf(spec: DurableSpec) {
  return {
    durable_name: spec.durable,
    filter_subject: spec.filterSubject,
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(spec.ackWaitSeconds * 1_000),
    max_ack_pending: spec.maxAckPending,
    max_deliver: -1,
  } satisfies Partial<ConsumerConfig>;
}

async function managerOf(nats: NatsConnection): Promise<JetStreamManager> {
  return jetstreamManager(nats, { checkAPI: false });
}

/** Whether an error says that the stream or the consumer is not there. */
export function saysMissing(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound)
  );
}

async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (saysMissing(error)) return undefined;
    throw error;
  }
}

async function refusalsNamed<T>(resource: string, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof JetStreamApiError && !saysMissing(error)) throw new TopologyRefused(resource, error);
    throw error;
  }
}

function differences(wanted: object, actual: object): FieldMismatch[] {
  const given = new Map<string, unknown>(Object.entries(actual));
  return Object.entries(wanted)
    .filter(([field, value]) => canonical(value) !== canonical(given.get(field)))
    .map(([field, value]) => ({ field, wanted: value as unknown, actual: given.get(field) }));
}

/** The order of subjects means nothing. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(Array.isArray(value) ? [...(value as unknown[])].sort() : value);
}
