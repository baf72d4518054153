import { fieldsOf, type FieldKind, type Scope } from './fields.js';
import type { EditionFormat, Profile, ProfileNode, ValueSource } from './profile.js';

/** What is wrong with a profile, where in it, and what to do. */
export interface Fault {
  path: readonly PropertyKey[];
  message: string;
}

/** What its partner cannot do without, by format: RSS 2.0 (channel, item), RFC 4287 sections 4.1.1 and 4.1.2. */
const REQUIRED: Readonly<Record<EditionFormat, { channel: readonly string[]; item: readonly string[] }>> = {
  rss: { channel: ['title', 'link', 'description'], item: ['title', 'guid'] },
  atom: { channel: ['id', 'title', 'updated'], item: ['id', 'title', 'updated'] },
  json: { channel: [], item: [] },
};

/** Never one that a browser runs: texts stand in an edition as they are. */
const CONTENT_TYPES = {
  xml: /^(application|text)\/(xml|(?!xhtml)[a-z0-9.-]+\+xml)$/,
  json: /^application\/(json|[a-z0-9.-]+\+json)$/,
};

/** Namespaces in XML 1.0, section 3: no prefix may be bound to them. */
const RESERVED_NAMESPACES = ['http://www.w3.org/XML/1998/namespace', 'http://www.w3.org/2000/xmlns/'];

const XML_NAME = /^(?:([A-Za-z_][\w.-]*):)?[A-Za-z_][\w.-]*$/;

/** What the schema cannot say: which words fit together. Empty for a profile that can be used. */
export function profileFaults(profile: Profile): Fault[] {
  const faults: Fault[] = [];
  const wrong = (path: readonly PropertyKey[], message: string) => faults.push({ path, message });
  checkDocument(profile, wrong);
  const used = new Set<string>();
  for (const part of ['channel', 'item'] as const) {
    new NodeRules(profile, wrong, used).check(profile[part], part, [part]);
    const names = new Set(profile[part].map(({ name }) => name));
    for (const name of REQUIRED[profile.format][part]) {
      if (!names.has(name))
        wrong([part], `has no "${name}", without which it is no ${profile.format} ${part}: add it`);
    }
  }
  checkUse(profile, used, wrong);
  return faults;
}

type Wrong = (path: readonly PropertyKey[], message: string) => void;

function checkDocument({ format, contentType, namespaces, itemsName, titles }: Profile, wrong: Wrong): void {
  const json = format === 'json';
  if (contentType !== undefined && !CONTENT_TYPES[json ? 'json' : 'xml'].test(contentType))
    wrong(
      ['contentType'],
      `is not that of a document in ${json ? 'JSON' : 'XML'}: leave it out for the usual one`,
    );
  if (json && Object.keys(namespaces).length > 0) wrong(['namespaces'], 'are of XML alone: leave them out');
  if (!json && itemsName !== 'items') wrong(['itemsName'], 'is of JSON alone: leave it out');
  const uris = Object.values(namespaces);
  for (const [at, [prefix, uri]] of Object.entries(namespaces).entries()) {
    if (uris.indexOf(uri) < at)
      wrong(['namespaces', prefix], 'has the address of another prefix: use that one');
    if (RESERVED_NAMESPACES.includes(uri))
      wrong(['namespaces', prefix], 'is a namespace of XML itself: leave it out');
  }
  if (titles.max !== undefined && titles.max < titles.min) wrong(['titles', 'max'], 'must not be below min');
}

/** A partner follows an article by its id; what is set up must also be used. */
function checkUse({ withdrawals, expires, guid }: Profile, used: ReadonlySet<string>, wrong: Wrong): void {
  if (!used.has('id') && !(guid.rule !== 'url' && used.has('uuid')))
    wrong(['item'], 'shows the article\'s id nowhere: give one element "value: id"');
  if (withdrawals === 'status' && !used.has('status'))
    wrong(['withdrawals'], 'is status, and no element of item has "value: status": add one');
  if (expires !== undefined && !used.has('expires'))
    wrong(['expires'], 'is used by no element: give one "value: expires", or leave it out');
}

/** The rules of elements, attributes and members. */
class NodeRules {
  readonly #json: boolean;

  constructor(
    private readonly profile: Profile,
    private readonly wrong: Wrong,
    private readonly used: Set<string>,
  ) {
    this.#json = profile.format === 'json';
  }

  check(nodes: readonly ProfileNode[], scope: Scope, path: readonly PropertyKey[]): void {
    const seen = new Set<string>();
    for (const [at, node] of nodes.entries()) {
      const here = [...path, at];
      this.#checkName(node.name, [...here, 'name'], 'element');
      if (this.#json && seen.has(node.name))
        this.wrong([...here, 'name'], `"${node.name}" is there already: an object has each member once`);
      seen.add(node.name);
      this.#checkNode(node, scope, here);
    }
    if (this.#json && scope === 'channel' && path.length === 1 && seen.has(this.profile.itemsName))
      this.wrong(
        path,
        `has a member "${this.profile.itemsName}", which is where the items go: name it otherwise`,
      );
  }

  #checkNode(node: ProfileNode, scope: Scope, path: readonly PropertyKey[]): void {
    const given = [node.value, node.text, node.children].filter((part) => part !== undefined).length;
    if (given > 1) this.wrong(path, 'has more than one of value, text and children: choose one');
    if (given === 0 && node.attributes === undefined)
      this.wrong(path, 'says nothing: give it value, text, children or attributes');
    const inner = this.#innerScope(node, scope, path);
    for (const [at, condition] of [node.when ?? []].flat().entries()) {
      const place = Array.isArray(node.when) ? [...path, 'when', at] : [...path, 'when'];
      this.#kindOf(condition.slice(condition.indexOf(' ') + 1), inner, place);
    }
    this.#checkSource(node, inner, path, false);
    if (this.#json && node.as !== undefined) this.wrong([...path, 'as'], 'is of XML alone: leave it out');
    if (node.as !== undefined && node.children !== undefined)
      this.wrong([...path, 'as'], 'is for text, and this element has children: leave it out');
    if (this.#json && node.attributes !== undefined)
      this.wrong([...path, 'attributes'], 'are of XML alone: make them children');
    for (const [name, source] of Object.entries(node.attributes ?? {})) {
      const there = [...path, 'attributes', name];
      this.#checkName(name, there, 'attribute');
      if (typeof source !== 'object') continue;
      if ((source.value === undefined) === (source.text === undefined))
        this.wrong(there, 'must have either value or text');
      this.#checkSource(source, inner, there, true);
    }
    if (node.children !== undefined) this.check(node.children, inner, [...path, 'children']);
  }

  #innerScope({ each, role }: ProfileNode, scope: Scope, path: readonly PropertyKey[]): Scope {
    if (role !== undefined && each !== 'bylines')
      this.wrong([...path, 'role'], 'is for "each: bylines" alone: leave it out');
    if (each === undefined) return scope;
    if (scope === 'item') return each;
    this.wrong([...path, 'each'], 'is for elements of item, and not within another each: leave it out');
    return scope;
  }

  #checkName(name: string, path: readonly PropertyKey[], what: 'element' | 'attribute'): void {
    if (this.#json) return;
    const match = XML_NAME.exec(name);
    if (match === null || name === 'xmlns') {
      this.wrong(path, `"${name}" is no name of XML: use letters, digits, - and _, and at most one prefix`);
      return;
    }
    const prefix = match[1];
    if (prefix === undefined || (prefix === 'xml' && what === 'attribute')) return;
    if (!Object.hasOwn(this.profile.namespaces, prefix))
      this.wrong(path, `the prefix "${prefix}" is not in namespaces: add it with its address`);
  }

  #checkSource(source: ValueSource, scope: Scope, path: readonly PropertyKey[], attribute: boolean): void {
    const listed = Array.isArray(source.value);
    const kinds = new Set(
      [source.value ?? []].flat().flatMap((field, at) => {
        const kind = this.#kindOf(field, scope, listed ? [...path, 'value', at] : [...path, 'value']);
        return kind === undefined ? [] : [kind === 'url' || kind === 'number' ? 'text' : kind];
      }),
    );
    const [kind] = kinds;
    if (kinds.size > 1)
      this.wrong(
        [...path, 'value'],
        `mixes fields of the kinds ${[...kinds].join(' and ')}: name fields of one kind`,
      );
    const only = (word: 'date' | 'zone' | 'join', its: FieldKind) => {
      if (source[word] !== undefined && kind !== its && kinds.size < 2)
        this.wrong([...path, word], `is for fields that are a ${its}: leave it out`);
    };
    only('date', 'date');
    only('zone', 'date');
    only('join', 'list');
    if (
      source.pattern !== undefined &&
      (kind === undefined || kind === 'html' || (kind === 'list' && source.join === undefined))
    )
      this.wrong(
        [...path, 'pattern'],
        'is for fields of text, numbers, dates and joined lists: leave it out',
      );
    if (kind === 'list' && source.join === undefined && (attribute || !this.#json))
      this.wrong([...path, 'value'], 'is a list: add "join" with what stands between, or use "each"');
    if (kind === 'html' && attribute)
      this.wrong([...path, 'value'], 'is HTML, which no attribute holds: name another field');
  }

  #kindOf(field: string, scope: Scope, path: readonly PropertyKey[]): FieldKind | undefined {
    const kind = fieldsOf(scope).get(field);
    if (kind !== undefined) {
      this.used.add(field);
      return kind;
    }
    const known = [...fieldsOf(scope).keys()].join(', ');
    this.wrong(path, `"${field}" is no field here; known are ${known}`);
    return undefined;
  }
}
