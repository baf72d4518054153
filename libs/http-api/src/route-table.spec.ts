import { describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { pathOf, RouteTable } from './route-table.js';

type Hook = (route: { method: string | string[]; url: string }) => void;

function tableOf(routes: readonly (readonly [method: string | string[], url: string])[]): RouteTable {
  const table = new RouteTable();
  let hook: Hook = () => undefined;
  table.watch({ addHook: (_name: string, given: Hook) => (hook = given) } as unknown as FastifyInstance);
  for (const [method, url] of routes) hook({ method, url });
  return table;
}

describe('RouteTable', () => {
  const table = tableOf([
    ['GET', '/api/v1/articles'],
    [['POST', 'HEAD'], '/api/v1/articles'],
    ['GET', '/api/v1/articles/:id'],
    ['PUT', '/api/v1/articles/:id'],
    ['GET', '/feeds/:channel.rss'],
    ['GET', '/sitemap-:number(^\\d{1,6}).xml'],
    ['GET', '*'],
  ]);
  it.each([
    ['/api/v1/articles', ['GET', 'HEAD', 'POST']],
    ['/api/v1/articles/', []],
    ['/api/v1/articles/x', ['GET', 'PUT']],
    ['/feeds/daily.rss', ['GET']],
    ['/feeds/dailyXrss', []],
    ['/sitemap-12.xml', ['GET']],
    ['/sitemap-x.xml', []],
    ['/sitemap-12xxml', []],
    ['/api/v1/articles/x/y', []],
    ['/api/v1', []],
    ['/', []],
  ])('knows the methods of %s', (path, methods) => {
    expect(table.methodsOf(path)).toEqual(methods);
  });
});

describe('pathOf', () => {
  it.each([
    ['/api/v1/articles?limit=1', '/api/v1/articles'],
    ['/%61pi/v1', '/api/v1'],
    ['/%zz', '/%zz'],
    ['/a%2Fb', '/a%2Fb'],
    ['/%E9%A1%B5', '/页'],
  ])('reads %s as %s', (target, path) => {
    expect(pathOf(target)).toBe(path);
  });
});
