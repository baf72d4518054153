import { useWords } from '../words/language.js';
import { reasonWords } from '../words/reason-words.js';

/** Why a delivery stands as it does, in words of the page where they are known; else as the ledger has it. */
export function Reason({ reason }: { reason: string }) {
  const { say } = useWords();
  const known = reasonWords(reason);
  return <bdi>{known === null ? reason : say(known.key, known.values)}</bdi>;
}
