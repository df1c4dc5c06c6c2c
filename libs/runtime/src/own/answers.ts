import { isInstant, toInstant, type Instant } from '#kernel/time.js';

/** What a function of an analyst's projection gave, where it is none of what it may give. */
class BadAnswer extends TypeError {
  override readonly name = 'BadAnswer';
}

/** @throws {BadAnswer} for what is no document: nothing, a text, a promise, or one with values that JSON does not know */
export function docFrom(what: string, answer: unknown): object | null {
  if (answer === null) return null;
  if (answer === undefined)
    throw new BadAnswer(`${what} gave nothing back: return the document, or null to remove it.`);
  if (typeof answer !== 'object' || Array.isArray(answer))
    throw new BadAnswer(`${what} gave ${kind(answer)}, not a document.`);
  if (typeof (answer as { then?: unknown }).then === 'function')
    throw new BadAnswer(`${what} gave a promise: a fold must not be async.`);
  for (const [field, value] of Object.entries(answer)) {
    const isOdd = typeof value === 'bigint' || value instanceof Map || value instanceof Set;
    if (isOdd) throw new BadAnswer(`${what}: the field ${field} is ${kind(value)}, which JSON does not know.`);
  }
  return answer;
}

/** @throws {BadAnswer} for what is neither a key nor a list of keys */
export function keysFrom(answer: unknown): string | readonly string[] {
  if (typeof answer === 'string') return answer;
  if (Array.isArray(answer) && answer.every((key) => typeof key === 'string')) return answer;
  throw new BadAnswer(`key gave ${kind(answer)}: it must be a text, or a list of texts.`);
}

/** @throws {BadAnswer} for what is neither an instant nor null */
export function dueFrom(answer: unknown): Instant | null {
  if (answer === null) return null;
  if (isInstant(answer)) return toInstant(answer);
  throw new BadAnswer(`timers.due gave ${kind(answer)}: it must be an instant, 2026-03-01T00:00:00Z, or null.`);
}

function kind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `a ${value.constructor?.name ?? 'object'}`;
}
