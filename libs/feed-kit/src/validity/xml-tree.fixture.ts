import { SaxesParser } from 'saxes';

export interface XmlAttribute {
  /** Namespace; empty for none. */
  uri: string;
  local: string;
  value: string;
}

/** An element with all that rules ask of it. */
export interface XmlNode {
  uri: string;
  local: string;
  attributes: XmlAttribute[];
  /** All character data of its own, references resolved. */
  text: string;
  children: XmlNode[];
  /** Elements from the root, with their places among siblings of one name. */
  path: string;
  /** Whether a line that it stands on holds a hexadecimal reference. */
  hasHexadecimalReference: boolean;
}

export interface XmlTree {
  root: XmlNode;
  /** Declared namespaces, with the element that declares them. */
  declared: { uri: string; prefix: string; at: XmlNode }[];
  instructions: { target: string; body: string }[];
}

const XMLNS = 'http://www.w3.org/2000/xmlns/';

/**
 * Reads a document with a strict XML 1.0 parser that knows namespaces.
 *
 * @throws Error for what is not well-formed
 */
export function parseXml(text: string): XmlTree {
  const lines = text.split('\n').map((line) => line.includes('&#x'));
  const parser = new SaxesParser({ xmlns: true });
  const document: Omit<XmlTree, 'root'> & { root?: XmlNode } = { declared: [], instructions: [] };
  const open: { node: XmlNode; line: number }[] = [];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('processinginstruction', (instruction) => document.instructions.push(instruction));
  parser.on('opentag', (tag) => {
    const parent = open.at(-1)?.node;
    const attributes = Object.values(tag.attributes).map(({ uri, local, value, prefix }) => ({
      uri,
      local,
      value,
      prefix,
    }));
    const before = parent?.children.filter(({ uri, local }) => uri === tag.uri && local === tag.local) ?? [];
    const step = before.length === 0 ? tag.name : `${tag.name}[${before.length + 1}]`;
    const node: XmlNode = {
      uri: tag.uri,
      local: tag.local,
      attributes: attributes.filter(({ uri }) => uri !== XMLNS),
      text: '',
      children: [],
      path: parent === undefined ? step : `${parent.path}/${step}`,
      hasHexadecimalReference: false,
    };
    for (const { uri, local, value, prefix } of attributes) {
      if (uri === XMLNS) document.declared.push({ uri: value, prefix: prefix === '' ? '' : local, at: node });
    }
    if (parent === undefined) document.root = node;
    else parent.children.push(node);
    open.push({ node, line: parser.line });
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    closed.node.hasHexadecimalReference = lines.slice(closed.line - 1, parser.line).includes(true);
  });
  const characters = (value: string) => {
    const top = open.at(-1);
    if (top !== undefined) top.node.text += value;
  };
  parser.on('text', characters);
  parser.on('cdata', characters);
  parser.write(text).close();
  const { root, ...rest } = document;
  if (root === undefined) throw new Error('there is no element');
  return { root, ...rest };
}

export const attribute = (node: XmlNode, local: string, uri = ''): string | undefined =>
  node.attributes.find((each) => each.local === local && each.uri === uri)?.value;

/** The node and all below it. */
export function* everyNode(node: XmlNode): Generator<XmlNode> {
  yield node;
  for (const child of node.children) yield* everyNode(child);
}
