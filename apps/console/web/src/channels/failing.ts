/** Share of the last hour's attempts that failed from which on a channel is said to fail. */
export const FAILING = 0.5;
