/** Measures the time that a process needs to load any module. */
export function handler(): void {}
