/** What a process takes to load a module at all. */
export function handler(): void {}
