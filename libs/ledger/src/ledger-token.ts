/** Injection token of the process's `Ledger`. */
export const LEDGER = Symbol('Ledger');
