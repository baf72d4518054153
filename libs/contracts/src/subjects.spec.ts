import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EVENT_SCHEMAS } from './events.js';
import { STREAM_SPECS } from './streams.js';
import { CONSUMERS, NOTIFICATIONS, QUEUES, STREAMS, SUBJECTS } from './subjects.js';

describe('names', () => {
  const page = readFileSync(new URL('../../../docs/contracts.md', import.meta.url), 'utf8');

  it.each(
    [SUBJECTS, STREAMS, CONSUMERS, QUEUES, NOTIFICATIONS].flatMap((names) => Object.values<string>(names)),
  )('docs/contracts.md lists %s', (name) => {
    expect(page).toContain(`\`${name}`);
  });

  it('every event falls into exactly one stream', () => {
    for (const subject of Object.keys(EVENT_SCHEMAS)) {
      const streams = STREAM_SPECS.filter(({ subjects }) =>
        subjects.some((pattern) => pattern.endsWith('.>') && subject.startsWith(pattern.slice(0, -1))),
      );
      expect(streams).toHaveLength(1);
    }
  });

  it.each(Object.values(QUEUES))('BullMQ takes the queue name %s', (name) => {
    expect(name).not.toContain(':');
  });
});
