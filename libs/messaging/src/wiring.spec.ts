import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { HandlerErrorFilter } from './connect-jetstream.js';
import { JetStreamConnection } from './connection.js';
import { Poison } from './handler-errors.js';
import { JetStreamServer, type JetStreamServerOptions } from './jetstream-server.js';
import { JetStreamPublisher } from './publisher.js';
import { StreamKeeper } from './stream-keeper.js';
import { DEAD, ITEM, LogLines, NEWS, startBroker, WAIT, type Broker } from './test-bench.js';

const OURS = Symbol('our transport');
const THEIRS = Symbol('their transport');

@Controller()
class Unknown {
  @EventPattern<'news.unknown'>('news.unknown')
  handle(): void {
    throw new Error('never called');
  }
}

@Controller()
class Uncovered {
  @EventPattern<'sport.item'>('sport.item')
  handle(): void {
    throw new Error('never called');
  }
}

@Controller()
class Replying {
  @MessagePattern('news.item')
  handle(): string {
    return 'a reply';
  }
}

@Controller()
class Twice {
  @EventPattern<'news.item'>('news.item')
  one(): void {
    throw new Error('never called');
  }
  @EventPattern<'news.item'>('news.item')
  two(): void {
    throw new Error('never called');
  }
}

@Controller()
class Poisoned {
  @EventPattern<'news.item'>('news.item')
  handle(): void {
    throw new Poison('told by the handler');
  }
}

@Controller()
class ForUs {
  @EventPattern<'news.item'>('news.item', OURS)
  handle(): void {
    throw new Poison('told by our transport');
  }
}

@Controller()
class ForThem {
  @EventPattern<'news.unknown'>('news.unknown', THEIRS)
  handle(): void {
    throw new Error('never called');
  }
}

@Module({})
class Wired {}

let broker: Broker;
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(async () => {
  await broker.remove();
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function wire(
  controllers: Type[],
  { filtered = true, ...options }: Partial<JetStreamServerOptions> & { filtered?: boolean } = {},
) {
  const log = new LogLines();
  const connection = new JetStreamConnection({ url: broker.url, name: 'spec', log });
  const streams = new StreamKeeper(connection, [NEWS, DEAD], log);
  const server = new JetStreamServer({
    connection,
    streams,
    consumers: [
      {
        durable: 'reader',
        stream: 'NEWS',
        filterSubject: 'news.>',
        backoff: { firstMs: 10, factor: 1, capMs: 10 },
      },
    ],
    schemas: { 'news.item': ITEM, 'sport.item': ITEM },
    deadLetterPrefix: 'dead',
    log,
    ...options,
  });
  const app = await NestFactory.createMicroservice(
    { module: Wired, controllers },
    { strategy: server, logger: false },
  );
  if (filtered) app.useGlobalFilters(new HandlerErrorFilter());
  undo.push(
    async () => connection.drain(),
    async () => streams.stop(),
    async () => app.close(),
  );
  return { app, server, log, publisher: new JetStreamPublisher(connection, streams) };
}

describe('wiring that contradicts itself keeps the app from starting', () => {
  it.each([
    ['a subject without a schema', Unknown, /news\.unknown.*no schema/],
    ['a subject no consumer gets', Uncovered, /sport\.item.*no consumer/],
    ['a handler that replies', Replying, /no replies/],
    ['two handlers of one subject', Twice, /two handlers/],
  ])('%s', async (_name, controller, message) => {
    const { app } = await wire([controller]);
    await expect(app.listen()).rejects.toThrow(message);
  });
});

describe('errors of handlers', () => {
  it('hidden by a missing filter are complained of, and the message stays', async () => {
    const { app, log, publisher, server } = await wire([Poisoned], { filtered: false });
    await app.listen();
    await pollUntil('ready', () => server.notReadyBecause() === null, WAIT);
    await publisher.publish('news.item', { n: 1 }, { id: 'hidden' });
    const complaint = await pollUntil(
      'the complaint',
      () => log.lines.find(({ message }) => message.includes('connectJetStream()')),
      WAIT,
    );
    expect(complaint.level).toBe('error');
    expect(log.lines.some(({ message }) => message === 'message is a dead letter')).toBe(false);
  });
});

describe('a transport id', () => {
  it('binds the handlers that name it, and none that name another', async () => {
    const { app, log, publisher, server } = await wire([ForUs, ForThem], { transportId: OURS });
    await app.listen();
    await pollUntil('ready', () => server.notReadyBecause() === null, WAIT);
    await publisher.publish('news.item', { n: 2 }, { id: 'ours' });
    await pollUntil(
      'our handler is called',
      () => log.lines.some(({ fields }) => fields['reason'] === 'told by our transport'),
      WAIT,
    );
  });
});
