// Health of the service in this container: 0 if it can do its work (/health/ready), else 1 and what is missing.
const port = process.env.NEWSRELAY_PORT ?? '8080';
try {
  const answer = await globalThis.fetch(`http://127.0.0.1:${port}/health/ready`, {
    signal: globalThis.AbortSignal.timeout(4_000),
  });
  if (answer.status !== 200) {
    console.log(await answer.text());
    process.exitCode = 1;
  }
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
