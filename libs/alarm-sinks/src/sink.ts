import type { z } from 'zod';
import type { OutboundHttp } from '@newsrelay/channel-kit/outbound-http';
import type { MailServer, OutboundMail } from '@newsrelay/channel-kit/outbound-mail';
import type { OperatorEvent, Severity } from '@newsrelay/contracts/operator-events';

/** An event as a sink tells it. */
export interface Alarm {
  /** Id of the event: receivers know a repeat by it and its phase. */
  id: string;
  /** `ended`: a condition is over. */
  phase: 'raised' | 'ended';
  event: OperatorEvent;
  severity: Severity;
  at: Date;
  /** When the condition ended; null while it is open, and for what happened. */
  endedAt: Date | null;
}

/** One message: what is due at a sink, gathered. */
export interface AlarmMessage {
  /** The same for a repeat of the same alarms. */
  id: string;
  language: 'zh' | 'en';
  /** Oldest first. Empty for a test. */
  alarms: readonly Alarm[];
}

/** What a sink type is: data that validation, masking, the API and the docs all read. */
export interface AlarmSinkManifest<Settings = Record<string, unknown>, Secrets = Record<string, unknown>> {
  type: string;
  title: { zh: string; en: string };
  /** Strict objects: a field that is not named is refused by name. */
  settings: z.ZodObject & z.ZodType<Settings>;
  secrets: z.ZodObject & z.ZodType<Secrets>;
  limits: AlarmSinkLimits;
  /** For the operator who sets up such a sink, Markdown. */
  instructions: { zh: string; en: string };
  /** Targets, to be checked against the outbound rules when the sink is made or changed. */
  targets(settings: Settings, secrets: Secrets): AlarmTarget[];
  /** Secrets to be made where the operator gave none; shown once in the answer. */
  generateSecrets?: () => Record<string, string>;
}

/** `path`: a JSON Pointer within the sink. */
export type AlarmTarget =
  { path: string; url: string } | { path: string; mail: Pick<MailServer, 'host' | 'port' | 'security'> };

export interface AlarmSinkLimits {
  /** Alarms that one message holds at most; the others come with the next. */
  alarmsPerMessage: number;
  /** Seconds between two messages at least: what comes meanwhile is gathered into one. */
  restSeconds: number;
  /** Seconds of rest after the platform said "too often" without saying for how long. */
  tooOftenSeconds: number;
  /** Deadline of one message, milliseconds. */
  deadlineMs: number;
}

/**
 * `sent`: the platform took it. `too-often`: it asks to come later. `failed`: no answer, or a failure of its own.
 * `refused`: it says no to what we sent, or to who we are; an operator has to look.
 */
export const SEND_OUTCOMES = ['sent', 'too-often', 'failed', 'refused'] as const;
export type SendOutcome = (typeof SEND_OUTCOMES)[number];

export interface SendResult {
  outcome: SendOutcome;
  /** HTTP status or SMTP reply code; null if there is none. */
  status: number | null;
  /** What went wrong, for people; null if nothing did. */
  error: string | null;
  /** Beginning of the answer; null if none came. */
  response: string | null;
  /** Seconds that the platform asked us to wait. */
  retryAfterSeconds?: number;
}

export interface AlarmIo {
  http: OutboundHttp;
  mail: OutboundMail;
  now: Date;
}

export interface AlarmSinkTarget<Settings, Secrets> {
  settings: Settings;
  secrets: Secrets;
}

/** A sink type: a folder here. It formats and classifies, and never retries, sleeps, logs or reads the environment. */
export interface AlarmSink<Settings = Record<string, unknown>, Secrets = Record<string, unknown>> {
  manifest: AlarmSinkManifest<Settings, Secrets>;
  /** One try. An expected failure is a result; only a bug throws. */
  send(message: AlarmMessage, target: AlarmSinkTarget<Settings, Secrets>, io: AlarmIo): Promise<SendResult>;
}
