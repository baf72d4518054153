import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEBIAN_PYTHON } from './python-feedparser.js';
import type { FeedReader, ReadItem } from './reader.js';
import { readerProgram, runReader } from './run-program.js';

/** Reads the mails in the order in which they were written; a later one of an id stands for the earlier. */
const SCRIPT = `
import email, email.policy, email.utils, json, mailbox, sys
mails = []
box = mailbox.Maildir(sys.argv[1])
for key in sorted(box.keys(), key=lambda key: (int(key.split('.')[0]), int(key.split('Q')[1].split('.')[0]))):
    mail = email.message_from_bytes(box.get_bytes(key), policy=email.policy.default)
    mails.append({
        'id': mail['x-rss-id'], 'title': str(mail['subject']), 'link': mail['x-rss-url'],
        'date': email.utils.parsedate_to_datetime(mail['date']).timestamp() * 1000,
        'authors': [email.utils.parseaddr(str(mail['from']))[0]],
        'html': mail.get_content(),
    })
print(json.dumps(mails))
`;

/** rss2email, delivering to a maildir; set to send what has changed again, as a reply. @param home a folder of its own */
export function rss2email(format: 'rss' | 'atom', url: string, home: string): FeedReader {
  const program = readerProgram('r2e', 'rss2email');
  const mail = join(home, 'mail');
  const common = ['-c', join(home, 'config'), '-d', join(home, 'data')];
  let added = false;
  mkdirSync(mail);
  writeFileSync(
    join(home, 'config'),
    `[DEFAULT]
from = feeds@example.com
to = reader@example.com
html-mail = True
use-8bit = True
date-header = True
name-format = {author}
email-protocol = maildir
maildir-path = ${mail}
maildir-mailbox = in
reply-changes = True
`,
  );
  return {
    name: 'rss2email',
    format,
    poll: async () => {
      if (!added) await runReader(program, [...common, 'add', 'feed', url], { home });
      added = true;
      await runReader(program, [...common, 'run'], { home });
      const printed = await runReader(DEBIAN_PYTHON, ['-c', SCRIPT, join(mail, 'in')], { home });
      const mails = JSON.parse(printed) as ReadItem[];
      return [...new Map(mails.map((each) => [each.id, { ...each, html: bodyOf(each.html) }])).values()];
    },
  };
}

/** The entry in the page that rss2email makes of it. */
function bodyOf(page: string): string {
  const [, body] = /<div id="body">\n([^]*)\n<\/div>\n<div class="footer">/.exec(page) ?? [];
  if (body === undefined) throw new Error(`a mail without a body: ${page}`);
  return body;
}
