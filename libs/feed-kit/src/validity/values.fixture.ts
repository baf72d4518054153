import { parseFragment } from 'parse5';
import type { Findings } from './findings.fixture.js';
import { HTML_ELEMENTS } from './html-rules.fixture.js';
import { everyNode, type XmlNode } from './xml-tree.fixture.js';

/* What a single value may look like. Every rule writes down what it finds and hands nothing back. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const RFC_822 =
  /^(?:(\w{3}), )?(\d{1,2}) (\w{3}) (\d{4}) (\d{2}):(\d{2})(?::(\d{2}))? (?:[+-]\d{2}[03]0|UT|GMT|Z)$/;
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** RSS 2.0 dates: RFC 822 with a year of four digits, a weekday that is that of the date. */
export function checkRfc822(node: XmlNode, findings: Findings): void {
  const [, weekday, day, month, year] = RFC_822.exec(node.text) ?? [];
  const date = new Date(Date.UTC(Number(year), MONTHS.indexOf(month ?? ''), Number(day)));
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) {
    findings.error('rfc822-date', node.path, node.text);
  } else if (weekday !== undefined && DAYS[date.getUTCDay()] !== weekday) {
    findings.error('weekday', node.path, node.text);
  } else checkPlausible(node.text, node.path, findings);
}

/** RFC 3339 (Atom, JSON Feed) and, where a time is named, W3C-DTF (Dublin Core). */
export function checkRfc3339(value: string, where: string, findings: Findings): void {
  const [, year, month, day, hour, minute, second] = (RFC_3339.exec(value) ?? []).map(Number);
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isDay = date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
  if (!isDay || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) {
    findings.error('rfc3339-date', where, value);
  } else checkPlausible(value, where, findings);
}

/** Neither before there were feeds nor ahead. */
function checkPlausible(value: string, where: string, findings: Findings): void {
  const at = Date.parse(value);
  if (at < Date.UTC(1990, 0) || at > Date.now() + 600_000) findings.warning('implausible-date', where, value);
}

const ABSOLUTE = /^[a-zA-Z][a-zA-Z0-9+.-]*:/;
/** RFC 3986, appendix A; square brackets stand around an IPv6 address alone. */
const URI_CHARACTERS =
  /^[a-zA-Z][a-zA-Z0-9+.-]*:(?:\/\/(?:[\w.~!$&'()*+,;=:@%-]*@)?(?:\[[0-9A-Fa-f:.]+\])?)?[\w.~!$&'()*+,;=:@%/?#-]*$/;
const URN = /^urn:[a-z0-9][a-z0-9-]{1,31}:[\w.~!$&'()*+,;=:@%/-]+$/i;
const UUID = /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TAG = /^tag:(?:[\w.-]+@)?[a-z0-9.-]+,\d{4}(?:-\d{2}(?:-\d{2})?)?:/;

/** An absolute URI, in ASCII; a URN or tag in its own form. */
export function checkUri(value: string, where: string, findings: Findings): void {
  if (!ABSOLUTE.test(value)) findings.error('relative-uri', where, value);
  else if (!URI_CHARACTERS.test(value) || /%(?![0-9A-Fa-f]{2})/.test(value)) {
    findings.error('uri-characters', where, value);
  } else if (/^urn:/i.test(value) && !(/^urn:uuid:/i.test(value) ? UUID : URN).test(value)) {
    findings.error('urn', where, value);
  } else if (value.startsWith('tag:') && !TAG.test(value)) findings.error('tag', where, value);
  else if (/^https?:/.test(value) && !/^https?:\/\/[^/]/.test(value)) findings.error('uri', where, value);
}

const MEDIA_TYPE = /^[a-z]+\/[\w.+-]+(?:;.*)?$/i;

export function checkMediaType(value: string, where: string, findings: Findings): void {
  if (!MEDIA_TYPE.test(value)) findings.error('media-type', where, value);
}

/** The primary subtag is one of ISO 639-1, the only list that the validator has. */
export function checkLanguage(value: string, where: string, findings: Findings): void {
  if (!/^[A-Za-z]{2}(?:-[A-Za-z0-9]{1,8})*$/.test(value)) findings.error('language', where, value);
}

export function checkPositiveInteger(value: string, where: string, findings: Findings): void {
  if (!/^[1-9]\d*$/.test(value)) findings.error('positive-integer', where, value);
}

export function checkNotBlank(value: string, where: string, findings: Findings): void {
  if (value.trim() === '') findings.warning('blank', where);
}

/** Every text and attribute of a document. */
export function checkAllCharacters(root: XmlNode, findings: Findings): void {
  for (const node of everyNode(root)) {
    for (const { value } of [...node.attributes, { value: node.text }]) {
      checkCharacters(value, node.path, findings);
    }
  }
}

/** Marks of a decoding that failed, and C1 controls. */
export function checkCharacters(value: string, where: string, findings: Findings): void {
  if (/[\u0080-\u009f\ufffd]/.test(value)) findings.warning('bad-characters', where, value);
}

const isReference = (name: string) => {
  if (name.startsWith('#')) return true;
  const [node] = parseFragment(`&${name};`).childNodes;
  return node !== undefined && 'value' in node && node.value !== `&${name};`;
};

/**
 * Plain text that reads like HTML. Whoever writes & and < as hexadecimal references says that it is meant (RSS Best
 * Practices Profile, "Character data"); of an end tag the validator never believes it.
 */
export function checkPlainText(node: XmlNode, findings: Findings): void {
  const { text, path, hasHexadecimalReference } = node;
  const endTags = [...text.matchAll(/<\/(\w+)>/g)].map(([, name = '']) => name.toLowerCase());
  const spelled = [...text.matchAll(/&(#?\w+)/g)].some(([, name = '']) => isReference(name));
  if (endTags.some((name) => HTML_ELEMENTS.has(name))) findings.warning('end-tag-in-text', path, text);
  else if ((spelled || /<[/a-zA-Z]/.test(text)) && !hasHexadecimalReference) {
    findings.warning('markup-in-text', path, text);
  }
}
