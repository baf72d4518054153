import { element, escapeMarkup, htmlForCdata, legalText } from '@newsrelay/channel-feed/xml';
import { fieldsOf } from './fields.js';
import type { Profile, ProfileNode } from './profile.js';
import type { Values } from './values.js';
import { conditionsHold, rowsOf, writtenValue, type Written } from './written-value.js';

const STEP = '  ';

/** The elements as lines of XML, each beginning with `indent`; an element whose text has several lines is one of them. */
export function xmlElements(
  nodes: readonly ProfileNode[],
  values: Values,
  profile: Profile,
  indent: string,
): string[] {
  return nodes.flatMap((node) =>
    rowsOf(node, values)
      .filter((row) => conditionsHold(node, row))
      .flatMap((row) => {
        const written = xmlElement(node, row, profile, indent);
        return written === null ? [] : [indent + written];
      }),
  );
}

/** Null where it says nothing, and the profile does not ask for it even so. */
function xmlElement(node: ProfileNode, values: Values, profile: Profile, indent: string): string | null {
  const attributes = Object.entries(node.attributes ?? {}).map(([name, source]) => {
    const given = typeof source === 'object' ? source : { text: source };
    return { name, value: writtenValue(given, values, profile), constant: given.text !== undefined };
  });
  const inner = innerXml(node, values, profile, indent);
  const asks = node.empty === 'keep';
  if (inner === null && !asks) {
    const named = attributes.filter(({ constant }) => !constant);
    const holdsOneself = node.value === undefined && node.text === undefined;
    const saysSomething =
      named.length === 0 ? node.children === undefined : named.some(({ value }) => value !== null);
    if (!holdsOneself || !saysSomething) return null;
  }
  const texts = attributes.map(({ name, value }) => [name, value === null ? null : String(value)]);
  return element(node.name, Object.fromEntries(texts) as Record<string, string | null>, inner);
}

function innerXml(node: ProfileNode, values: Values, profile: Profile, indent: string): string | null {
  if (node.children !== undefined) {
    const lines = xmlElements(node.children, values, profile, indent + STEP);
    return lines.length === 0 ? null : `\n${lines.join('\n')}\n${indent}`;
  }
  const written = writtenValue(node, values, profile);
  if (written === null) return null;
  return node.as === 'cdata' ? cdata(written, isHtml(node)) : escapeMarkup(String(written));
}

const isHtml = ({ value }: ProfileNode) =>
  [value ?? []].flat().some((field) => fieldsOf('item').get(field) === 'html');

/** HTML can say the section's end mark otherwise; plain text goes on in a second section. */
function cdata(written: NonNullable<Written>, html: boolean): string {
  const text = String(written);
  const inside = html ? htmlForCdata(text) : legalText(text).replaceAll(']]>', ']]]]><![CDATA[>');
  return `<![CDATA[${inside}]]>`;
}
