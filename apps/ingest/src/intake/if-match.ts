import { Problem } from '@newsrelay/contracts/problem';

/** The entity tag of an article in a version. */
export function articleETag(version: number): string {
  return `"${version}"`;
}

/** Strong comparison (RFC 9110, section 13.1.1). @throws Problem 412 if the header names other versions only */
export function checkIfMatch(header: string | undefined, version: number): void {
  if (header === undefined || header.trim() === '*') return;
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.includes(articleETag(version))) return;
  throw new Problem(
    412,
    `The article is at version ${version} now: read it again and repeat the change on that.`,
  );
}
