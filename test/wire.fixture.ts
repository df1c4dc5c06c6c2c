import { connect } from 'node:net';
import { once } from 'node:events';

/** One answer as it stood in the bytes of a connection. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** False where the connection ended before the answer did. */
  readonly isWhole: boolean;
}

/** Sends bytes, says that nothing more will come, and takes everything until the server has closed, too. */
export async function exchanged(url: string, bytes: Buffer): Promise<Buffer> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  socket.end(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks);
}

/** Bytes as a strict client reads them: answers, one behind the other. @throws where anything else stands there */
export function answersIn(bytes: Buffer): readonly WireAnswer[] {
  const answers: WireAnswer[] = [];
  let rest = bytes.toString('latin1');
  while (rest !== '') {
    const [head = '', status = ''] = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[\w-]+: [^\r\n]*\r\n)*)\r\n/.exec(rest) ?? [];
    if (head === '') throw new Error(`This is no answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const lines = head.split('\r\n').slice(1, -2);
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    );
    rest = rest.slice(head.length);
    const { body, left, isWhole } = status === '100' ? { body: '', left: rest, isWhole: true } : bodyIn(rest, headers);
    rest = left;
    answers.push({ status: Number(status), headers, body: Buffer.from(body, 'latin1').toString(), isWhole });
  }
  return answers;
}

interface Taken {
  readonly body: string;
  readonly left: string;
  readonly isWhole: boolean;
}

function bodyIn(text: string, headers: Readonly<Record<string, string>>): Taken {
  if (headers['transfer-encoding'] !== 'chunked') {
    const length = Number(headers['content-length']);
    if (!Number.isInteger(length)) throw new Error(`An answer of no length: ${JSON.stringify(headers)}`);
    return { body: text.slice(0, length), left: text.slice(length), isWhole: text.length >= length };
  }
  let [body, left] = ['', text];
  for (;;) {
    const [line = '', size = ''] = /^([0-9a-f]+)\r\n/.exec(left) ?? [];
    if (left === '') return { body, left, isWhole: false };
    if (line === '') throw new Error(`This is no chunk: ${JSON.stringify(left.slice(0, 200))}`);
    const [from, to] = [line.length, line.length + Number.parseInt(size, 16)];
    if (left.length < to + 2) return { body: body + left.slice(from), left: '', isWhole: false };
    if (left.slice(to, to + 2) !== '\r\n') throw new Error('A chunk is longer than it says.');
    body += left.slice(from, to);
    left = left.slice(to + 2);
    if (from === to) return { body, left, isWhole: true };
  }
}
