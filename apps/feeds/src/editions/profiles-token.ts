/** Injection token of the profiles of this process (`Profiles`). */
export const PROFILES = Symbol('Profiles');
