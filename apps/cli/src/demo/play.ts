import type { Instant } from '#kernel/time.js';
import type { Answer, Gate } from '../import/gate.js';
import { Window } from '../import/window.js';
import type { DemoCommand } from './story.js';

const AT_ONCE = 256;

export interface Played {
  /** Commands that led to facts now. */
  readonly done: number;
  /** Commands that an earlier run of the same demo had done. */
  readonly repeated: number;
  /** Commands refused, by code: a believable business meets refusals too. */
  readonly refused: Readonly<Record<string, number>>;
}

export interface Playing {
  readonly gate: Gate;
  readonly tell: (share: number, sent: number) => void;
  readonly signal: AbortSignal;
  /** What the shop does when a month has begun, from what Patron then says. */
  readonly atMonth?: (at: Instant) => Promise<readonly DemoCommand[]>;
}

/** Sends the story through the write path: different customers side by side, time in its turn. */
export async function play(
  commands: readonly DemoCommand[],
  { gate, tell, signal, atMonth }: Playing,
): Promise<Played> {
  const window = new Window(AT_ONCE);
  const refused: Record<string, number> = {};
  let [done, repeated, sent] = [0, 0, 0];
  const send = async ({ command, commandId, at, ...body }: DemoCommand): Promise<Answer> => {
    const time = command === 'AdvanceClock';
    const answer = await gate.send(command, time ? body : { ...body, at }, commandId);
    if (!answer.ok) refused[answer.code] = (refused[answer.code] ?? 0) + 1;
    else if (answer.repeated) repeated += 1;
    else done += 1;
    return answer;
  };
  const together = (command: DemoCommand): Promise<void> =>
    window.add(command.customerId ?? '', async () => void (await send(command)));
  for (const command of commands) {
    if (signal.aborted) break;
    if (command.command === 'AdvanceClock') {
      await window.drain();
      const answer = await send(command);
      // A month that was played before was answered then: what is open now says nothing of that time.
      if (atMonth !== undefined && isMonthsFirst(command) && answer.ok && !answer.repeated) {
        for (const more of await atMonth(command.at)) await together(more);
      }
    } else {
      await together(command);
    }
    sent += 1;
    tell(sent / commands.length, sent);
  }
  await window.drain();
  return { done, repeated, refused };
}

const isMonthsFirst = ({ commandId }: DemoCommand): boolean => commandId.endsWith('-01');
