import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Receipt, Records } from './checker/records.js';

/* What a run leaves: small things in one JSON file, receipts and ledger as JSON lines. */

export const RECEIPTS = 'receipts.jsonl';
const LEDGER = 'ledger.jsonl';
const RUN = 'run.json';

export function writeRecords(folder: string, records: Records): void {
  const { receipts, ledger, ...run } = records;
  writeLines(join(folder, RECEIPTS), receipts);
  writeLines(join(folder, LEDGER), ledger);
  writeFileSync(join(folder, RUN), `${JSON.stringify(run, null, 1)}\n`);
}

/** @throws Error where they are not there */
export function readRecords(folder: string): Records {
  const run = JSON.parse(readFileSync(join(folder, RUN), 'utf8')) as Omit<Records, 'receipts' | 'ledger'>;
  return { ...run, receipts: readReceipts(join(folder, RECEIPTS)), ledger: readLines(join(folder, LEDGER)) };
}

export function readReceipts(file: string): Receipt[] {
  return readLines(file);
}

function readLines<T>(file: string): T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

function writeLines(file: string, rows: readonly object[]): void {
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
