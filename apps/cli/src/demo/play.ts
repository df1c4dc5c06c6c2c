import type { Gate } from '../import/gate.js';
import { Window } from '../import/window.js';
import type { DemoCommand } from './simulate.js';

const AT_ONCE = 256;

export interface Played {
  /** Commands that led to facts now. */
  readonly done: number;
  /** Commands that an earlier run of the same demo had done. */
  readonly repeated: number;
  /** Commands refused, by code: a believable business meets refusals too. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Sends the story through the write path: different customers side by side, time in its turn. */
export async function play(
  commands: readonly DemoCommand[],
  gate: Gate,
  tell: (share: number, sent: number) => void,
  signal: AbortSignal,
): Promise<Played> {
  const window = new Window(AT_ONCE);
  const refused: Record<string, number> = {};
  let [done, repeated, sent] = [0, 0, 0];
  const send = async ({ command, commandId, at, ...body }: DemoCommand): Promise<void> => {
    const time = command === 'AdvanceClock';
    const answer = await gate.send(command, time ? body : { ...body, at }, commandId);
    if (!answer.ok) refused[answer.code] = (refused[answer.code] ?? 0) + 1;
    else if (answer.repeated) repeated += 1;
    else done += 1;
  };
  for (const command of commands) {
    if (signal.aborted) break;
    if (command.command === 'AdvanceClock') {
      await window.drain();
      await send(command);
    } else {
      await window.add(command.customerId ?? '', () => send(command));
    }
    sent += 1;
    tell(sent / commands.length, sent);
  }
  await window.drain();
  return { done, repeated, refused };
}
