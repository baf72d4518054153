/**
 * Whether a language can be named in an element of RSS: its validator knows those of ISO 639-1 alone. `xml:lang`, Atom and JSON name
 * every other.
 */
export const isRssLanguage = (language: string) => /^[a-z]{2}(?:-|$)/i.test(language);
