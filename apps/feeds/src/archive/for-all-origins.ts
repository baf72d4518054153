/** What is JSON is for programs, those on other sites' pages among them; nothing of it depends on who asks. */
export const FOR_ALL_ORIGINS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Last-Modified, Link, Retry-After',
};
