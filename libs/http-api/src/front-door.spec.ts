import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { FrontDoor } from './front-door.js';

describe('the front door', () => {
  let server: Server;
  let metrics: Metrics;
  let door: FrontDoor;
  let addresses: (string | null)[];

  async function open(trustsProxies: boolean): Promise<string> {
    door.open(server, trustsProxies);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  beforeEach(() => {
    server = createServer((_request, response) => response.end('routed'));
    metrics = new Metrics('spec');
    door = new FrontDoor(metrics);
    addresses = [];
    door.take('/ready/:name', ({ url }, response, address) => {
      if (url !== '/ready/one') return false;
      addresses.push(address);
      response.writeHead(203).end('at once');
      return true;
    });
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    metrics.registry.clear();
  });

  const textOf = async (url: string) => (await fetch(url)).text();

  it('answers what it can, counts that, and leaves the rest to the routes', async () => {
    const origin = await open(false);
    expect(await textOf(`${origin}/ready/one`)).toBe('at once');
    expect(await textOf(`${origin}/ready/two`)).toBe('routed');
    const { values } = await metrics.httpSeconds.get();
    expect(values.filter(({ metricName }) => metricName?.endsWith('_count') === true)).toEqual([
      expect.objectContaining({
        value: 1,
        labels: { method: 'GET', route: '/ready/:name', status: 203 },
      }),
    ]);
    expect(addresses).toEqual(['127.0.0.1']);
  });

  it("knows no caller where proxies are trusted: their headers are the routes' to read", async () => {
    const origin = await open(true);
    expect(await textOf(`${origin}/ready/one`)).toBe('at once');
    expect(addresses).toEqual([null]);
  });

  it('is shut as soon as the process stops', async () => {
    const origin = await open(false);
    door.beforeApplicationShutdown();
    expect(await textOf(`${origin}/ready/one`)).toBe('routed');
  });
});
