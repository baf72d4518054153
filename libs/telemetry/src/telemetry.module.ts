import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { Health } from './health.js';
import { LOGGER, type Logger } from './logger.js';
import { Metrics } from './metrics.js';

/** Logger, metrics and health of the process, for every module in it. */
@Module({})
export class TelemetryModule {
  static forRoot(service: string, logger: Logger): DynamicModule {
    return {
      module: TelemetryModule,
      global: true,
      imports: [
        LoggerModule.forRoot({
          pinoHttp: {
            logger,
            // One line a request would drown the one wide line an attempt; refusals and failures are what is looked for.
            customLogLevel: (_request, response, error) =>
              error || response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'info' : 'debug',
          },
        }),
      ],
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: Metrics, useFactory: () => new Metrics(service) },
        Health,
      ],
      exports: [LOGGER, Metrics, Health],
    };
  }
}
