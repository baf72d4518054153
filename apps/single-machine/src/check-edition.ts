import { readProfileFile } from '@newsrelay/feed-editions/profiles';
import { sampleDocument } from '@newsrelay/feed-editions/sample-document';
import { Terminal } from './terminal.js';

const USAGE = 'editions: say `editions check FILE`, and `--sample` to see what the edition reads like.';

/**
 * `editions check FILE [--sample]`: 0 if the profile can be used, 1 with all that is wrong if it cannot, 2 for another command.
 * The sample goes to standard output alone, so that it can be kept and compared. Needs no server.
 */
export function checkEdition(
  [what, file, ...options]: readonly string[],
  out: NodeJS.WritableStream = process.stdout,
  terminal: Pick<Terminal, 'say'> = new Terminal(process.stderr),
): number {
  if (what !== 'check' || file === undefined || options.some((option) => option !== '--sample')) {
    terminal.say(USAGE);
    return 2;
  }
  const { profile, faults } = readProfileFile(file);
  if (profile === undefined) {
    for (const fault of faults) terminal.say(fault);
    return 1;
  }
  const document = sampleDocument(profile);
  if (options.length > 0) out.write(document.body);
  const { shown, cut, noRoom, leftOut, body } = document;
  const less = Object.entries({ cut, 'no room': noRoom, ...leftOut })
    .filter(([, count]) => count > 0)
    .map(([why, count]) => `, ${count} ${why}`)
    .join('');
  terminal.say(
    `${file}: edition "${profile.edition}" can be used; of the sample ${shown} items${less}, ${body.length} bytes`,
  );
  return 0;
}
