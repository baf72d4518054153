import type { DeliveryAction, Outcome } from '@newsrelay/contracts/delivery';
import type { ChannelManifest } from './manifest.js';
import type { OutboundHttp } from './outbound-http.js';
import type { RenditionContent, RenditionDraft, WithdrawnArticle } from './rendition.js';

/** Turns an article into what a channel type shows. Pure: no I/O, no clock. */
export interface Formatter<Settings> {
  /** The part of the settings that shapes the rendition; channels that agree in it share one. */
  shape(settings: Settings): unknown;
  render(draft: RenditionDraft, settings: Settings): RenditionContent;
  renderWithdrawal(article: WithdrawnArticle, settings: Settings): RenditionContent;
}

/** Sends what a formatter made. Classifies, and never retries, sleeps, logs or reads the environment. */
export interface Publisher<Settings, Secrets> {
  /** The message's bytes, made once at the first attempt and frozen: every later attempt sends the same. */
  compose(rendition: RenditionContent, facts: DeliveryFacts, settings: Settings): string;
  /** One attempt. An expected failure is a result; only a bug throws. */
  publish(
    message: OutboundMessage,
    target: ChannelTarget<Settings, Secrets>,
    io: ConnectorIo,
  ): Promise<AttemptResult>;
  /** The connector's own check of a channel, behind `POST /channels/{id}/test`. */
  check(target: ChannelTarget<Settings, Secrets>, io: ConnectorIo): Promise<AttemptResult>;
}

/** A channel type: a folder under libs/channels. */
export interface Connector<Settings = Record<string, unknown>, Secrets = Record<string, unknown>> {
  manifest: ChannelManifest;
  formatter: Formatter<Settings>;
  publisher: Publisher<Settings, Secrets>;
}

/** What the ledger knows when a delivery first begins; fixed from then on. */
export interface DeliveryFacts {
  deliveryId: string;
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
  /** Address that an earlier version got at the platform, if any. */
  remoteUrl: string | null;
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
  /** Where the platform shows it. */
  remoteUrl?: string;
}
