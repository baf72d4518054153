/** What differs between our pages: where their styles come from, and whether they set the address that links start from. */
export interface PageRules {
  styles: string;
  base?: 'self';
}

/** What a browser may do with a page: run our own scripts and nothing else, no inline script, no eval, nobody else's address. */
export function pageHeaders({ styles, base }: PageRules): Record<string, string> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' ${styles}`,
      "img-src 'self' data:",
      "connect-src 'self'",
      `base-uri '${base ?? 'none'}'`,
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'cache-control': 'no-store',
  };
}
