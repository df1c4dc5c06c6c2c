import { join } from 'node:path';
import { expecting, type Check, type Outcome } from './check.js';
import { faultsOfLog } from './ledger.js';
import { factsIn, postMortem } from './post-mortem.js';
import { replayFaults } from './replayed.js';
import { Server } from './server.js';

/** A command with two appends; the server falls when the first is on the disk. */
interface TwoAppends {
  readonly before: readonly (readonly [command: string, body: object])[];
  /** Part of the first append and of no other. */
  readonly first: string;
  readonly command: string;
  readonly body: object;
  /** What may be seen of a half that stands alone. */
  readonly meanwhile?: (server: Server) => Promise<readonly string[]>;
}

async function killedBetween(folder: string, { before, first, command, body, ...rest }: TwoAppends): Promise<Outcome> {
  const data = join(folder, 'data');
  const server = new Server(data);
  await server.start();
  const faults: string[] = [];
  for (const [name, more] of before) faults.push(...refusal(await server.send(name, more)));
  await server.end('SIGTERM');
  await server.start({ killPoint: { place: 'appended', times: 1, match: first } });
  const answer = await server.send(command, body).catch(() => undefined);
  faults.push(...expecting(answer === undefined, `${command} was answered though the server was to fall`));
  await server.ended;
  const { halves } = await postMortem(data);
  faults.push(...expecting(halves === 1, `the server fell elsewhere: ${halves} halves`));
  await server.start();
  faults.push(...((await rest.meanwhile?.(server)) ?? []));
  faults.push(...refusal(await server.send(command, body)));
  const again = await server.send(command, body);
  faults.push(...expecting(again.status === 200, `${command} was answered with ${again.status} the second time`));
  await server.caughtUp();
  await server.end('SIGTERM');
  return { kills: 1, faults: [...faults, ...faultsOfLog(await factsIn(data)), ...(await replayFaults(data))] };
}

const refusal = ({ status, url }: Response): readonly string[] =>
  expecting(status < 300, `${url} was answered with ${status}`);

const email = { kind: 'email', value: 'ada@example.org' };

/** The address stays with the one who claimed it; its retry makes the claim whole. */
export const claim: Check = {
  name: 'between the two appends of a claim',
  run: (folder) =>
    killedBetween(folder, {
      before: [['RegisterCustomer', { customerId: 'ada', name: 'Ada' }]],
      first: '"identity-',
      command: 'AddContactPoint',
      body: { commandId: 'claim', customerId: 'ada', ...email },
      meanwhile: async (server) => {
        const { status } = await server.send('AddContactPoint', { customerId: 'eve', ...email });
        return expecting(status === 409, `another customer's claim was answered with ${status}`);
      },
    }),
};

/** The start sends what was sent and not received; the sender's retry sends nothing again. */
export const transfer: Check = {
  name: 'between the two appends of a transfer',
  run: (folder) =>
    killedBetween(folder, {
      before: [['EarnPoints', { customerId: 'ada', earningId: 'welcome', points: 100 }]],
      first: '"PointsSent"',
      command: 'TransferPoints',
      body: { commandId: 'gift', customerId: 'ada', transferId: 'gift', to: 'bob', points: 25 },
      meanwhile: async ({ data }) => {
        const { halves } = await postMortem(data);
        return expecting(halves === 0, 'the start did not send the second half');
      },
    }),
};
