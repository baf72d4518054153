import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '@newsrelay/local-servers/find-program';

/** What wrk saw. */
export interface Load {
  readonly perSecond: number;
  readonly requests: number;
  /** Of answers, heads included. */
  readonly bytes: number;
}

export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  /** For a file that wrk needs. */
  readonly folder: string;
  /** Ends it before its time. */
  readonly stopping: AbortSignal;
}

/** Printed last; wrk's own report rounds. */
const SCRIPT = `
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\nRESULT {"requests":%d,"microseconds":%d,"bytes":%d,"errors":%d}\\n',
    summary.requests, summary.duration, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout))
end
`;

const LATE_MS = 20_000;

/**
 * Asks for one address as often as `connections` clients can for `seconds`, in a process of its own: wrk, whose C costs
 * little of the processor that it measures.
 *
 * @throws Error where wrk is missing or anything but a 2xx or 3xx came
 */
export async function load(
  url: string,
  headers: Readonly<Record<string, string>>,
  { connections, seconds, folder, stopping }: LoadOptions,
): Promise<Load> {
  const wrk = findProgram('wrk');
  if (wrk === undefined) throw new Error('wrk is missing: install it (Debian: apt-get install wrk)');
  const script = join(folder, 'wrk.lua');
  writeFileSync(script, SCRIPT);
  const { stdout } = await promisify(execFile)(
    wrk,
    [
      ...['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`],
      ...['--timeout', '10s', '--script', script],
      ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
      url,
    ],
    { timeout: seconds * 1_000 + LATE_MS, killSignal: 'SIGKILL', signal: stopping },
  );
  const found = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`wrk said nothing that can be read: ${stdout}`);
  const result = JSON.parse(found) as {
    requests: number;
    microseconds: number;
    bytes: number;
    errors: number;
  };
  if (result.errors > 0) throw new Error(`${result.errors} of ${result.requests} requests to ${url} failed`);
  return {
    perSecond: result.requests / (result.microseconds / 1e6),
    requests: result.requests,
    bytes: result.bytes,
  };
}
