import { statSync } from 'node:fs';
import { z } from 'zod';

/* One schema a setting: every app that reads it reads it by the same rule. */

const PORT = 'must be a port number from 1 to 65535';
export const port = z.coerce
  .number(PORT)
  .refine((number) => Number.isInteger(number) && number >= 1 && number <= 65535, PORT);

function urlOf(protocols: RegExp, example: string) {
  return z.url({ protocol: protocols, error: `must be a URL such as ${example}` });
}

export const databaseUrl = urlOf(/^postgres(ql)?$/, 'postgresql://user:password@host:5432/newsrelay');
export const redisUrl = urlOf(/^rediss?$/, 'redis://host:6379');
export const natsUrl = urlOf(/^(nats|tls)$/, 'nats://host:4222');

/** What may not be in it, each with the fix: paths are appended to it, and it stands in every document. */
const NOT_PUBLIC: readonly (readonly [present: (url: URL) => boolean, fix: string])[] = [
  [({ href }) => href.includes('#'), 'must not have a fragment (#…)'],
  [({ href }) => href.includes('?'), 'must not have a query (?…)'],
  [({ username, password }) => username + password !== '', 'must not hold a user name or password'],
];

/**
 * In ASCII, as headers and RSS need it (WHATWG URL: `https://高新区.中国/中心` → `https://xn--…/%E4…`), and without a
 * trailing slash, so that paths are appended as they are.
 */
export const publicUrl = urlOf(/^https?$/, 'https://news.example').pipe(
  z
    .string()
    .superRefine((text, context) => {
      const url = new URL(text);
      for (const [present, message] of NOT_PUBLIC) {
        if (present(url)) context.addIssue({ code: 'custom', message });
      }
    })
    .transform((text) => new URL(text).href.replace(/\/+$/, '')),
);

/** A folder that is there; what lies in it is checked where it is read. */
export const editionsDir = z
  .string()
  .refine((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false, {
    error: ({ input }) => `${String(input)} is no folder: name the one with the profiles of your editions`,
  });
/** What readers and search engines call the site; where none is set, its host. */
export const siteName = z
  .string()
  .max(100, 'must be at most 100 characters')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be one line of text')
  .optional();

export const bind = z.string().min(1).default('127.0.0.1');

export const adminKey = z
  .string()
  .min(16, 'must be at least 16 characters: make one with `openssl rand -hex 32`');
export const encryptionKey = z
  .string()
  .min(32, 'must be 32 bytes as base64 or hex: make one with `openssl rand -base64 32`');

/** A list in one variable: entries between commas, spaces around them and empty ones left out. */
export function commaSeparated<Entry>(entry: z.ZodType<Entry, string>) {
  return z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    )
    .pipe(z.array(entry));
}

/** A CIDR, or an address for the network of it alone. */
const CIDR_FORMS = [z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()] as const;
export const cidr = z.union(CIDR_FORMS);

const cidrs = commaSeparated(
  z.union(CIDR_FORMS, 'must be comma-separated CIDRs such as 127.0.0.0/8,::1/128'),
);

/** CIDRs for which the address, port and https rules of outbound calls are lifted; checked by libs/outbound. */
export const allowTargets = cidrs;

/** CIDRs of gateways in front of us, whose X-Forwarded-For is believed. */
export const trustedProxies = cidrs;

/** Seconds between attempts: Standard Webhooks 1.0, "Deliverability and reliability"; 75.6 hours in all. */
export const STANDARD_WEBHOOKS_SCHEDULE = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

const delaySeconds = z.number().max(7 * 86_400, 'must be at most a week each');
export const retrySchedule = z
  .string()
  .regex(
    /^\d+(\.\d+)?(\s*,\s*\d+(\.\d+)?)*$/,
    'must be seconds between attempts, comma-separated, e.g. 0,5,300',
  )
  .transform((list) => list.split(',').map(Number))
  .pipe(z.array(delaySeconds).min(1).max(50))
  .default(STANDARD_WEBHOOKS_SCHEDULE);

/** Days that something is kept, or null for ever. `least` is what the rest of the system counts on. */
export function retentionDays(byDefault: number, least: number) {
  return z
    .string()
    .transform((text) => (text === 'forever' ? null : Number(text)))
    .refine(
      (days) => days === null || (Number.isInteger(days) && days >= least && days <= 36_500),
      `must be a whole number of days, at least ${least}, or forever`,
    )
    .default(byDefault);
}

/** What outlets answered to attempts; how each attempt ended is kept for ever. */
export const retainAnswersDays = retentionDays(90, 1);
/** Frozen messages, renditions and page texts that nothing can need again. Events live for seven days, and may be handled once more until then. */
export const retainObsoleteDays = retentionDays(30, 8);

/** Attempts one upon another that fail before a channel may be paused for it; together with {@link autoPauseHours}. */
export const autoPauseFailures = z.coerce
  .number('must be a number of attempts, such as 50')
  .int('must be a whole number of attempts, such as 50')
  .min(1, 'must be at least 1')
  .default(50);

/** Hours of nothing but failures before a channel may be paused for it: longer than any weekend. */
export const autoPauseHours = z.coerce
  .number('must be a number of hours, such as 120')
  .min(0, 'must be a number of hours, such as 120')
  .default(120);

/** Seconds that something due may wait before operators are told that it stands still. */
export const alarmStuckSeconds = z.coerce
  .number('must be seconds')
  .min(10, 'must be at least 10 seconds')
  .max(86_400, 'must be at most a day, 86400')
  .default(300);

/** How often one address gets one feed whole in a minute without saying what it has; 0: as often as it asks. */
export const feedPolls = z.coerce
  .number('must be a number of polls a minute, such as 60')
  .int('must be a whole number of polls a minute, such as 60')
  .min(0, 'must be 0, for no limit, or more')
  .default(60);

/** A source that usually sends, and for how long it may be silent. */
export interface QuietSource {
  source: string;
  seconds: number;
}

const UNIT_SECONDS = { m: 60, h: 3_600, d: 86_400 } as const;
const QUIET_SOURCE = /^(.{1,60})=(\d{1,4})([mhd])$/u;

/** `jngxq=24h,xinhua=90m`: minutes, hours or days for each source that is watched. */
export const quietSources = z
  .string()
  .default('')
  .transform((list, context): QuietSource[] =>
    list
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [, source = '', count = '0', unit = 'm'] = QUIET_SOURCE.exec(entry) ?? [];
        const seconds = Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
        if (seconds === 0)
          context.addIssue({
            code: 'custom',
            message: 'must be comma-separated sources and times such as jngxq=24h,xinhua=90m (m, h or d)',
          });
        return { source: source.trim(), seconds };
      }),
  );

/** Megabytes (10⁶ bytes) free on the data folder's disk below which it is said. */
export const diskWarningMb = z.coerce
  .number('must be a number of megabytes, such as 1000')
  .min(0, 'must be a number of megabytes, such as 1000')
  .default(1_000);

export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info');

/**
 * Who brings the schema up to date: each process as it starts, or a job of its own (`apps/migrate`), which processes
 * then wait for.
 */
export const migrate = z
  .enum(['at-start', 'wait'], 'must be at-start or wait (for the migration job)')
  .default('at-start');

/** Seconds. */
export const migrateTimeout = z.coerce
  .number('must be seconds')
  .min(1, 'must be at least 1 second')
  .max(3_600, 'must be at most an hour, 3600')
  .default(60);
