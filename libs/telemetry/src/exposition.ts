/** Name of the metric that a block of the text format is about, from its HELP or TYPE line. */
const FAMILY = /^# (?:HELP|TYPE) (\S+)/;

/**
 * One exposition of several processes' (text format 0.0.4): each metric's HELP and TYPE once, with every process's samples
 * below it, as they were sent. Nothing is added up: the label `service` tells them apart, and a histogram, a gauge and a
 * counter all stay what they were.
 */
export function mergeExpositions(texts: readonly string[]): string {
  const families = new Map<string, { head: string[]; samples: string[] }>();
  for (const text of texts) {
    let current: { head: string[]; samples: string[] } | undefined;
    let firstTold = false;
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const name = FAMILY.exec(line)?.[1];
      if (name !== undefined) {
        const known = families.get(name);
        if (known === undefined) {
          current = { head: [line], samples: [] };
          families.set(name, current);
          firstTold = true;
        } else {
          if (current !== known) firstTold = false;
          current = known;
          if (firstTold) current.head.push(line);
        }
        continue;
      }
      current?.samples.push(line);
    }
  }
  return [...families.values()].map(({ head, samples }) => [...head, ...samples, ''].join('\n')).join('\n');
}
