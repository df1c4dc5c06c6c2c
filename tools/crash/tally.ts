import type { Sent } from './clients.js';
import type { Method } from './kills.js';
import type { Remains } from './post-mortem.js';

/** What the kills of a run hit, and what was found behind them. */
export class Tally {
  readonly kills: Record<string, number> = {};
  insideTransaction = 0;
  committedUnanswered = 0;
  midProjection = 0;
  /** Kills behind the first append of a claim or a transfer and before the second. */
  betweenAppends = 0;
  /** Commands, of which the log had facts and the client no answer. */
  commandsUnanswered = 0;
  /** The work was over before the kill came. */
  missed = 0;
  answered = 0;
  repeated = 0;
  facts = 0;
  readonly faults: string[] = [];

  note(method: Method, remains: Remains, unanswered: readonly Sent[] = []): void {
    this.kills[method] = (this.kills[method] ?? 0) + 1;
    if (method === 'inTransaction' || remains.openFrames > 0) this.insideTransaction += 1;
    const committed = unanswered.filter(({ commandId }) => remains.done.has(commandId)).length;
    if (committed > 0) this.committedUnanswered += 1;
    this.commandsUnanswered += committed;
    if (remains.halves > 0) this.betweenAppends += 1;
    if (remains.behind.length > 0) this.midProjection += 1;
  }

  noteAnswers(sent: readonly Sent[]): void {
    const answers = sent.flatMap(({ answered }) => (answered === undefined ? [] : [answered]));
    this.answered += answers.length;
    this.repeated += answers.filter(({ repeated }) => repeated).length;
  }

  fault(round: string, faults: readonly string[]): void {
    this.faults.push(...faults.map((fault) => `${round}: ${fault}`));
  }
}
