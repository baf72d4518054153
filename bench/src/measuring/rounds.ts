/** What is compared, by name; the first is ours. */
export type Contenders<T> = Readonly<Record<string, () => Promise<T>>>;

/**
 * Lets each contender run once uncounted, then all of them in turn, round by round: what happens to the machine meanwhile
 * happens to all.
 *
 * @returns the rounds of each contender
 */
export async function inTurn<T>(
  contenders: Contenders<T>,
  rounds: number,
  { warmUp = true, say }: { warmUp?: boolean; say: (line: string) => void },
): Promise<Map<string, T[]>> {
  const results = new Map<string, T[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = warmUp ? 0 : 1; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      say(`${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}: ${name}`);
      const result = await run();
      if (round > 0) results.get(name)?.push(result);
    }
  }
  return results;
}
