import { CONTENT_SECURITY_POLICY } from '../article-page/page-frame.js';

export const HTML = 'text/html; charset=utf-8';

/** Of every page of ours: nothing on it runs. */
export const SAFE_PAGE = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
};
