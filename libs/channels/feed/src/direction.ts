/** ISO 15924 codes of the scripts in use that run from right to left. */
const RIGHT_TO_LEFT = new Set([
  'Adlm',
  'Arab',
  'Aran',
  'Hebr',
  'Mand',
  'Mend',
  'Nkoo',
  'Rohg',
  'Samr',
  'Syrc',
  'Thaa',
  'Yezi',
]);

/** `rtl` where the language is usually written so (`ar`, `he`, `ks-Arab`); null for all others, which need no word. */
export function directionOf(language: string): 'rtl' | null {
  return RIGHT_TO_LEFT.has(scriptOf(language) ?? '') ? 'rtl' : null;
}

function scriptOf(language: string): string | undefined {
  try {
    return new Intl.Locale(language).maximize().script;
  } catch {
    // Well-formed by our pattern and not by that of BCP 47, such as "zh-CN-CN".
    return undefined;
  }
}
