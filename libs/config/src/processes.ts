import { z } from 'zod';
import * as fields from './fields.js';
import { outboundProxyFields } from './outbound-proxy.js';
import { tracingFields } from './tracing.js';

/* One schema per process, each of the settings it reads and no others. */

const everyProcess = {
  DATABASE_URL: fields.databaseUrl,
  NEWSRELAY_MIGRATE: fields.migrate,
  NEWSRELAY_LOG_LEVEL: fields.logLevel,
  NEWSRELAY_PORT: fields.port,
  NEWSRELAY_BIND: fields.bind,
  /** Guards `/metrics` everywhere, and `/api` where there is one. Sessions end when it changes. */
  NEWSRELAY_ADMIN_KEY: fields.adminKey,
  /** Where browsers reach us: feeds and links are built on it, sessions are bound to it. */
  NEWSRELAY_PUBLIC_URL: fields.publicUrl,
  ...tracingFields,
  /** Gateways in front: wrong logins are counted, and changes written down, by the address that they name. */
  NEWSRELAY_TRUSTED_PROXIES: fields.trustedProxies,
};
const delivering = {
  REDIS_URL: fields.redisUrl,
  NEWSRELAY_ENCRYPTION_KEY: fields.encryptionKey,
  NEWSRELAY_ALLOW_TARGETS: fields.allowTargets,
  ...outboundProxyFields,
};

export const ingestSettings = z.object({ ...everyProcess, NATS_URL: fields.natsUrl });
export const transformSettings = z.object({ ...everyProcess, NATS_URL: fields.natsUrl });
export const publishSettings = z.object({
  ...everyProcess,
  ...delivering,
  NATS_URL: fields.natsUrl,
  NEWSRELAY_RETRY_SCHEDULE: fields.retrySchedule,
  NEWSRELAY_AUTO_PAUSE_FAILURES: fields.autoPauseFailures,
  NEWSRELAY_AUTO_PAUSE_HOURS: fields.autoPauseHours,
  NEWSRELAY_RETAIN_ANSWERS_DAYS: fields.retainAnswersDays,
  NEWSRELAY_RETAIN_OBSOLETE_DAYS: fields.retainObsoleteDays,
  NEWSRELAY_ALARM_STUCK_SECONDS: fields.alarmStuckSeconds,
  NEWSRELAY_QUIET_SOURCES: fields.quietSources,
});
/** Profiles of editions beside the built-in ones: what is served, and what channels may name. */
const editions = { NEWSRELAY_EDITIONS_DIR: fields.editionsDir.optional() };
export const feedsSettings = z.object({
  ...everyProcess,
  ...editions,
  NEWSRELAY_FEED_POLLS: fields.feedPolls,
  NEWSRELAY_SITE_NAME: fields.siteName,
  /** Seals the secrets that subscribers of the hub give. */
  NEWSRELAY_ENCRYPTION_KEY: fields.encryptionKey,
  /** Which callbacks the hub refuses at once; they are called by publish alone. */
  NEWSRELAY_ALLOW_TARGETS: fields.allowTargets,
});
export const consoleSettings = z.object({ ...everyProcess, ...delivering, ...editions });

/** The job that brings the schema up to date, and ends. */
export const migrateSettings = z.object({
  DATABASE_URL: fields.databaseUrl,
  NEWSRELAY_LOG_LEVEL: fields.logLevel,
  /** For how long it waits for a PostgreSQL that does not answer, seconds. */
  NEWSRELAY_MIGRATE_TIMEOUT: fields.migrateTimeout,
});

/** The single-machine mode's HTTP process: ingest, feeds and console on the one public port. */
export const singleMachineHttpSettings = z.object({
  ...ingestSettings.shape,
  ...feedsSettings.shape,
  ...consoleSettings.shape,
  /** Internal port of the workers' probes and metrics. */
  NEWSRELAY_WORKERS_PORT: fields.port,
  /** Whose disk is watched. */
  NEWSRELAY_DATA_DIR: z.string(),
  NEWSRELAY_DISK_WARNING_MB: fields.diskWarningMb,
});
/** The single-machine mode's worker process: transform and publish. Its port is internal. */
export const singleMachineWorkersSettings = z
  .object({ ...transformSettings.shape, ...publishSettings.shape, NEWSRELAY_WORKERS_PORT: fields.port })
  .omit({ NEWSRELAY_PORT: true, NEWSRELAY_BIND: true });

export type IngestSettings = z.infer<typeof ingestSettings>;
export type TransformSettings = z.infer<typeof transformSettings>;
export type PublishSettings = z.infer<typeof publishSettings>;
export type FeedsSettings = z.infer<typeof feedsSettings>;
export type ConsoleSettings = z.infer<typeof consoleSettings>;
