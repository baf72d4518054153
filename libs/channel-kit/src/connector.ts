import type { DeliveryAction, Outcome } from '@newsrelay/contracts/delivery';
import type { ChannelManifest } from './manifest.js';
import type { OutboundHttp } from './outbound-http.js';
import type { RenditionContent, RenditionDraft, WithdrawnArticle } from './rendition.js';

/** Turns an article into what a channel type shows. Pure: no I/O, no clock. */
export interface Formatter<Settings> {
  /** What of the settings and of the platform shapes the rendition; channels that agree in it share one. */
  shape(settings: Settings, platform?: PlatformFacts | null): unknown;
  render(draft: RenditionDraft, settings: Settings, platform?: PlatformFacts | null): RenditionContent;
  renderWithdrawal(article: WithdrawnArticle, settings: Settings): RenditionContent;
}

/** Sends what a formatter made. Classifies, and never retries, sleeps, logs or reads the environment. */
export interface Publisher<Settings, Secrets> {
  /**
   * The message's bytes, made once at the first attempt and frozen: every later attempt sends the same, and so does every
   * channel with the same rendition and the same facts.
   */
  compose(rendition: RenditionContent, facts: DeliveryFacts): string;
  /** One attempt. An expected failure is a result; only a bug throws. */
  publish(
    message: OutboundMessage,
    target: ChannelTarget<Settings, Secrets>,
    io: ConnectorIo,
  ): Promise<AttemptResult>;
  /** The connector's own check of a channel, behind `POST /channels/{id}/test`. Publishes nothing. */
  check(target: ChannelTarget<Settings, Secrets>, io: ConnectorIo): Promise<AttemptResult>;
  /**
   * Which of the messages that were sent, and of whose outcome nothing is known, are at the outlet. Reads, and changes
   * nothing. Whoever declares `repeat: 'find-first'` has it; when it is called is for the delivery engine to say.
   */
  find?(
    sent: readonly UncertainSend[],
    target: ChannelTarget<Settings, Secrets>,
    io: ConnectorIo,
  ): Promise<FindResult>;
  /**
   * What this outlet's platform allows, as facts that its formatter reads; null if the outlet did not tell. Asked when a
   * channel is made, changed or tested, and now and then; kept in the ledger.
   */
  probe?(target: ChannelTarget<Settings, Secrets>, io: ConnectorIo): Promise<PlatformFacts | null>;
}

/** JSON that a probe learned of one channel's platform: limits that differ between instances. */
export type PlatformFacts = Record<string, unknown>;

/** A publish that went out, or may have, without its outcome being known. */
export interface UncertainSend {
  key: string;
  /** The frozen bytes of `compose`. */
  body: string;
  /** When its first attempt began. */
  since: Date;
}

/** What the outlet has of the messages that were looked for, or why that could not be found out. */
export type FindResult =
  { found: { key: string; remoteId: string; remoteUrl: string | null }[] } | { failed: AttemptResult };

/** A channel type: a folder under libs/channels. */
export interface Connector<Settings = Record<string, unknown>, Secrets = Record<string, unknown>> {
  manifest: ChannelManifest;
  formatter: Formatter<Settings>;
  publisher: Publisher<Settings, Secrets>;
}

/** What the ledger knows when a delivery first begins; fixed from then on. */
export interface DeliveryFacts {
  articleId: string;
  version: number;
  action: DeliveryAction;
  /** Last version that began to be sent to this channel before; null makes this the first. */
  previousVersion: number | null;
  /** Grows with every event of the article. */
  sequence: number;
  /** When the version was released, or the article withdrawn. */
  eventAt: Date;
  note: string | null;
}

export interface OutboundMessage {
  /** Idempotency key, the same for every attempt and replay of one delivery. */
  key: string;
  action: DeliveryAction;
  /** The frozen bytes of `compose`. */
  body: string;
  /**
   * Ids under which the platform shows the article, newest first: what a correction edits and a withdrawal removes. Empty
   * where nothing of it is there, as after a withdrawal.
   */
  remoteIds: readonly string[];
}

export interface ChannelTarget<Settings, Secrets> {
  channelId: string;
  settings: Settings;
  secrets: Secrets;
}

export interface ConnectorIo {
  /** The guarded client, bound to this attempt's deadline, abort and last check before the first byte. */
  http: OutboundHttp;
  /** The attempt's time. */
  now: Date;
  /** What is served under a topic now; there in an attempt, for types that push what another channel serves. */
  topics?: TopicDocuments;
}

/** Reads what a feed serves, for those who push it (WebSub). */
export interface TopicDocuments {
  /** As the ledger has it now: the bytes and the media type of a GET. Null where nothing is to be had under the topic any more. */
  read(topic: string): Promise<TopicDocument | null>;
}

export interface TopicDocument {
  body: string;
  contentType: string;
  /** Where others subscribe to it. */
  hub: string;
  /** How its pushes are signed for subscribers that gave a secret. */
  signature: string;
}

/** What one attempt came to. */
export interface AttemptResult {
  outcome: Outcome;
  /** HTTP status of the answer; null if none came. */
  status: number | null;
  /** What went wrong, for people; null if nothing did. */
  error: string | null;
  /** First 4 KiB of the answer as text; null if none came. */
  response: string | null;
  /** Seconds the outlet asked us to wait (`Retry-After`). */
  retryAfterSeconds?: number;
  /** Set if the channel is to be paused: why. The delivery stays queued until it is resumed. */
  pauseReason?: string;
  /** Set if the outlet wants nothing any more and the channel is to end: why. Of types whose channels subscribe by themselves. */
  closeReason?: string;
  /** The platform's id of what shows the article now; kept for corrections and the withdrawal. */
  remoteId?: string;
  /** Where the platform shows it. */
  remoteUrl?: string;
}
