import type { Connector, PlatformFacts } from '@newsrelay/channel-kit/connector';
import type { FittedHeadline, ReleasedArticle, RenditionContent } from '@newsrelay/channel-kit/rendition';
import { attribute } from './attribute.js';
import { fitToLimit } from './fit-to-limit.js';

export interface Rendered {
  content: RenditionContent;
  fitted: FittedHeadline;
}

/**
 * From a released article to what one channel type shows: attribute → fit the headline → format. Plain functions, one a
 * file; the same article, settings and platform facts always give the same rendition.
 */
export function renderArticle(
  article: ReleasedArticle,
  connector: Connector,
  settings: Record<string, unknown>,
  platform: PlatformFacts | null,
): Rendered {
  const attributed = attribute(article);
  const draft = fitToLimit(attributed, connector.manifest.limits.headlineGraphemes);
  return { content: connector.formatter.render(draft, settings, platform), fitted: draft.fitted };
}
