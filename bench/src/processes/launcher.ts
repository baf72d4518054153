/*
 * `./newsrelay start` without the shell around it, as a child of the benchmark: it ends in order when that is gone.
 */
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
});
process.channel?.unref();
process.argv.splice(2, process.argv.length, 'start');
await import('@newsrelay/app-single-machine/main');
