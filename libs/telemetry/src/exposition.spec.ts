import { expect, it } from '@jest/globals';
import { mergeExpositions } from './exposition.js';
import { Metrics } from './metrics.js';

const linesOf = (text: string, start: string) => text.split('\n').filter((line) => line.startsWith(start));

it('keeps every sample of every process, below one head a metric', async () => {
  const [http, workers] = [new Metrics('http'), new Metrics('workers')];
  http.httpSeconds.observe({ method: 'GET', route: '/feeds/:file', status: 200 }, 0.02);
  workers.httpSeconds.observe({ method: 'GET', route: '/health/ready', status: 200 }, 0.02);
  workers.attempts.inc({ channel: 'a', type: 'webhook', outcome: 'delivered' }, 3);
  const texts = [await http.text(), await workers.text()];
  const merged = mergeExpositions(texts);

  const samples = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(samples(merged).sort()).toEqual(texts.flatMap(samples).sort());
  const heads = merged.split('\n').filter((line) => line.startsWith('#'));
  expect(new Set(heads).size).toBe(heads.length);
  for (const service of ['http', 'workers'])
    expect(merged).toMatch(new RegExp(`process_start_time_seconds\\{service="${service}"\\} \\d`));
  expect(linesOf(merged, 'newsrelay_http_request_duration_seconds_count')).toEqual([
    'newsrelay_http_request_duration_seconds_count{service="http",method="GET",route="/feeds/:file",status="200"} 1',
    'newsrelay_http_request_duration_seconds_count{service="workers",method="GET",route="/health/ready",status="200"} 1',
  ]);
});

it('leaves one process alone as it is', async () => {
  const text = await new Metrics('http').text();
  const lines = (of: string) => of.split('\n').filter((line) => line !== '');
  expect(lines(mergeExpositions([text]))).toHaveLength(lines(text).length);
});
