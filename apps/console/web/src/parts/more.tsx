import { Button } from './button.js';

/** A list that is read page after page, as far as its end is asked for. */
interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** The button for the next page of a list; nothing once all of it is there. */
export function More({ of, children }: { of: Pages; children: string }) {
  if (!of.hasNextPage) return null;
  return (
    <div className="paging">
      <Button
        isPending={of.isFetchingNextPage}
        onPress={() => {
          void of.fetchNextPage();
        }}
      >
        {children}
      </Button>
    </div>
  );
}
