export const DATE_FORMATS = ['rfc822', 'rfc3339', 'rfc3339-micro', 'local', 'unix', 'unix-ms'] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

const MINUTE_MS = 60_000;

const two = (value: number) => String(value).padStart(2, '0');

/** True for what `Intl` knows as a time zone: an IANA name or an offset. */
export function isTimeZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Making one costs more than all else that a date takes. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formatters.set(zone, made);
  return made;
}

/** Milliseconds that the zone's clocks are ahead of UTC at this instant. */
function offsetOf(zone: string, at: Date): number {
  const name = formatterOf(zone)
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const offset = /([+-])(\d\d):(\d\d)/.exec(name ?? '');
  if (offset === null) return 0;
  const [, sign, hours, minutes] = offset;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

export interface DateStyle {
  format: DateFormat;
  /** IANA name or offset; `unix` and `unix-ms` have none. */
  zone: string;
}

/**
 * @param order of release: gives the last three of the six digits of `rfc3339-micro`, so that two articles of one instant differ
 * @returns a number for `unix` (seconds) and `unix-ms`
 */
export function writeDate(at: Date, { format, zone }: DateStyle, order: bigint): string | number {
  if (format === 'unix-ms') return at.getTime();
  if (format === 'unix') return Math.floor(at.getTime() / 1000);
  const offset = offsetOf(zone, at);
  const local = new Date(at.getTime() + offset);
  // RSS 2.0 asks for RFC 822 with a year of four digits, which is this but for the zone.
  if (format === 'rfc822') return local.toUTCString().replace('GMT', offsetText(offset, ''));
  const [seconds = '', milliseconds = ''] = local.toISOString().slice(0, -1).split('.');
  if (format === 'local') return seconds.replace('T', ' ');
  const fraction = format === 'rfc3339' ? '' : `.${milliseconds}${String(order % 1000n).padStart(3, '0')}`;
  return seconds + fraction + (offset === 0 ? 'Z' : offsetText(offset, ':'));
}

function offsetText(offset: number, colon: string): string {
  const minutes = Math.abs(offset) / MINUTE_MS;
  return (offset < 0 ? '-' : '+') + two(Math.floor(minutes / 60)) + colon + two(minutes % 60);
}
