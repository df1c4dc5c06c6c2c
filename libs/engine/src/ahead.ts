/** How far what a caller says may lie ahead of the clock: those of other machines are never quite right. */
export const AHEAD_MS = 5 * 60_000;
