import { sql } from 'kysely';
import type { Ledger } from './database.js';

/** A service that was not heard for longer than this counts as down. */
const SILENT_MS = 6_000;
/** Instances not heard for a day are forgotten. */
const FORGOTTEN = sql<Date>`clock_timestamp() - interval '1 day'`;

export interface ServiceInstance {
  service: string;
  instance: string;
  pid: number;
  version: string;
}

/** Says that an instance lives; forgets those that have been silent for a day. */
export async function beat(ledger: Ledger, instance: ServiceInstance): Promise<void> {
  await ledger
    .insertInto('service_heartbeats')
    .values(instance)
    .onConflict((conflict) =>
      conflict
        .columns(['service', 'instance'])
        .doUpdateSet({ seen_at: sql`clock_timestamp()`, pid: instance.pid, version: instance.version }),
    )
    .execute();
  await ledger.deleteFrom('service_heartbeats').where('seen_at', '<', FORGOTTEN).execute();
}

/** An instance that ends in good order leaves at once. */
export async function leave(ledger: Ledger, instance: ServiceInstance): Promise<void> {
  await ledger
    .deleteFrom('service_heartbeats')
    .where('service', '=', instance.service)
    .where('instance', '=', instance.instance)
    .execute();
}

export async function listServices(
  ledger: Ledger,
): Promise<(ServiceInstance & { up: boolean; seenAt: Date })[]> {
  const rows = await ledger
    .selectFrom('service_heartbeats')
    .select([
      'service',
      'instance',
      'pid',
      'version',
      'seen_at',
      sql<boolean>`seen_at > clock_timestamp() - ${SILENT_MS} * interval '1 millisecond'`.as('up'),
    ])
    .orderBy('service')
    .orderBy('seen_at', 'desc')
    .execute();
  return rows.map(({ seen_at, ...row }) => ({ ...row, seenAt: seen_at }));
}

export interface ChannelHealth {
  lastSuccessAt: Date | null;
  /** Finished attempts of the last hour, and how many of them failed. */
  attemptsLastHour: number;
  failuresLastHour: number;
  waiting: number;
  /** Null while its last attempt did not fail. */
  breaker: Breaker | null;
}

export interface Breaker {
  /** One upon another. */
  failures: number;
  failingSince: Date;
  /** While it lies ahead nothing goes out; once it is past one delivery tries. Null: closed. */
  openUntil: Date | null;
}

/** How each channel does; channels without a delivery are not in the map. */
export async function channelHealth(ledger: Ledger): Promise<Map<string, ChannelHealth>> {
  const { rows } = await sql<{
    channel_id: string;
    last_success: Date | null;
    attempts: string;
    failures: string;
    waiting: string;
    breaker_failures: number | null;
    failing_since: Date | null;
    open_until: Date | null;
  }>`
    select c.id as channel_id,
           greatest((select max(d.updated_at) from deliveries d where d.channel_id = c.id and d.state = 'delivered'),
                    (select max(d.updated_at) from deliveries d where d.channel_id = c.id and d.state = 'accepted')) as last_success,
           (select count(*) from deliveries d where d.channel_id = c.id and d.state in ('queued', 'retrying', 'sending')) as waiting,
           b.failures as breaker_failures, b.failing_since, b.open_until,
           count(t.number) as attempts,
           count(t.number) filter (where t.outcome not in ('delivered', 'pending')) as failures
    from channels c
    left join deliveries d on d.channel_id = c.id and d.updated_at > clock_timestamp() - interval '1 hour'
    left join attempts t on t.delivery_id = d.id and t.outcome is not null and t.started_at > clock_timestamp() - interval '1 hour'
    left join breakers b on b.channel_id = c.id
    where c.deleted_at is null and c.fed_by is null
    group by c.id, b.channel_id`.execute(ledger);
  return new Map(
    rows.map((row) => [
      row.channel_id,
      {
        lastSuccessAt: row.last_success,
        attemptsLastHour: Number(row.attempts),
        failuresLastHour: Number(row.failures),
        waiting: Number(row.waiting),
        breaker:
          row.breaker_failures === null || row.failing_since === null
            ? null
            : { failures: row.breaker_failures, failingSince: row.failing_since, openUntil: row.open_until },
      },
    ]),
  );
}
