/** How long a process whose launcher is gone may take to end by itself, in milliseconds. */
const GRACE_MS = 10_000;

/**
 * Tells this process that the launcher which started it is gone, however that came about: the operating
 * system closes the channel between the two even after kill -9. Without effect for a process started by hand.
 *
 * @param shutDown ends the process's work in order; after ten seconds the process ends all the same
 */
export function followParent(shutDown: () => unknown): void {
  if (process.channel == null) return;
  process.once('disconnect', () => {
    setTimeout(() => {
      process.exit(1);
    }, GRACE_MS).unref();
    shutDown();
  });
  // The channel is there to be lost; it keeps no process alive that has nothing else to do.
  process.channel.unref();
}
