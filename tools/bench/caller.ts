import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const END_OF_HEAD = '\r\n\r\n';

/**
 * One caller on one connection that is kept open, one request at a time. By hand, because on two cores the clients of
 * Node take as long as the server that they are to measure.
 */
export class Caller {
  private received: Buffer = Buffer.alloc(0);
  private waiting: Waiting | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly authorization: string,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', (error) => this.broke(error));
    socket.on('close', () => this.broke(new Error('The server closed the connection.')));
  }

  /** @throws where nobody listens */
  static async open(url: string, authorization: string): Promise<Caller> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Caller(socket, authorization);
  }

  /** @throws where the connection breaks, or the answer does not say its length */
  post(path: string, body: object): Promise<Answer> {
    const json = JSON.stringify(body);
    const head = `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: ${this.authorization}\r\ncontent-type: application/json`;
    this.socket.write(`${head}\r\ncontent-length: ${Buffer.byteLength(json)}${END_OF_HEAD}${json}`);
    return new Promise((resolve, reject) => (this.waiting = { resolve, reject }));
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const start = this.received.indexOf(END_OF_HEAD);
    if (start < 0) return;
    const head = this.received.toString('latin1', 0, start);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) return this.broke(new Error(`An answer of unknown length: ${head}`));
    const [from, to] = [start + END_OF_HEAD.length, start + END_OF_HEAD.length + Number(length)];
    if (this.received.length < to) return;
    const answer = { status: Number(head.slice(9, 12)), body: this.received.toString('utf8', from, to) };
    this.received = this.received.subarray(to);
    this.waiting?.resolve(answer);
    this.waiting = undefined;
  }

  private broke(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
}
