import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../..');
const RUNBOOK = join(ROOT, 'docs/runbook.md');
const text = readFileSync(RUNBOOK, 'utf8');

/** Anchors with what stands below each, up to the next one. */
const sections = new Map(
  [...text.matchAll(/<a id="([\w-]+)"><\/a>\n### (.+)\n([\s\S]*?)(?=\n<a id=|\n## |\n---|$)/g)].map(
    ([, anchor = '', title = '', body = '']) => [anchor, { title, body }] as const,
  ),
);
const kebab = (alert: string) => alert.replaceAll(/(?<!^)([A-Z])/g, '-$1').toLowerCase();

describe('the runbook', () => {
  it('has a section for every alert, and none for an alert that is not there', () => {
    const rules = readFileSync(join(ROOT, 'deploy/prometheus/alerts.yml'), 'utf8');
    const alerts = [...rules.matchAll(/^\s*- alert: (\w+)$/gm)].map(([, alert = '']) => alert);
    expect(alerts.length).toBeGreaterThan(0);
    const told = [...sections.keys()].filter((anchor) => anchor.startsWith('newsrelay-'));
    expect(told.sort()).toEqual(alerts.map(kebab).sort());
    for (const alert of alerts) expect(sections.get(kebab(alert))?.title).toContain(alert);
  });

  it.each([...sections].filter(([anchor]) => anchor.startsWith('newsrelay-')))(
    '%s says what it means, where to look, what to do and what never to do',
    (_anchor, { body }) => {
      for (const part of ['含义', '查看', '处理', '切勿'])
        expect(body).toMatch(new RegExp(`^- \\*\\*${part}\\*\\*：.{5}`, 'm'));
    },
  );

  it('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) {
      const [path = '', anchor] = link.split('#');
      if (path !== '') expect([link, existsSync(join(dirname(RUNBOOK), path))]).toEqual([link, true]);
      else expect(sections.has(anchor ?? '')).toBe(true);
    }
  });
});
