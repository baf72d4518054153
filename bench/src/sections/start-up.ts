import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { count, figure, type Count, type SectionResult } from '../measuring/figures.js';
import { memoryOf, type TreeMemory } from '../measuring/process-tree.js';
import { inTurn } from '../measuring/rounds.js';
import type { Closing } from '../stand/closing.js';
import { startNewsrelay } from '../stand/newsrelay.js';
import { NodeChild } from '../stand/node-child.js';
import { startServers } from '../stand/servers.js';
import type { Stand } from '../stand/stand.js';

const OURS = 'newsrelay, everything';
const SERVERS = 'the bare servers alone';
const HELLO = 'one bare Nest + Fastify process';

/** Memory is at rest when it has changed by less than this share in a second. */
const AT_REST = 0.01;
const REST_WITHIN_S = 15;

interface Start {
  /** On an empty folder: cluster, schema and keys are made. Milliseconds. */
  readonly firstMs: number;
  /** With what the first start left. */
  readonly againMs: number;
  readonly memory: TreeMemory;
}

/** Time until everything can do its work, and what it then takes of the memory while there is nothing to do. */
export async function startUp(stand: Stand, own: Closing): Promise<SectionResult> {
  const results = await inTurn<Start>(
    {
      [OURS]: () => own.within((inner) => newsrelayStart(stand, inner)),
      [SERVERS]: () => own.within((inner) => serversStart(stand, inner)),
      [HELLO]: () => own.within((inner) => helloStart(stand, inner)),
    },
    stand.plan.startUp.rounds,
    { warmUp: false, say: stand.say },
  );
  const of = (name: string, read: (start: Start) => number): number[] => (results.get(name) ?? []).map(read);
  const made = (name: string, unit: string, read: (start: Start) => number) =>
    figure({
      name,
      unit,
      better: 'lower',
      ours: of(OURS, read),
      baselines: { [SERVERS]: of(SERVERS, read), [HELLO]: of(HELLO, read) },
    });
  const all = [...results.values()].flat();
  const proportional = all.every(({ memory }) => memory.pssMiB !== null);
  const processes = of(OURS, ({ memory }) => memory.processes);
  const counts: Count[] = [count('starts', stand.plan.startUp.rounds, processes.length)];
  return {
    section: 'start-up',
    title: 'Start-up and memory at rest',
    settings: {
      'processes of ours and of the servers': Math.max(...processes),
      memory: proportional ? 'shared pages divided among those that share them (PSS)' : 'RSS',
    },
    counts,
    figures: [
      made('first start, on an empty folder', 's', ({ firstMs }) => firstMs / 1000),
      made('start', 's', ({ againMs }) => againMs / 1000),
      made('memory at rest', 'MiB', ({ memory }) => memory.pssMiB ?? memory.rssMiB),
      made('memory at rest, RSS added up', 'MiB', ({ memory }) => memory.rssMiB),
    ],
    notes: proportional
      ? []
      : ['this system tells no proportional share of memory: shared pages count once for each process'],
  };
}

async function newsrelayStart(stand: Stand, inner: Closing): Promise<Start> {
  const dataDir = freshFolder(stand, inner, 'start-up-newsrelay');
  const start = async (closing: Closing): Promise<number> => {
    const from = performance.now();
    const newsrelay = await startNewsrelay({ dataDir, profileDir: null });
    closing.add(() => newsrelay.stop());
    await newsrelay.ready();
    pid = newsrelay.launcher.pid;
    return performance.now() - from;
  };
  let pid = 0;
  const firstMs = await inner.within(start);
  const againMs = await start(inner);
  return { firstMs, againMs, memory: await atRest(() => memoryOf(pid)) };
}

async function serversStart(stand: Stand, inner: Closing): Promise<Start> {
  const dataDir = freshFolder(stand, inner, 'start-up-servers');
  let pids: readonly number[] = [];
  const start = async (closing: Closing): Promise<number> => {
    const from = performance.now();
    ({ pids } = await startServers(dataDir, closing));
    return performance.now() - from;
  };
  const firstMs = await inner.within(start);
  const againMs = await start(inner);
  return { firstMs, againMs, memory: await atRest(() => together(pids.map(memoryOf))) };
}

async function helloStart(stand: Stand, inner: Closing): Promise<Start> {
  const dataDir = freshFolder(stand, inner, 'start-up-hello');
  let pid = 0;
  const start = async (closing: Closing): Promise<number> => {
    const from = performance.now();
    const hello = new NodeChild({ script: 'nest-hello', logDir: join(dataDir, 'logs') });
    closing.add(() => hello.stop());
    await hello.ask('url');
    pid = hello.pid;
    return performance.now() - from;
  };
  const firstMs = await inner.within(start);
  const againMs = await start(inner);
  return { firstMs, againMs, memory: await atRest(() => memoryOf(pid)) };
}

function freshFolder(stand: Stand, inner: Closing, name: string): string {
  const dataDir = stand.folder.make(name);
  inner.add(() => {
    stand.folder.remove(dataDir);
  });
  return dataDir;
}

/** Once it no longer changes, or at last after a quarter of a minute. */
async function atRest(measure: () => TreeMemory): Promise<TreeMemory> {
  let before = measure();
  for (let second = 0; second < REST_WITHIN_S; second += 1) {
    await delay(1_000);
    const now = measure();
    if (Math.abs(now.rssMiB / before.rssMiB - 1) < AT_REST) return now;
    before = now;
  }
  return before;
}

function together(parts: readonly TreeMemory[]): TreeMemory {
  const sum = (read: (part: TreeMemory) => number) => parts.reduce((total, part) => total + read(part), 0);
  return {
    processes: sum(({ processes }) => processes),
    rssMiB: sum(({ rssMiB }) => rssMiB),
    pssMiB: parts.every(({ pssMiB }) => pssMiB !== null) ? sum(({ pssMiB }) => pssMiB ?? 0) : null,
  };
}
