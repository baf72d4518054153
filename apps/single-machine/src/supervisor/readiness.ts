import type { HealthReport } from '@newsrelay/telemetry/health';

/** What a process answers about itself: `null` if it is ready, else what it waits for. */
export async function unreadiness(baseUrl: string): Promise<string | null> {
  let response: Response;
  try {
    response = await fetch(`${baseUrl}/health/ready`, { signal: AbortSignal.timeout(3000) });
  } catch {
    return 'does not answer yet';
  }
  const report = (await response.json().catch(() => null)) as Partial<HealthReport> | null;
  if (response.ok) return null;
  const missing = Object.entries(report?.parts ?? {}).filter(([, part]) => !part.up && part.required);
  if (missing.length === 0) return `answers ${response.status}`;
  return missing.map(([name, part]) => `${name} is down: ${part.reason ?? 'no reason given'}`).join('; ');
}
