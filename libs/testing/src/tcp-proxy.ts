import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a genuine server on this machine, and lets tests take that server away. */
export interface TcpProxy {
  readonly port: number;
  /** Nobody listens any more, and every connection is gone. */
  cut(): Promise<void>;
  /** Connections stay, nothing passes: as a server that is frozen. */
  freeze(): void;
  /** After `freeze` or `cut`. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function tcpProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let [frozen, port] = [false, 0];
  const flow = (pair: readonly [Socket, Socket]): void => {
    for (const socket of pair) if (frozen) socket.pause();
    if (frozen) return;
    for (const socket of pair) socket.resume();
  };
  const accept = (client: Socket): void => {
    const server = connect(target, '127.0.0.1');
    const pair = [client, server] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const [from, to] of [pair, [server, client]] as const) {
      from.on('data', (chunk) => to.write(chunk));
      from.on('close', end).on('error', end);
    }
    flow(pair);
  };
  let listening: Server | undefined;
  const listen = async (): Promise<void> => {
    listening = createServer(accept).listen(port, '127.0.0.1');
    await once(listening, 'listening');
    port = (listening.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    const server = listening;
    listening = undefined;
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  };
  const turn = (how: boolean): void => {
    frozen = how;
    pairs.forEach(flow);
  };
  await listen();
  return {
    get port() {
      return port;
    },
    cut,
    freeze: () => turn(true),
    restore: async () => {
      turn(false);
      if (listening === undefined) await listen();
    },
    close: cut,
  };
}
