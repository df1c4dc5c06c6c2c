import { answersIn } from './synced.js';

const log = '25</data/log.db-wal>';
const id = String.raw`\"commandId\":\"command-1\"`;
const write = `7 pwrite64(${log}, "\\0\\1{${id}}", 4096, 56) = 4096`;
const sync = `7 fsync(${log}) = 0`;
const answer = `7 writev(31<socket:[9]>, [{iov_base="HTTP/1.1 201 Created\\r\\n{${id}}", iov_len=300}], 1) = 300`;
const made = '7 fsync(9</>) = 0';
const key = '7 pwrite64(30</data.keys/keys.db-wal>, "\\0wrapped", 4096, 56) = 4096';
const keySync = '7 fdatasync(30</data.keys/keys.db-wal>) = 0';
const sealed = write.replace('{', '{\\"name\\":\\"sealed:1:abc\\",');
const faultsIn = (...lines: readonly string[]) => answersIn([made, ...lines].join('\n'), ['/']).faults;

describe('a trace of what a server asked of the machine', () => {
  it('holds where facts are written, synced and then answered', () => {
    const figures = { answers: 1, sealed: 1 };
    const trace = [made, key, keySync, sealed, sync, answer].join('\n');
    expect(answersIn(trace, ['/'])).toEqual({ kills: 0, faults: [], figures });
  });

  it.each([
    ['that was not synced', [key]],
    ['that was synced before it was written', [keySync, key]],
    ['whose sync failed', [key, keySync.replace('= 0', '= -1 EIO (Input/output error)')]],
    ['whose sync is not over', [key, keySync.replace(') = 0', ' <unfinished ...>')]],
  ])('does not hold where facts are sealed under a key %s', (_, lines) => {
    expect(faultsIn(...lines, sealed, sync, keySync, answer)).toEqual([expect.stringContaining('before their keys')]);
  });

  it('does not hold where the folder of the data was made and not synced', () => {
    expect(answersIn([write, sync, answer].join('\n'), ['/']).faults).toEqual([
      '/ was not synced before the first answer',
    ]);
  });

  it('holds where a sync is told of in two lines', () => {
    const parts = [`7 fsync(${log} <unfinished ...>`, '8 write(1, "x", 1) = 1', '7 <... fsync resumed>) = 0'];
    expect(faultsIn(write, ...parts, answer)).toEqual([]);
    expect(faultsIn(write, parts[0] as string, answer)).toEqual(['command-1 was answered before it was synced']);
  });

  it.each([
    ['without a sync', [write, answer]],
    ['with a sync before the write', [sync, write, answer]],
    ['with a sync that failed', [write, `7 fsync(${log}) = -1 EIO (Input/output error)`, answer]],
    ['with a sync of another file', [write, '7 fsync(9</data/keys.db>) = 0', answer]],
  ])('does not hold %s', (_, lines) => {
    expect(faultsIn(...lines)).toEqual(['command-1 was answered before it was synced']);
  });

  it('does not hold without the write, and without an answer at all', () => {
    expect(faultsIn(sync, answer)).toEqual(['command-1 was answered before it was written']);
    expect(faultsIn(write, sync)).toEqual(['no answer was seen']);
  });
});
