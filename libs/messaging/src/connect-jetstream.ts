import {
  Catch,
  type INestApplication,
  type INestMicroservice,
  type RpcExceptionFilter,
} from '@nestjs/common';
import { NestMicroservice } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { JetStreamServer } from './jetstream-server.js';

/** Hands what a handler throws to the transport as it is; Nest's own filter makes it "Internal server error". */
@Catch()
export class HandlerErrorFilter implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}

/**
 * Adds the server to a Nest application; `app.startAllMicroservices()` then starts it and `app.close()` drains it.
 * For an app without HTTP: `NestFactory.createMicroservice(module, { strategy: server })` followed by
 * `useGlobalFilters(new HandlerErrorFilter())`.
 */
export function connectJetStream(app: INestApplication, server: JetStreamServer): INestMicroservice {
  const microservice = app.connectMicroservice({ strategy: server }, { deferInitialization: true });
  microservice.useGlobalFilters(new HandlerErrorFilter());
  if (!(microservice instanceof NestMicroservice)) throw new TypeError('two copies of @nestjs/microservices');
  // Deferred above because handlers are bound with the filters known at that moment; done here because Nest would
  // otherwise run the application's init hooks a second time for the microservice.
  microservice.registerListeners();
  microservice.setIsInitialized(true);
  microservice.setIsInitHookCalled(true);
  return microservice;
}
