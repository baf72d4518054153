import type { Server } from 'node:http';
import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loggableSettings } from '@newsrelay/config/environment';
import { tracingSettings, type TracingVariables } from '@newsrelay/config/tracing';
import { EVENT_SCHEMAS } from '@newsrelay/contracts/events';
import { STREAM_SPECS } from '@newsrelay/contracts/streams';
import { SUBJECTS } from '@newsrelay/contracts/subjects';
import { createHttpApplication } from '@newsrelay/http-api/http-application';
import { HttpApiModule } from '@newsrelay/http-api/http-api.module';
import type { MetricsPeers } from '@newsrelay/http-api/metrics-peers';
import { LedgerModule } from '@newsrelay/ledger/ledger.module';
import { connectJetStream } from '@newsrelay/messaging/connect-jetstream';
import { JetStreamConnection } from '@newsrelay/messaging/connection';
import type { ConsumerSpec } from '@newsrelay/messaging/consumer-spec';
import { JetStreamServer } from '@newsrelay/messaging/jetstream-server';
import { MessagingModule } from '@newsrelay/messaging/messaging.module';
import { StreamKeeper } from '@newsrelay/messaging/stream-keeper';
import { Health } from '@newsrelay/telemetry/health';
import { createLogger, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { TelemetryModule } from '@newsrelay/telemetry/telemetry.module';
import { startTracing } from '@newsrelay/telemetry/tracing-sdk';
import { Heartbeat, SERVICE_NAMES } from './heartbeat.js';
import { messagingEvents } from './messaging-events.js';
import { messagingTraces } from './messaging-traces.js';
import { processGauges } from './process-gauges.js';
import { VERSION } from './version.js';

/** While stopping, connections that have become idle are closed this often, milliseconds. */
const CLOSE_IDLE_MS = 100;

/** What every process reads from its environment. */
export interface ProcessSettings extends TracingVariables {
  DATABASE_URL: string;
  /** Left out by processes that neither publish nor consume events. */
  NATS_URL?: string;
  /** Where browsers reach us: sessions are bound to it. */
  NEWSRELAY_PUBLIC_URL: string;
  /** CIDRs of gateways in front; none if left out. */
  NEWSRELAY_TRUSTED_PROXIES?: readonly string[];
  NEWSRELAY_LOG_LEVEL: string;
  /** Left out: each process migrates as it starts. */
  NEWSRELAY_MIGRATE?: 'at-start' | 'wait';
}

export interface ServiceProcessOptions {
  /** Name in logs and metrics. */
  name: string;
  /** The services in it, as status shows them. */
  services: readonly string[];
  settings: ProcessSettings;
  modules: NonNullable<ModuleMetadata['imports']>;
  port: number;
  bind: string;
  /** The built-in key, role admin. */
  adminKey: string;
  /** Connections to PostgreSQL at most. */
  poolSize: number;
  consumers?: readonly ConsumerSpec[];
  metricsPeers?: MetricsPeers;
}

/** A running process; `stop` finishes what is under way and closes everything. */
export interface ServiceProcess {
  app: NestFastifyApplication;
  logger: Logger;
  stop: () => Promise<void>;
}

@Module({})
class ProcessModule {}

function processModule(options: ServiceProcessOptions, logger: Logger): DynamicModule {
  const { settings } = options;
  return {
    module: ProcessModule,
    imports: [
      TelemetryModule.forRoot(options.name, logger),
      LedgerModule.forRoot(options.name, {
        DATABASE_URL: settings.DATABASE_URL,
        poolSize: options.poolSize,
        migrate: settings.NEWSRELAY_MIGRATE ?? 'at-start',
      }),
      ...(settings.NATS_URL === undefined
        ? []
        : [
            MessagingModule.register({
              url: settings.NATS_URL,
              name: `newsrelay-${options.name}`,
              log: logger,
              streams: STREAM_SPECS,
              traces: messagingTraces,
            }),
          ]),
      HttpApiModule.forRoot(
        { adminKey: options.adminKey, publicUrl: settings.NEWSRELAY_PUBLIC_URL },
        options.metricsPeers,
      ),
      ...options.modules,
    ],
    providers: [{ provide: SERVICE_NAMES, useValue: options.services }, Heartbeat],
  };
}

/**
 * Starts a process: it listens at once and becomes ready when the servers it needs answer, however long that takes.
 * @throws the listen error, such as EADDRINUSE
 */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const traced = tracingSettings(options.settings);
  // Before everything else: what is made while there is no tracer is never traced.
  const tracing =
    traced === null ? null : await startTracing(traced, { name: options.name, version: VERSION });
  const logger = createLogger(options.name, options.settings.NEWSRELAY_LOG_LEVEL);
  logger.info({ settings: loggableSettings({ ...options.settings }) }, 'starting');
  const app = await createHttpApplication(
    processModule(options, logger),
    options.settings.NEWSRELAY_TRUSTED_PROXIES,
  );
  const health = app.get(Health);
  processGauges(app.get(Metrics), health);
  const consumers = options.consumers ?? [];
  if (options.settings.NATS_URL !== undefined) {
    const streams = app.get(StreamKeeper);
    // Whoever only publishes has an outbox: for intake NATS is not needed to be ready.
    if (consumers.length === 0) health.register('nats', false, () => streams.notReadyBecause());
  }
  if (consumers.length > 0) {
    const server = new JetStreamServer({
      connection: app.get(JetStreamConnection),
      streams: app.get(StreamKeeper),
      consumers,
      schemas: EVENT_SCHEMAS,
      deadLetterPrefix: SUBJECTS.dead,
      log: logger,
      events: messagingEvents(
        app.get(Metrics),
        consumers.map(({ durable }) => durable),
      ),
      traces: messagingTraces,
    });
    connectJetStream(app, server);
    health.register('nats', true, () => server.notReadyBecause());
    await app.startAllMicroservices();
  }
  await app.listen(options.port, options.bind);
  logger.info({ port: options.port, bind: options.bind, services: options.services }, 'listening');
  return {
    app,
    logger,
    stop: async () => {
      // A connection whose last answer went out during the stop is idle, and its client may keep it for a minute.
      const server: Server = app.getHttpServer();
      const closeIdle = setInterval(() => {
        server.closeIdleConnections();
      }, CLOSE_IDLE_MS);
      await app.close();
      clearInterval(closeIdle);
      await tracing?.stop();
      logger.info('stopped');
    },
  };
}
