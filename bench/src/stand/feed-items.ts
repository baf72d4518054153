/** How many items an RSS document has. */
export function itemsOf(feed: Buffer): number {
  let [items, at] = [0, feed.indexOf('<item>')];
  for (; at !== -1; at = feed.indexOf('<item>', at + 1)) items += 1;
  return items;
}
