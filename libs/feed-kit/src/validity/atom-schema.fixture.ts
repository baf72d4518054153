/* eslint-disable @typescript-eslint/no-deprecated -- libxml2 means to give RELAX NG up one day; this version has it, and nothing else on npm does. */
import { RelaxNGValidator, XmlDocument, XmlLibError } from 'libxml2-wasm';

const text = (name: string) => `<element name="${name}"><ref name="common"/><text/></element>`;
const optionalAttribute = (name: string, value = '<text/>') =>
  `<optional><attribute name="${name}">${value}</attribute></optional>`;
const pattern = (regular: string) => `<data type="string"><param name="pattern">${regular}</param></data>`;
const any = (name: string) => `<zeroOrMore><ref name="${name}"/></zeroOrMore>`;
const one = (name: string) => `<ref name="${name}"/>`;
const maybe = (name: string) => `<optional><ref name="${name}"/></optional>`;
const define = (name: string, inner: string) => `<define name="${name}">${inner}</define>`;
const MEDIA_TYPE = pattern('.+/.+');
const LANGUAGE = pattern('[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*');
const DATE = '<data type="dateTime"/>';

/**
 * RELAX NG of Atom 1.0, written after RFC 4287, appendix B, for feed documents: how often each element may stand, with which
 * attributes, and that nothing stands after the entries. Foreign elements may be anything, as they may there.
 */
const SCHEMA = `<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
  datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="feed">
    ${one('common')}
    <interleave>
      ${any('author')}${any('category')}${any('contributor')}${maybe('generator')}${maybe('icon')}${one('id')}${any('link')}
      ${maybe('logo')}${maybe('rights')}${maybe('subtitle')}${one('title')}${one('updated')}${any('foreign')}
    </interleave>
    ${any('entry')}
  </element></start>
  ${define(
    'entry',
    `<element name="entry">${one('common')}<interleave>
      ${any('author')}${any('category')}${maybe('content')}${any('contributor')}${one('id')}${any('link')}
      ${maybe('published')}${maybe('rights')}${maybe('source')}${maybe('summary')}${one('title')}${one('updated')}${any('foreign')}
    </interleave></element>`,
  )}
  ${define(
    'source',
    `<element name="source">${one('common')}<interleave>
      ${any('author')}${any('category')}${any('contributor')}${maybe('generator')}${maybe('icon')}${maybe('id')}${any('link')}
      ${maybe('logo')}${maybe('rights')}${maybe('subtitle')}${maybe('title')}${maybe('updated')}${any('foreign')}
    </interleave></element>`,
  )}
  ${define(
    'common',
    `${optionalAttribute('xml:base')}${optionalAttribute('xml:lang', LANGUAGE)}
     <zeroOrMore><attribute><anyName><except><name ns="http://www.w3.org/XML/1998/namespace">base</name>
       <name ns="http://www.w3.org/XML/1998/namespace">lang</name><nsName ns=""/></except></anyName><text/></attribute></zeroOrMore>`,
  )}
  ${['title', 'subtitle', 'rights', 'summary']
    .map((name) => define(name, `<element name="${name}">${one('textConstruct')}</element>`))
    .join('')}
  ${define(
    'textConstruct',
    `${one('common')}<choice>
      <group>${optionalAttribute('type', '<choice><value>text</value><value>html</value></choice>')}<text/></group>
      <group><attribute name="type"><value>xhtml</value></attribute>${one('xhtmlDiv')}</group>
    </choice>`,
  )}
  ${define(
    'xhtmlDiv',
    `<element name="div" ns="http://www.w3.org/1999/xhtml"><zeroOrMore><choice>
      <attribute><anyName/><text/></attribute><text/>${one('anything')}</choice></zeroOrMore></element>`,
  )}
  ${['author', 'contributor']
    .map((name) =>
      define(
        name,
        `<element name="${name}">${one('common')}<interleave>
          <element name="name"><text/></element><optional><element name="uri"><text/></element></optional>
          <optional><element name="email">${pattern('.+@.+')}</element></optional>${any('foreign')}
        </interleave></element>`,
      ),
    )
    .join('')}
  ${['updated', 'published']
    .map((name) => define(name, `<element name="${name}">${one('common')}${DATE}</element>`))
    .join('')}
  ${['id', 'icon', 'logo'].map((name) => define(name, text(name))).join('')}
  ${define(
    'generator',
    `<element name="generator">${one('common')}${optionalAttribute('uri')}${optionalAttribute('version')}<text/></element>`,
  )}
  ${define(
    'category',
    `<element name="category">${one('common')}<attribute name="term"/>${optionalAttribute('scheme')}
     ${optionalAttribute('label')}${one('undefinedContent')}</element>`,
  )}
  ${define(
    'link',
    `<element name="link">${one('common')}<attribute name="href"/>${optionalAttribute('rel')}
     ${optionalAttribute('type', MEDIA_TYPE)}${optionalAttribute('hreflang', LANGUAGE)}${optionalAttribute('title')}
     ${optionalAttribute('length')}${one('undefinedContent')}</element>`,
  )}
  ${define(
    'content',
    `<element name="content"><choice>
      ${one('textConstruct')}
      <group>${one('common')}<optional><attribute name="type">${MEDIA_TYPE}</attribute></optional>
        <zeroOrMore><choice><text/>${one('anything')}</choice></zeroOrMore></group>
      <group>${one('common')}${optionalAttribute('type', MEDIA_TYPE)}<attribute name="src"/><empty/></group>
    </choice></element>`,
  )}
  ${define('undefinedContent', `<zeroOrMore><choice><text/>${one('foreign')}</choice></zeroOrMore>`)}
  ${define(
    'foreign',
    `<element><anyName><except><nsName/></except></anyName><zeroOrMore><choice>
      <attribute><anyName/><text/></attribute><text/>${one('anything')}</choice></zeroOrMore></element>`,
  )}
  ${define(
    'anything',
    `<element><anyName/><zeroOrMore><choice>
      <attribute><anyName/><text/></attribute><text/>${one('anything')}</choice></zeroOrMore></element>`,
  )}
</grammar>`;

/** What libxml2 says against an Atom document: of its XML, then by the schema. */
export function schemaErrors(document: string): string[] {
  let parsed: XmlDocument | undefined;
  try {
    parsed = XmlDocument.fromString(document);
    schema().validate(parsed);
    return [];
  } catch (error) {
    if (error instanceof XmlLibError) return error.message.trim().split('\n');
    throw error;
  } finally {
    parsed?.dispose();
  }
}

let compiled: RelaxNGValidator | undefined;

/** Compiled once a process: it is never disposed of. */
function schema(): RelaxNGValidator {
  if (compiled === undefined) {
    const source = XmlDocument.fromString(SCHEMA);
    compiled = RelaxNGValidator.fromDoc(source);
    source.dispose();
  }
  return compiled;
}
