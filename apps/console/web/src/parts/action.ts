import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { ApiProblem } from '../api/call.js';
import { fieldProblem } from '../words/field-words.js';
import { useWords } from '../words/language.js';
import { problemKey } from '../words/problem-words.js';
import { useNotices } from './notices.js';

/** What went wrong in words, with the server's own where they add something. */
export function useProblemWords(): (error: unknown) => string {
  const { say } = useWords();
  return (error) => {
    if (!(error instanceof ApiProblem)) return say('error.500');
    const key = problemKey(error);
    const detail = error.problem.detail;
    const words = say(key);
    const errors = error.problem.errors ?? [];
    // Its detail is in English: not said where every field says it in words of the page.
    const isSaid = errors.length > 0 && errors.every(({ message }) => fieldProblem(message) !== null);
    return key === 'error.422' && detail !== undefined && !isSaid
      ? `${words} ${say('error.detail', { detail })}`
      : words;
  };
}

/**
 * Something that somebody does: says how it went, and has what it changed shown anew, also after a refusal, since then
 * what is shown is not what is.
 */
export function useAction<Input, Result>(options: {
  act: (input: Input) => Promise<Result>;
  done?: (result: Result, input: Input) => string | null;
  after?: (input: Input) => Promise<unknown>;
}): UseMutationResult<Result, Error, Input> {
  const { tell } = useNotices();
  const words = useProblemWords();
  return useMutation<Result, Error, Input>({
    mutationFn: options.act,
    onSuccess: (result, input) => {
      const said = options.done?.(result, input) ?? null;
      if (said !== null) tell(said);
    },
    onError: (error) => {
      // Whoever is asked for the key again is told so there.
      if (!(error instanceof ApiProblem && error.status === 401)) tell(words(error), 'bad');
    },
    onSettled: (_result, _error, input) => options.after?.(input),
  });
}
