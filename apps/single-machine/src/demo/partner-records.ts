import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const record = z.object({
  at: z.string(),
  webhookId: z.string(),
  /** `taken`: new and stored; `repeated`: its id was taken before; `refused`: answered with an error. */
  result: z.enum(['taken', 'repeated', 'refused']),
  status: z.number(),
  reason: z.string().nullable(),
  type: z.string().nullable(),
  uri: z.string().nullable(),
  version: z.number().nullable(),
  headline: z.string().nullable(),
});
/** One request that reached the partner site, and what it answered. */
export type PartnerRecord = z.infer<typeof record>;

const partnerRecords = z.array(record);

/** What reached the partner at `url`, in its own words. */
export async function recordsAt(url: string): Promise<PartnerRecord[]> {
  const response = await fetch(`${url}/records.json`, { signal: AbortSignal.timeout(10_000) });
  return partnerRecords.parse(await response.json());
}

/** Everything the partner site ever got, one JSON line each; survives its end at any moment. */
export class PartnerRecordFile {
  readonly #records: PartnerRecord[] = [];
  readonly #taken = new Set<string>();

  constructor(private readonly file: string) {
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    // A process killed while it wrote leaves a last line without its end: that request got no answer.
    if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
    for (const line of text.split('\n')) {
      const parsed = record.safeParse(parseLine(line));
      if (parsed.success) this.#remember(parsed.data);
    }
  }

  get all(): readonly PartnerRecord[] {
    return this.#records;
  }

  wasTaken(webhookId: string): boolean {
    return this.#taken.has(webhookId);
  }

  add(entry: PartnerRecord): void {
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
    this.#remember(entry);
  }

  #remember(entry: PartnerRecord): void {
    this.#records.push(entry);
    if (entry.result === 'taken') this.#taken.add(entry.webhookId);
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
