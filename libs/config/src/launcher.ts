import { resolve } from 'node:path';
import { z } from 'zod';
import { fileSetting, readEnvironment, type Environment } from './environment.js';
import * as fields from './fields.js';
import { outboundProxyFields } from './outbound-proxy.js';
import { tracingFields } from './tracing.js';

const schema = z.object({
  NEWSRELAY_PORT: fields.port.optional(),
  NEWSRELAY_BIND: fields.bind,
  NEWSRELAY_PUBLIC_URL: fields.publicUrl.optional(),
  NEWSRELAY_DATA_DIR: z.string().default('./var'),
  NEWSRELAY_ADMIN_KEY: fields.adminKey.optional(),
  NEWSRELAY_ENCRYPTION_KEY: z
    .string()
    .regex(
      /^([0-9a-f]{64}|[\w+/-]{43}=?)$/i,
      'must be 32 bytes as base64 or hex: make one with `openssl rand -base64 32`',
    )
    .optional(),
  NEWSRELAY_ALLOW_TARGETS: fields.allowTargets,
  // No default here: the demo has another one than the services.
  NEWSRELAY_RETRY_SCHEDULE: fields.retrySchedule.unwrap().optional(),
  NEWSRELAY_DISK_WARNING_MB: fields.diskWarningMb,
  // Checked here, where a wrong one is told of at once; the processes read them themselves.
  NEWSRELAY_SITE_NAME: fields.siteName,
  NEWSRELAY_AUTO_PAUSE_FAILURES: fields.autoPauseFailures,
  NEWSRELAY_AUTO_PAUSE_HOURS: fields.autoPauseHours,
  NEWSRELAY_RETAIN_ANSWERS_DAYS: fields.retainAnswersDays,
  NEWSRELAY_RETAIN_OBSOLETE_DAYS: fields.retainObsoleteDays,
  NEWSRELAY_ALARM_STUCK_SECONDS: fields.alarmStuckSeconds,
  NEWSRELAY_QUIET_SOURCES: fields.quietSources,
  NEWSRELAY_FEED_POLLS: fields.feedPolls,
  NEWSRELAY_EDITIONS_DIR: fields.editionsDir.optional(),
  DATABASE_URL: fields.databaseUrl.optional(),
  REDIS_URL: fields.redisUrl.optional(),
  NATS_URL: fields.natsUrl.optional(),
  // Handed on as they are: a wrong one is told before anything starts.
  ...tracingFields,
  ...outboundProxyFields,
});

/** The public port where none is asked for. */
export const DEFAULT_PORT = 8080;

/** What the single-machine mode is asked to do; `null` stands for "not set". */
export interface LauncherSettings {
  readonly port: number | null;
  readonly bind: string;
  readonly publicUrl: string | null;
  /** Absolute. */
  readonly dataDir: string;
  readonly adminKey: string | null;
  readonly encryptionKey: string | null;
  /** CIDRs. */
  readonly allowTargets: readonly string[];
  /** Seconds. */
  readonly retrySchedule: readonly number[] | null;
  /** Megabytes free below which it is said. */
  readonly diskWarningMb: number;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly natsUrl: string | null;
}

/** @throws SettingsError that names every wrong setting and its fix */
export function launcherSettings(environment?: Environment): LauncherSettings {
  const given = readEnvironment(schema, environment);
  return {
    port: given.NEWSRELAY_PORT ?? null,
    bind: given.NEWSRELAY_BIND,
    publicUrl: given.NEWSRELAY_PUBLIC_URL ?? null,
    dataDir: resolve(given.NEWSRELAY_DATA_DIR),
    adminKey: given.NEWSRELAY_ADMIN_KEY ?? null,
    encryptionKey: given.NEWSRELAY_ENCRYPTION_KEY ?? null,
    allowTargets: given.NEWSRELAY_ALLOW_TARGETS,
    retrySchedule: given.NEWSRELAY_RETRY_SCHEDULE ?? null,
    diskWarningMb: given.NEWSRELAY_DISK_WARNING_MB,
    databaseUrl: given.DATABASE_URL ?? null,
    redisUrl: given.REDIS_URL ?? null,
    natsUrl: given.NATS_URL ?? null,
  };
}

/** What the launcher hands to each of its processes. */
export interface ProcessSettings {
  /** Absolute. */
  readonly dataDir: string;
  readonly port: number;
  readonly bind: string;
  readonly publicUrl: string;
  /** Loopback port of the worker process's probes and metrics. */
  readonly workersPort: number;
  readonly adminKey: string;
  readonly encryptionKey: string;
  readonly allowTargets: readonly string[];
  readonly retrySchedule: readonly number[] | null;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly natsUrl: string;
}

/** The environment of a process of ours: the launcher's own one, with every setting spelled out. */
export function processEnvironment(
  settings: ProcessSettings,
  inherited: Environment = process.env,
): Record<string, string | undefined> {
  const spelledOut = {
    NEWSRELAY_DATA_DIR: settings.dataDir,
    // There is no migration job beside the launcher.
    NEWSRELAY_MIGRATE: 'at-start',
    NEWSRELAY_PORT: String(settings.port),
    NEWSRELAY_BIND: settings.bind,
    NEWSRELAY_PUBLIC_URL: settings.publicUrl,
    NEWSRELAY_WORKERS_PORT: String(settings.workersPort),
    NEWSRELAY_ADMIN_KEY: settings.adminKey,
    NEWSRELAY_ENCRYPTION_KEY: settings.encryptionKey,
    NEWSRELAY_ALLOW_TARGETS: settings.allowTargets.join(','),
    // Empty counts as unset: the services then take their default.
    NEWSRELAY_RETRY_SCHEDULE: settings.retrySchedule?.join(',') ?? '',
    DATABASE_URL: settings.databaseUrl,
    REDIS_URL: settings.redisUrl,
    NATS_URL: settings.natsUrl,
  };
  return {
    ...inherited,
    // One of both is allowed; the files of secrets that are only handed on are read by the processes.
    ...Object.fromEntries(Object.keys(spelledOut).map((name) => [fileSetting(name), undefined])),
    ...spelledOut,
  };
}
