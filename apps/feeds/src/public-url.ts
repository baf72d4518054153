/** Injection token of the public URL, without a trailing slash, that feeds and links are built on. */
export const PUBLIC_URL = Symbol('PublicUrl');
