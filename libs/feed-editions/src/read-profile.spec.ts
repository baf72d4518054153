import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fieldsOf, LIST_NAMES } from './fields.js';
import { HTML_TAGS } from './html-tags.js';
import { readProfile } from './read-profile.js';

const PLAIN = `edition: plain
title: For a partner
format: rss
guid: { rule: urn-uuid }
channel:
  - { name: title, value: channel.title }
  - { name: link, value: channel.link }
  - { name: description, text: News }
item:
  - { name: guid, value: id }
  - { name: title, value: title }
`;

const faultsOf = (text: string) => readProfile(text, 'plain.yaml', 'plain').faults ?? [];

/** The plain profile with a line instead of another. */
const changed = (line: string, other: string) => {
  expect(PLAIN).toContain(line);
  return PLAIN.replace(line, other);
};

describe('a profile', () => {
  it('is read from YAML and from JSON alike, its defaults filled in', () => {
    const { profile } = readProfile(PLAIN, 'plain.yaml', 'plain');
    expect(profile).toMatchObject({
      edition: 'plain',
      limits: { items: 50, overflow: 'summary' },
      dates: { format: 'rfc3339', zone: 'Asia/Shanghai' },
      corrections: { move: 'modified' },
      withdrawals: 'notice',
      html: { tags: [...HTML_TAGS] },
    });
    const json = JSON.stringify(profile, null, '\t');
    expect(readProfile(json, 'plain.json', 'plain').profile).toEqual(profile);
  });

  it.each([
    // [a line of the profile, what stands there instead, what is said of it]
    ['format: rss', 'format: rdf', 'plain.yaml:3:1: format: must be rss, atom or json'],
    ['format: rss\n', '', 'plain.yaml:1:1: format: must be rss, atom or json'],
    ['title: For a partner\n', '', 'plain.yaml:1:1: title: is missing: it must be a string'],
    [
      'edition: plain',
      'edition: other',
      'plain.yaml:1:1: edition: is "other", and the file\'s name says "plain"',
    ],
    ['edition: plain', 'edition: Plain!', 'plain.yaml:1:1: edition: must be a name of a-z, 0-9 and -'],
    ['format: rss', 'format: rss\nlimit: { items: 3 }', 'plain.yaml:4:1: limit: is not a word of profiles'],
    ['format: rss', 'format: rss\nlimits: { items: 0 }', 'plain.yaml:4:11: limits.items: '],
    [
      'format: rss',
      'format: rss\nlimits: { articleBytes: 5 }',
      'limits.articleBytes: must be at least 10000',
    ],
    [
      'format: rss',
      'format: rss\nhtml: { tags: [script] }',
      'plain.yaml:4:16: html.tags[0]: must be one of those',
    ],
    ['format: rss', 'format: rss\ndates: { zone: Mars }', 'dates.zone: must be a time zone'],
    [
      'format: rss',
      'format: rss\ncontentType: application/json',
      'contentType: is not that of a document in XML',
    ],
    ['format: rss', 'format: rss\ncontentType: text/html', 'contentType: is not that of a document in XML'],
    ['format: rss', 'format: rss\ncontentType: application/xhtml+xml', 'contentType: is not that of'],
    [
      'format: rss',
      'format: rss\nnamespaces: { a: "http://a.example/", b: "http://a.example/" }',
      'namespaces.b: has the address of another prefix',
    ],
    [
      'format: rss',
      'format: rss\nnamespaces: { a: "http://www.w3.org/2000/xmlns/" }',
      'namespaces.a: is a namespace of XML itself',
    ],
    [
      '{ name: title, value: title }',
      '{ name: title, value: title, attributes: { xmlns: x } }',
      'item[1].attributes.xmlns: "xmlns" is no name',
    ],
    ['format: rss', 'format: rss\nitemsName: articles', 'itemsName: is of JSON alone'],
    ['format: rss', 'format: rss\nexpires: { days: 3 }', 'expires: is used by no element'],
    [
      'format: rss',
      'format: rss\nwithdrawals: status',
      'plain.yaml:4:1: withdrawals: is status, and no element',
    ],
    ['format: rss', 'format: rss\ntitles: { min: 20, max: 10 }', 'titles.max: must not be below min'],
    ['format: rss', 'format: rss\nnamespaces: { media: nowhere }', 'namespaces.media: must be the address'],
    [
      'guid: { rule: urn-uuid }',
      'guid: { rule: title }',
      'guid.rule: must have "rule": urn-uuid, uuid, url or tag',
    ],
    ['guid: { rule: urn-uuid }', 'guid: { rule: tag, authority: a.example }', 'guid.date: '],
    [
      '{ name: title, value: title }',
      '{ name: title, value: tittle }',
      'plain.yaml:11:20: item[1].value: "tittle" is no field here; known are',
    ],
    ['{ name: title, value: title }', '{ name: t, value: title }', 'plain.yaml:9:1: item: has no "title"'],
    [
      '{ name: title, value: title }',
      '{ name: title, value: title, text: x }',
      'plain.yaml:11:5: item[1]: has more than one',
    ],
    ['{ name: title, value: title }', '{ name: title }', 'item[1]: says nothing'],
    [
      '{ name: title, value: title }',
      '{ name: title, value: byline.name }',
      'item[1].value: "byline.name" is no field here',
    ],
    [
      '{ name: title, value: title }',
      '{ name: title, value: sections }',
      'item[1].value: is a list: add "join"',
    ],
    [
      '{ name: title, value: title }',
      '{ name: title, value: [title, body] }',
      'item[1].value: mixes fields of the kinds text and html',
    ],
    [
      '{ name: title, value: title }',
      '{ name: title, value: title, date: local }',
      'item[1].date: is for fields that are a date',
    ],
    ['{ name: title, value: title }', '{ name: title, value: title, when: kicker }', 'item[1].when: must be'],
    [
      '{ name: title, value: title }',
      '{ name: title, value: title, when: has kiker }',
      'item[1].when: "kiker" is no field',
    ],
    [
      '{ name: title, value: title }',
      '{ name: title, value: title, pattern: none }',
      'item[1].pattern: must hold {} once',
    ],
    [
      '{ name: title, value: title }',
      '{ name: title, value: body, pattern: "{}" }',
      'item[1].pattern: is for fields of text',
    ],
    [
      '{ name: title, value: title }',
      '{ name: title, value: title, each: authors, role: 记者 }',
      'item[1].role: is for "each: bylines"',
    ],
    [
      '{ name: title, value: title }',
      '{ name: title, value: title, attributes: { a: { value: body } } }',
      'item[1].attributes.a.value: is HTML',
    ],
    [
      '{ name: title, value: title }',
      '{ name: title, value: title, attributes: { "m:a": 1 } }',
      'item[1].attributes.m:a: the prefix "m" is not in namespaces',
    ],
    [
      '{ name: title, value: title }',
      '{ name: "a b", value: title }',
      'item[1].name: "a b" is no name of XML',
    ],
    ['{ name: guid, value: id }', '{ name: guid, value: title }', "item: shows the article's id nowhere"],
    [
      'value: channel.title',
      'value: channel.title, each: authors',
      'channel[0].each: is for elements of item',
    ],
    ['title: For a partner', 'title: [', 'plain.yaml:'],
    ['title: For a partner', 'edition: twice', 'plain.yaml:2:1: Map keys must be unique'],
    ['title: For a partner', 'title: !x y', 'plain.yaml:2:8: Unresolved tag'],
  ])('that has, instead of %j, %j is refused by place and fix', (line, other, said) => {
    expect(faultsOf(changed(line, other))).toContainEqual(expect.stringContaining(said));
  });

  it('names all faults at once', () => {
    const text = changed('format: rss', 'format: rss\nlimit: 3').replace('value: title }', 'valu: title }');
    expect(faultsOf(text)).toHaveLength(2);
  });

  it('of JSON has members, each once', () => {
    const json = (item: string) => `edition: j
title: J
format: json
guid: { rule: uuid }
channel: [{ name: version, text: 1 }]
item: [{ name: id, value: id }${item}]
`;
    expect(readProfile(json(''), 'j.yaml', 'j').faults).toBeUndefined();
    for (const [item, said] of [
      [', { name: id, value: title }', 'j.yaml:6:35: item[1].name: "id" is there already'],
      [', { name: x, value: title, as: cdata }', 'item[1].as: is of XML alone'],
      [', { name: x, value: title, attributes: { a: 1 } }', 'item[1].attributes: are of XML alone'],
    ] as const) {
      expect(readProfile(json(item), 'j.yaml', 'j').faults).toContainEqual(expect.stringContaining(said));
    }
    expect(readProfile(json('').replace('version', 'items'), 'j.yaml', 'j').faults).toEqual([
      expect.stringContaining('channel: has a member "items"'),
    ]);
  });

  it('that is no mapping, or without end, is refused', () => {
    expect(faultsOf('')).not.toEqual([]);
    expect(faultsOf('[1, 2]')).not.toEqual([]);
    const bomb = Array.from({ length: 12 }, (_, at) =>
      at === 0
        ? 'a0: &a0 [x, x]'
        : `a${at}: &a${at} [${Array(9)
            .fill(`*a${at - 1}`)
            .join(', ')}]`,
    );
    expect(faultsOf(bomb.join('\n'))).not.toEqual([]);
    const deep = `${'{"children":['.repeat(9_000)}${']}'.repeat(9_000)}`;
    expect(faultsOf(`{"item": [${deep}]}`)).not.toEqual([]);
    expect(faultsOf(`title: ${'x'.repeat(300_000)}`)).toEqual([expect.stringContaining('longer than')]);
  });

  it('may use what docs/editions.md says, and nothing else', () => {
    const docs = readFileSync(new URL('../../../docs/editions.md', import.meta.url), 'utf8');
    const fields = new Set(
      ['channel', 'item', ...LIST_NAMES].flatMap((scope) => [...fieldsOf(scope as 'item').keys()]),
    );
    for (const name of [...fields, ...LIST_NAMES, ...HTML_TAGS]) expect(docs).toContain(`\`${name}\``);
  });
});
