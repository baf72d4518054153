/** Injection token of the names of the editions that there are, in the order in which people are told of them. */
export const EDITION_NAMES = Symbol('EditionNames');
