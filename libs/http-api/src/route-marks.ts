import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Permission } from './roles.js';

/** What a route says of itself: what it asks for, or that it is open to everyone. */
export type RouteMark = { needs: Permission } | { open: true };

declare module 'fastify' {
  interface FastifyContextConfig {
    newsrelay?: RouteMark & { loginAt?: string };
  }
  interface FastifyInstance {
    /** Every route, each with its mark as `config.newsrelay`. */
    markedRoutes: readonly RouteOptions[];
  }
}

/** The route asks for a key, or a session of one, whose role has this permission. */
export const Needs = (permission: Permission): MethodDecorator =>
  RouteConfig({ newsrelay: { needs: permission } });

/** The route answers everyone. */
export const Open = (): MethodDecorator => RouteConfig({ newsrelay: { open: true } });

/**
 * Marks every route that is registered in this Fastify scope from here on and has no mark of its own: for plugins that
 * bring routes, such as static files. Call it in a scope of their own (`register(async (scope) => {…})`), before them.
 * `loginAt`: a browser without a session is sent there instead of being answered 401.
 */
export function markScope(scope: FastifyInstance, mark: RouteMark, loginAt?: string): void {
  scope.addHook('onRoute', (route) => {
    route.config = {
      ...route.config,
      newsrelay: route.config?.newsrelay ?? { ...mark, ...(loginAt === undefined ? {} : { loginAt }) },
    };
  });
}

/**
 * Sees to it that no route is left without a mark, whoever registers it: Fastify does not become ready before. Call it before
 * any route is there. The routes are kept as `fastify.markedRoutes`, for a test that asks each of them.
 */
export function watchRouteMarks(fastify: FastifyInstance): void {
  const routes: RouteOptions[] = [];
  fastify.decorate('markedRoutes', routes);
  fastify.addHook('onRoute', (route) => {
    routes.push(route);
  });
  fastify.addHook('onReady', () => {
    const unmarked = routes.filter(({ config }) => config?.newsrelay === undefined);
    if (unmarked.length === 0) return Promise.resolve();
    const named = unmarked.map(({ method, url }) => `${[method].flat().join('|')} ${url}`).join(', ');
    return Promise.reject(
      new Error(`routes without a mark (Needs, Open or markScope of http-api/route-marks): ${named}`),
    );
  });
}
