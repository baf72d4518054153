import { setTimeout as delay } from 'node:timers/promises';
import { askForLine } from '@newsrelay/local-servers/line-probe';
import type { FaultRecord } from '../checker/records.js';
import { SERVERS, type Fault, type ServerName, type ServiceName, type Target } from '../plan/faults.js';
import { signalTree } from '../stand/process-tree.js';
import type { Stand } from '../stand/stand.js';

export interface InjectorOptions {
  readonly stand: Stand;
  readonly faults: readonly Fault[];
  readonly durationMs: number;
  /** Milliseconds from the start of the run. */
  readonly now: () => number;
  /** Told as each begins. */
  readonly onFault: (fault: Fault) => void;
  /** Aborts when the run is to end before its time. */
  readonly stopping: AbortSignal;
}

/**
 * Carries the faults out, lane by lane, each when its time has come and the one before it is over; what has not begun when
 * the time is up is left out. @returns them once everything runs again; @throws Error once all lanes have ended, whatever
 * was left suspended or down, if one failed or the run is to end
 */
export async function carryOut(options: InjectorOptions): Promise<FaultRecord[]> {
  const records: FaultRecord[] = [];
  const lanes = Map.groupBy(options.faults, ({ lane }) => lane);
  const ends = await Promise.allSettled(
    [...lanes.values()].map((faults) => carryOutLane(faults, options, records)),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return records.sort((one, other) => one.beganAt - other.beganAt);
}

async function carryOutLane(
  faults: readonly Fault[],
  { stand, durationMs, now, onFault, stopping }: InjectorOptions,
  records: FaultRecord[],
): Promise<void> {
  for (const fault of faults) {
    if (fault.atMs > now()) await delay(fault.atMs - now(), undefined, { signal: stopping });
    if (now() >= durationMs) return;
    onFault(fault);
    const beganAt = now();
    await inject(fault, stand, stopping);
    records.push({ target: fault.target, kind: fault.kind, beganAt, endedAt: now() });
  }
}

async function inject(fault: Fault, stand: Stand, stopping: AbortSignal): Promise<void> {
  const { target } = fault;
  await (isServer(target)
    ? injectServer(target, fault, stand, stopping)
    : injectService(target, fault, stand, stopping));
}

function isServer(target: Target): target is ServerName {
  return (SERVERS as readonly string[]).includes(target);
}

async function injectService(
  name: ServiceName,
  { kind, lastsMs }: Fault,
  stand: Stand,
  stopping: AbortSignal,
): Promise<void> {
  const service = stand.service(name);
  switch (kind) {
    case 'kill':
    case 'restart':
      await service.end(kind === 'kill' ? 'SIGKILL' : 'SIGTERM');
      await delay(lastsMs, undefined, { signal: stopping });
      service.start();
      break;
    case 'suspend':
      service.signal('SIGSTOP');
      await delay(lastsMs, undefined, { signal: stopping });
      service.signal('SIGCONT');
      break;
    case 'empty':
      throw new Error(`${name} cannot be emptied`);
  }
  await service.ready(stopping);
}

async function injectServer(
  name: ServerName,
  { kind, lastsMs }: Fault,
  stand: Stand,
  stopping: AbortSignal,
): Promise<void> {
  const server = stand.server(name);
  switch (kind) {
    case 'kill':
      await server.kill('SIGKILL');
      await delay(lastsMs, undefined, { signal: stopping });
      await server.restart();
      return;
    case 'restart':
      await server.restart();
      return;
    case 'suspend':
      signalTree(server.pid, 'SIGSTOP');
      await delay(lastsMs, undefined, { signal: stopping });
      signalTree(server.pid, 'SIGCONT');
      return;
    case 'empty': {
      const answer = await askForLine(server.port, 'FLUSHALL\r\n');
      if (answer !== '+OK') throw new Error(`Redis answered FLUSHALL with ${answer ?? 'nothing'}`);
    }
  }
}
