/**
 * What stands before and after the first `text` of what `feed` wrote.
 *
 * @throws Error if `feed` does not write it as it is known to
 */
export function around(rendered: string, text: string): [string, string] {
  const at = rendered.indexOf(text);
  if (at < 0) throw new Error(`feed wrote no ${text.slice(0, 40)}`);
  return [rendered.slice(0, at), rendered.slice(at + text.length)];
}
