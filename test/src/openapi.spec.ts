import SwaggerParser from '@apidevtools/swagger-parser';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NewsrelaySystem } from './harness/newsrelay-system.js';

interface Document {
  paths: Record<string, Record<string, object>>;
}

describe('/api/v1/openapi.json', () => {
  let system: NewsrelaySystem;
  let document: Document;
  beforeAll(async () => {
    system = await NewsrelaySystem.start({ services: ['ingest', 'feeds', 'console'] });
    const answer = await system.api.call<Document>('console', 'GET', '/api/v1/openapi.json', { key: null });
    expect(answer.status).toBe(200);
    document = answer.body;
  }, 120_000);
  afterAll(async () => {
    await system.stop();
  }, 60_000);

  it('is valid OpenAPI 3.1', async () => {
    await expect(SwaggerParser.validate(structuredClone(document) as never)).resolves.toBeDefined();
  });

  /** Of every path of the document that leads there: one with a parameter may lead where another one has a word. */
  const documentedAt = (concrete: string): string[] => {
    const leadsThere = (path: string) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(concrete);
    const methods = Object.entries(document.paths).flatMap(([path, operations]) =>
      leadsThere(path) ? Object.keys(operations) : [],
    );
    return [...new Set(methods)].sort();
  };

  it('names exactly the methods that the services answer', async () => {
    const services = ['ingest', 'feeds', 'console'] as const;
    for (const path of Object.keys(document.paths)) {
      const concrete = path
        .replace(/\{(version|number)\}/, '1')
        .replace('{key}', '0123456789abcdef')
        .replace('{file}', 'x.rss')
        .replace('{id}', '00000000-0000-4000-8000-000000000000');
      const answered = new Set<string>();
      for (const service of services) {
        const answer = await system.api.call(service, 'OPTIONS', concrete);
        for (const method of String(answer.headers['allow'] ?? '').split(', '))
          answered.add(method.toLowerCase());
      }
      for (const same of ['', 'head', 'options']) answered.delete(same);
      expect({ path, methods: [...answered].sort() }).toEqual({
        path,
        methods: documentedAt(concrete),
      });
    }
  });
});
