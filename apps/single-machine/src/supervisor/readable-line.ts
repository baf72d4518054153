/** Fields that the line shows elsewhere or that say nothing to a reader at the console. */
const LEFT_OUT = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'service',
  'context',
  'msg',
  'err',
  'req',
  'res',
]);
const LONGEST = 400;

/**
 * What the console shows of one log line of a service: warnings and errors as text, `null` for everything
 * else. A line that is no JSON (a crash before the logger stands) is shown as it is.
 */
export function readableLine(name: string, line: string): string | null {
  // Nearly all lines, and most of what reading them would cost.
  if (line.startsWith('{"level":"info"')) return null;
  const entry = parse(line);
  if (entry === null) return line.trim() === '' ? null : `${name}: ${shorten(line)}`;
  const level = levelName(entry['level']);
  if (level === null) return null;
  const service = typeof entry['service'] === 'string' ? entry['service'] : name;
  const message = typeof entry['msg'] === 'string' ? entry['msg'] : '';
  const error = reasonOf(entry['err']);
  const parts = [message, ...(error !== null && error !== message ? [error] : [])].filter(
    (part) => part !== '',
  );
  const fields = Object.entries(entry)
    .filter(([key, value]) => !LEFT_OUT.has(key) && ['string', 'number', 'boolean'].includes(typeof value))
    .map(([key, value]) => `${key}=${String(value)}`);
  return shorten(
    `${service} ${level}: ${parts.join(': ')}${fields.length === 0 ? '' : ` (${fields.join(', ')})`}`,
  );
}

function parse(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** pino writes levels as labels here, as numbers by default. */
function levelName(level: unknown): string | null {
  if (level === 'warn' || level === 40) return 'warning';
  if (level === 'error' || level === 50 || level === 'fatal' || level === 60) return 'error';
  return null;
}

function reasonOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const { message, code } = error as { message?: unknown; code?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  return typeof code === 'string' ? code : null;
}

function shorten(text: string): string {
  const line = text.trimEnd();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`;
}
