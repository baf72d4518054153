import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parse as parseYaml } from 'yaml';
import { readEnvironment } from '@newsrelay/config/environment';
import { singleMachineHttpSettings, singleMachineWorkersSettings } from '@newsrelay/config/processes';
import { freePort } from '@newsrelay/local-servers/free-port';
import { startServiceProcess, type ServiceProcess } from '@newsrelay/service-process/service-process';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { httpProcess, workersProcess } from './processes.js';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** What Prometheus and `Metrics` add to every sample. */
const ADDED_LABELS = ['job', 'instance', 'service'];

interface Registered {
  name: string;
  help: string;
  type: string;
  labels: string[];
}

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: Record<string, string>;
}

interface Panel {
  type: string;
  title: string;
  description?: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { expr: string }[];
}

/** Metrics and labels that an expression names, as Prometheus's own grammar reads it. */
function namesIn(expression: string): { metrics: string[]; labels: string[] } {
  const metrics: string[] = [];
  const labels: string[] = [];
  let inGrouping = 0;
  parser.parse(expression).iterate({
    enter: ({ type, from, to, name }) => {
      const text = expression.slice(from, to);
      if (type.isError)
        throw new Error(`not PromQL at "${expression.slice(from, from + 40)}": ${expression}`);
      if (name === 'VectorSelector') metrics.push(/^[\w:]+/.exec(text)?.[0] ?? '');
      if (name === 'GroupingLabels') inGrouping += 1;
      if (name === 'LabelName') labels.push(text);
      return undefined;
    },
    leave: ({ name }) => {
      if (name === 'GroupingLabels') inGrouping -= 1;
    },
  });
  expect(inGrouping).toBe(0);
  return { metrics, labels };
}

/** Grafana puts these in before Prometheus sees the expression. */
const asSent = (expression: string) =>
  expression.replaceAll('$__rate_interval', '1m').replaceAll('$channel', '.*');

describe('what is shown of the running system', () => {
  let processes: ServiceProcess[];
  let registered: Map<string, Registered>;
  let urls: string[];
  const key = 'k'.repeat(32);

  beforeAll(async () => {
    // The real processes, with servers that do not answer: metrics must be there all the same.
    const [port, workersPort, nowhere] = [await freePort(), await freePort(), await freePort()];
    const environment = {
      NEWSRELAY_PORT: String(port),
      NEWSRELAY_WORKERS_PORT: String(workersPort),
      NEWSRELAY_DATA_DIR: import.meta.dirname,
      NEWSRELAY_PUBLIC_URL: `http://127.0.0.1:${port}`,
      NEWSRELAY_ADMIN_KEY: key,
      NEWSRELAY_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      NEWSRELAY_LOG_LEVEL: 'error',
      DATABASE_URL: `postgres://127.0.0.1:${nowhere}/none`,
      REDIS_URL: `redis://127.0.0.1:${nowhere}`,
      NATS_URL: `nats://127.0.0.1:${nowhere}`,
    };
    urls = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${workersPort}`];
    processes = [
      await startServiceProcess(httpProcess(readEnvironment(singleMachineHttpSettings, environment))),
      await startServiceProcess(workersProcess(readEnvironment(singleMachineWorkersSettings, environment))),
    ];
    registered = new Map();
    for (const { app } of processes) {
      for (const metric of app.get(Metrics).registry.getMetricsAsArray()) {
        const { labelNames } = metric as unknown as { labelNames: string[] };
        const { type } = await (metric as unknown as { get: () => Promise<{ type: string }> }).get();
        registered.set(metric.name, { name: metric.name, help: metric.help, type, labels: [...labelNames] });
      }
    }
  }, 60_000);
  afterAll(async () => {
    for (const running of processes) await running.stop();
  }, 60_000);

  /** The registered metric behind a name that an expression uses. */
  function metricOf(name: string): Registered | undefined {
    const base = registered.get(name.replace(/_(bucket|sum|count)$/, ''));
    const hasParts = base?.type === 'histogram' || base?.type === 'summary';
    return registered.get(name) ?? (hasParts ? base : undefined);
  }

  function expectKnown(expression: string): void {
    const { metrics, labels } = namesIn(expression);
    const known = new Set(ADDED_LABELS);
    for (const name of metrics) {
      if (name === 'up') continue;
      const metric = metricOf(name);
      if (metric === undefined) throw new Error(`no process has the metric ${name}: ${expression}`);
      for (const label of metric.labels) known.add(label);
      if (metric.type === 'histogram') known.add('le');
    }
    const unknown = labels.filter((label) => !known.has(label));
    if (unknown.length > 0) throw new Error(`no metric has the label ${unknown.join(', ')}: ${expression}`);
  }

  it('is scraped in time while every server is away, without what they hold', async () => {
    const before = performance.now();
    const answers = await Promise.all(
      urls.map((url) => fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } })),
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(texts[0]).toMatch(/^newsrelay_reading_success\{part="deliveries",service="http"\} 0$/m);
    expect(texts[0]).toMatch(/^newsrelay_ready\{service="http"\} 0$/m);
    // The public port shows the workers as well.
    expect(texts[0]).toMatch(/^newsrelay_ready\{service="workers"\} 0$/m);
    expect(texts[0]).not.toMatch(/^newsrelay_(deliveries|outbox_events|queue_jobs)[{ ]/m);
  }, 20_000);

  it('is listed in docs/metrics.md, all of it and nothing else', () => {
    const rows = [...registered.values()]
      .filter(({ name }) => name.startsWith('newsrelay_'))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .map(
        ({ name, type, labels, help }) =>
          `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
      );
    const listed = read('docs/metrics.md')
      .split('\n')
      .filter((line) => line.startsWith('| `newsrelay_'));
    expect(listed).toEqual(rows);
  });

  it('is in a panel or a rule, each of it', () => {
    const shown = `${read('deploy/grafana/newsrelay.json')}${read('deploy/prometheus/alerts.yml')}`;
    const named = new Set(shown.match(/newsrelay_\w+/g)?.map((name) => metricOf(name)?.name));
    const nowhere = [...registered.keys()].filter(
      (name) => name.startsWith('newsrelay_') && !named.has(name),
    );
    expect(nowhere).toEqual([]);
  });

  it('follows the naming of Prometheus', () => {
    for (const { name, type } of registered.values()) {
      if (!name.startsWith('newsrelay_')) continue;
      expect(`${name}: ${name.endsWith('_total')}`).toBe(`${name}: ${type === 'counter'}`);
      expect(name).not.toMatch(/_(ms|millis|milliseconds|minutes|hours|kb|mb)(_|$)/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });

  describe('deploy/prometheus/alerts.yml', () => {
    const { groups } = parseYaml(read('deploy/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] };
    const rules = groups.flatMap((group) => group.rules);

    it.each(rules.map((rule) => [rule.alert, rule] as const))('%s asks for what there is', (name, rule) => {
      expectKnown(rule.expr);
      expect(name).toMatch(/^Newsrelay([A-Z][a-z]*)+$/);
      expect(['critical', 'warning']).toContain(rule.labels.severity);
      const anchor = name.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase();
      expect(rule.annotations['runbook']).toBe(`docs/runbook.md#${anchor}`);
      for (const annotation of ['summary', 'description']) {
        const text = rule.annotations[annotation] ?? '';
        // The newsroom's language first, then English.
        expect(text).toMatch(/\p{Script=Han}.* \/ .*[a-z]{3}/u);
        const shown = [...text.matchAll(/\$labels\.(\w+)/g)].map((match) => match[1] ?? '');
        const kept = namesIn(rule.expr).labels;
        if (!rule.expr.startsWith('up{')) for (const label of shown) expect(kept).toContain(label);
      }
    });

    it('has no two of one name', () => {
      const names = rules.map(({ alert }) => alert);
      expect(new Set(names).size).toBe(names.length);
    });

    it('is loaded by deploy/prometheus/prometheus.yml, under the job that rules name', () => {
      const configuration = parseYaml(read('deploy/prometheus/prometheus.yml')) as {
        rule_files: string[];
        scrape_configs: { job_name: string; metrics_path: string }[];
      };
      expect(configuration.rule_files).toEqual(['alerts.yml']);
      expect(configuration.scrape_configs).toMatchObject([
        { job_name: 'newsrelay', metrics_path: '/metrics' },
      ]);
    });
  });

  describe('deploy/grafana/newsrelay.json', () => {
    const dashboard = JSON.parse(read('deploy/grafana/newsrelay.json')) as {
      panels: Panel[];
      templating: { list: { name: string; definition?: string }[] };
    };
    const { panels } = dashboard;

    it.each(panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)))(
      '%s asks for what there is: %s',
      (_title, expression) => {
        expectKnown(asSent(expression));
      },
    );

    it('asks for labels that there are, in its variables', () => {
      const asked = dashboard.templating.list.flatMap(({ definition }) =>
        definition === undefined ? [] : [/^label_values\((\w+), (\w+)\)$/.exec(definition)],
      );
      expect(asked.length).toBeGreaterThan(0);
      for (const match of asked) expect(metricOf(match?.[1] ?? '')?.labels).toContain(match?.[2]);
    });

    it('has titles in Chinese first, and panels that do not lie on each other', () => {
      const taken = new Set<string>();
      for (const { title, type, gridPos, targets } of panels) {
        if (title !== 'CPU' && !title.startsWith('HTTP ')) expect(title).toMatch(/^\p{Script=Han}.* [A-Z]/u);
        if (type !== 'row') expect(targets?.length).toBeGreaterThan(0);
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            expect(`${title}: ${taken.has(`${x},${y}`)}`).toBe(`${title}: false`);
            taken.add(`${x},${y}`);
          }
        }
      }
    });
  });
});
