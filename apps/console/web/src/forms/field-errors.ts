import { ApiProblem } from '../api/call.js';
import { fieldProblem } from '../words/field-words.js';
import { useWords } from '../words/language.js';

/** What a refusal says of a field, by its JSON Pointer or of what lies below it; null for nothing. */
export type ErrorAt = (path: string) => string | null;

export function useFieldErrors(error: unknown): ErrorAt {
  const { say } = useWords();
  const errors = error instanceof ApiProblem ? (error.problem.errors ?? []) : [];
  return (path) => {
    const found = errors.find((each) => each.path === path || each.path.startsWith(`${path}/`));
    if (found === undefined) return null;
    const known = fieldProblem(found.message);
    return known === null ? found.message : say(known.key, known.values);
  };
}
