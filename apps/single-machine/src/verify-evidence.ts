import { readFileSync } from 'node:fs';
import { verifyEvidence } from '@newsrelay/contracts/evidence-chain';
import type { Terminal } from './terminal.js';

/** `verify-evidence FILE [HASH]`: 0 if the chain holds, 1 if it does not, 2 if there is nothing to read. Needs no server. */
export function verifyEvidenceFile(terminal: Terminal, [path, known]: readonly string[]): number {
  if (path === undefined) {
    terminal.say('verify-evidence: name the file, as GET /api/v1/articles/{id}/evidence answered it.');
    return 2;
  }
  let file: unknown;
  try {
    file = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    terminal.say(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  const verdict = verifyEvidence(file, known);
  terminal.say(
    verdict.holds
      ? `${path} holds: ${verdict.count} entries, head ${verdict.head}`
      : `${path} does not hold: ${verdict.reason}`,
  );
  return verdict.holds ? 0 : 1;
}
