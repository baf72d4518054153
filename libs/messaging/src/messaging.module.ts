import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { JetStreamConnection, type ConnectionOptions } from './connection.js';
import type { MessagingTraces } from './observers.js';
import { JetStreamPublisher } from './publisher.js';
import { StreamKeeper } from './stream-keeper.js';
import type { StreamSpec } from './topology.js';

export interface MessagingOptions extends ConnectionOptions {
  /** Every stream this process publishes to or consumes from, dead letters included. */
  readonly streams: readonly StreamSpec[];
  readonly traces?: MessagingTraces;
}

/**
 * Starts with the application, and closes after the HTTP server and the consumers have ended: Nest closes those
 * before it calls shutdown hooks.
 */
@Injectable()
class MessagingLifetime implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(JetStreamConnection) private readonly connection: JetStreamConnection,
    @Inject(StreamKeeper) private readonly streams: StreamKeeper,
  ) {}

  onModuleInit(): void {
    this.connection.start();
    this.streams.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.streams.stop();
    await this.connection.drain();
  }
}

/** Provides {@link JetStreamConnection}, {@link StreamKeeper} and {@link JetStreamPublisher} to the whole app. */
@Module({})
export class MessagingModule {
  static register(options: MessagingOptions): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      providers: [
        { provide: JetStreamConnection, useFactory: () => new JetStreamConnection(options) },
        {
          provide: StreamKeeper,
          inject: [JetStreamConnection],
          useFactory: (connection: JetStreamConnection) =>
            new StreamKeeper(connection, options.streams, options.log),
        },
        {
          provide: JetStreamPublisher,
          inject: [JetStreamConnection, StreamKeeper],
          useFactory: (connection: JetStreamConnection, streams: StreamKeeper) =>
            new JetStreamPublisher(
              connection,
              streams,
              options.traces === undefined ? {} : { traces: options.traces },
            ),
        },
        MessagingLifetime,
      ],
      exports: [JetStreamConnection, StreamKeeper, JetStreamPublisher],
    };
  }
}
