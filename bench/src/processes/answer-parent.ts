import type { Question, Reply } from '../stand/node-child.js';

/** What a process of the benchmark can be asked, by name. */
export type Answers = Readonly<Record<string, (input: never) => unknown>>;

/** Answers the benchmark's questions, and ends with it, however it ends. */
export function answerParent(answers: Answers): void {
  process.once('disconnect', () => process.exit(1));
  process.once('SIGTERM', () => process.exit(0));
  process.on('message', (message) => {
    const { id, what, input } = message as Question;
    answer(answers, what, input).then(
      (given) => {
        send({ id, answer: given ?? null });
      },
      (error: unknown) => {
        send({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      },
    );
  });
}

async function answer(answers: Answers, what: string, input: unknown): Promise<unknown> {
  const known = answers[what];
  if (known === undefined) throw new Error(`nobody answers "${what}"`);
  return await known(input as never);
}

function send(reply: Reply): void {
  process.send?.(reply);
}
