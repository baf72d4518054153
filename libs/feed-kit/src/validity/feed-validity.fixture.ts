import { checkAtom } from './atom-rules.fixture.js';
import { schemaErrors } from './atom-schema.fixture.js';
import { Findings, type Finding } from './findings.fixture.js';
import { checkJson } from './json-rules.fixture.js';
import { checkRss } from './rss-rules.fixture.js';
import { parseXml, type XmlTree } from './xml-tree.fixture.js';

/**
 * All that is wrong with a feed document, sorted as the W3C feed validator sorts it. Its rules are those of the
 * specifications and of that validator, which cannot be run here; Atom is held against the schema of RFC 4287 besides.
 *
 * @param bytes of the body, decompressed
 * @param url where it was fetched
 * @returns nothing for a document that is perfect
 */
export function findingsIn(bytes: Buffer, format: 'rss' | 'atom' | 'json', url: string): Finding[] {
  const findings = new Findings();
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    findings.error('not-utf8', '', String(error));
    return findings.all;
  }
  if (format === 'json') {
    checkJson(text, url, findings);
    return findings.all;
  }
  if (!/^<\?xml version="1\.0" encoding="utf-8"\?>/i.test(text)) {
    findings.error('xml-declaration', '', text.slice(0, 50));
  }
  let tree: XmlTree;
  try {
    tree = parseXml(text);
  } catch (error) {
    findings.error('not-well-formed', '', String(error));
    return findings.all;
  }
  if (format === 'rss') checkRss(tree, url, findings);
  else {
    checkAtom(tree, url, findings);
    for (const error of schemaErrors(text)) findings.error('atom-schema', 'feed', error);
  }
  return findings.all;
}
