import type { Health } from '@newsrelay/telemetry/health';
import type { Metrics } from '@newsrelay/telemetry/metrics';
import { VERSION } from './version.js';

/** Each of the health checks is bounded by two seconds; all are asked at once. */
const WITHIN_MS = 2_500;

/** What every process shows of itself: its build, and which of the parts that it needs answer. */
export function processGauges(metrics: Metrics, health: Health): void {
  metrics.reading(
    'health',
    {
      parts: {
        name: 'newsrelay_part_up',
        help: '1 if a part that the process works with answers, else 0; without a required one it is not ready',
        labels: ['part', 'required'],
      },
      ready: { name: 'newsrelay_ready', help: '1 if the process can do its work, as /health/ready says' },
      build: { name: 'newsrelay_build_info', help: 'Always 1; the version is a label', labels: ['version'] },
    },
    async () => {
      const { ready, parts } = await health.report();
      return {
        parts: Object.entries(parts).map(([part, { up, required }]) => ({
          labels: { part, required: String(required) },
          value: up ? 1 : 0,
        })),
        ready: [{ value: ready ? 1 : 0 }],
        build: [{ labels: { version: VERSION }, value: 1 }],
      };
    },
    WITHIN_MS,
  );
}
