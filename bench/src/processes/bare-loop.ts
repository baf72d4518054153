import { answerParent } from './answer-parent.js';
import { signedPost } from './signed-post.js';

/* The barest baseline: a loop that posts one signed body to each address. Nothing is queued, announced or recorded. */

/** As many at once as Newsrelay's worker process. */
const CONCURRENCY = 64;

answerParent({
  run: async (given: { outlets: readonly string[]; envelope: readonly string[]; marker: string }) => {
    const body = given.envelope.join(given.marker);
    const left = given.outlets.entries();
    const sender = async (): Promise<void> => {
      // One iterator for all of them: each takes the next address that nobody has.
      for (const [index, url] of left) await signedPost(url, `${given.marker}-${index}`, body);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, sender));
  },
});
