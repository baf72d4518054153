/* What the specs of this library share: a Nest app with the transport in it, and what it did. */
import { askForLine } from '@newsrelay/local-servers/line-probe';
import { startNats } from '@newsrelay/local-servers/nats';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { jetstreamManager, type ConsumerInfo, type JetStreamManager } from '@nats-io/jetstream';
import { Controller, Inject, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { connectJetStream } from './connect-jetstream.js';
import { JetStreamConnection } from './connection.js';
import type { ConsumerSpec } from './consumer-spec.js';
import { readDeadLetter, type DeadLetter } from './dead-letter.js';
import type { JetStreamContext } from './jetstream-context.js';
import { JetStreamServer, type JetStreamServerOptions } from './jetstream-server.js';
import { MessagingModule } from './messaging.module.js';
import type { MessagingLog } from './observers.js';
import { JetStreamPublisher } from './publisher.js';
import { StreamKeeper } from './stream-keeper.js';
import { MAX_DELIVERIES_ADVISORIES, type StreamSpec } from './topology.js';

export const WAIT = { timeoutMs: 20_000 };

export const NEWS: StreamSpec = {
  name: 'NEWS',
  subjects: ['news.>'],
  maxAgeSeconds: 3_600,
  duplicateWindowSeconds: 120,
};
export const DEAD: StreamSpec = {
  name: 'DEAD',
  subjects: ['dead.>', MAX_DELIVERIES_ADVISORIES],
  maxAgeSeconds: 3_600,
  duplicateWindowSeconds: 120,
};
export const ITEM = z.strictObject({ n: z.int() });
export type Item = z.infer<typeof ITEM>;
/** Given to `EventPattern`, it chooses the overload that leaves the context's type to the handler. */
type NewsSubject = 'news.item';

/** A nats-server of the suite's own. */
export class Broker {
  constructor(
    private readonly server: LocalServer,
    private readonly folder: TemporaryDataDir,
  ) {}

  get url(): string {
    return this.server.url;
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    await this.server.kill('SIGKILL');
  }

  /** Silences it with its connections open; returns when it stands still. */
  async freeze(): Promise<void> {
    await this.server.kill('SIGSTOP');
    const isSilent = async (): Promise<boolean> => (await askForLine(this.server.port)) === undefined;
    await pollUntil('the server stands still', isSilent, WAIT);
  }

  async thaw(): Promise<void> {
    await this.server.kill('SIGCONT');
  }

  async restart(): Promise<void> {
    await this.server.restart();
  }

  /** Whatever a failed test has left it in. */
  async revive(): Promise<void> {
    await this.thaw();
    if (!this.server.running) await this.server.restart();
  }

  /** Ends it at once, and takes away all it had stored. */
  async loseEverything(): Promise<void> {
    await this.server.kill('SIGKILL');
    await rm(join(this.folder.path, 'nats'), { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.thaw();
    await this.server.stop();
    await this.folder.remove();
  }
}

export async function startBroker(): Promise<Broker> {
  const folder = temporaryDataDir();
  return new Broker(await startNats({ dataDir: folder.path }), folder);
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly at: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export class LogLines implements MessagingLog {
  readonly lines: LogLine[] = [];
  readonly info = this.#writer('info');
  readonly warn = this.#writer('warn');
  readonly error = this.#writer('error');

  #writer(level: LogLine['level']) {
    return (fields: object, message: string): void => {
      this.lines.push({ level, at: performance.now(), fields: { ...fields }, message });
    };
  }
}

export type Behaviour = (item: Item, context: JetStreamContext) => Promise<void> | void;
const BEHAVIOUR = Symbol('Behaviour');

@Controller()
class NewsController {
  constructor(@Inject(BEHAVIOUR) private readonly behaviour: Behaviour) {}

  @EventPattern<NewsSubject>('news.item')
  async item(@Payload() item: Item, @Ctx() context: JetStreamContext): Promise<void> {
    await this.behaviour(item, context);
  }
}

@Module({})
class NewsModule {}

export interface Bench {
  readonly app: INestApplication;
  readonly server: JetStreamServer;
  readonly publisher: JetStreamPublisher;
  readonly connection: JetStreamConnection;
  readonly log: LogLines;
  /** Events in the order they came: `acked`, `naked 100`, `dead`, … */
  readonly events: string[];
  manager(): Promise<JetStreamManager>;
  consumerInfo(): Promise<ConsumerInfo>;
  ready(): Promise<void>;
  deadLetters(): Promise<{ letter: DeadLetter | undefined; body: string; subject: string }[]>;
}

export interface BenchOptions {
  readonly url: string;
  readonly handle: Behaviour;
  readonly streams?: readonly StreamSpec[];
  readonly consumer?: Partial<ConsumerSpec>;
  readonly server?: Partial<JetStreamServerOptions>;
}

/** A hybrid app as the services are built: HTTP adapter, messaging module, one durable consumer. */
export async function openBench(options: BenchOptions): Promise<Bench> {
  const log = new LogLines();
  const events: string[] = [];
  const app = await NestFactory.create(
    {
      module: NewsModule,
      imports: [
        MessagingModule.register({
          url: options.url,
          name: 'bench',
          log,
          streams: options.streams ?? [NEWS, DEAD],
          events: { reconnected: () => events.push('reconnected') },
        }),
      ],
      controllers: [NewsController],
      providers: [{ provide: BEHAVIOUR, useValue: options.handle }],
    },
    new FastifyAdapter(),
    { logger: false },
  );
  const connection = app.get(JetStreamConnection);
  const server = new JetStreamServer({
    connection,
    streams: app.get(StreamKeeper),
    consumers: [
      {
        durable: 'reader',
        stream: 'NEWS',
        filterSubject: 'news.>',
        backoff: { firstMs: 100, factor: 2, capMs: 1_000 },
        ...options.consumer,
      },
    ],
    schemas: { 'news.item': ITEM },
    deadLetterPrefix: 'dead',
    log,
    events: {
      acked: () => events.push('acked'),
      naked: (_durable, _subject, delayMs) => events.push(`naked ${delayMs}`),
      dead: () => events.push('dead'),
      reopened: () => events.push('reopened'),
    },
    ...options.server,
  });
  connectJetStream(app, server);
  await app.startAllMicroservices();
  await app.init();

  const manager = async (): Promise<JetStreamManager> => {
    const session = await connection.session(AbortSignal.timeout(WAIT.timeoutMs));
    return jetstreamManager(session.nats);
  };
  return {
    app,
    server,
    connection,
    log,
    events,
    manager,
    publisher: app.get(JetStreamPublisher),
    consumerInfo: async () => (await manager()).consumers.info('NEWS', 'reader'),
    async ready() {
      await pollUntil('server is ready', () => server.notReadyBecause() === null, WAIT);
    },
    async deadLetters() {
      const { streams } = await manager();
      const { state } = await streams.info('DEAD');
      const letters = [];
      for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
        const stored = await streams.getMessage('DEAD', { seq });
        if (stored === null) continue;
        letters.push({
          letter: readDeadLetter(stored.header),
          body: stored.string(),
          subject: stored.subject,
        });
      }
      return letters;
    },
  };
}
