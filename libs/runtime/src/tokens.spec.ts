import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidRequest } from '#kernel/errors.js';
import { NotFound } from '#engine/errors.js';
import { Tokens } from './tokens.js';

describe('tokens', () => {
  let folder: string;
  let tokens: Tokens;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'patron-tokens-'));
    tokens = new Tokens(folder, ['loyalty', 'purchases']);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('stand for whom they were made, until they are revoked', () => {
    const { secret, token } = tokens.create({ name: 'shop', role: 'service', scopes: ['loyalty'] });
    expect(tokens.verify(secret)).toEqual({ name: 'shop', role: 'service', scopes: ['loyalty'] });
    expect(tokens.revoke(token.id)).toHaveLength(1);
    expect(tokens.verify(secret)).toBeUndefined();
    expect(() => tokens.revoke(token.id)).toThrow(NotFound);
    expect(tokens.list()).toEqual([expect.objectContaining({ id: token.id, revokedAt: expect.any(String) })]);
  });

  it('are not found by another secret', () => {
    const { secret } = tokens.create({ name: 'a', role: 'admin' });
    const swapped = secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A');
    for (const wrong of ['', 'x', swapped, `${secret} `, secret.toUpperCase()])
      expect(tokens.verify(wrong)).toBeUndefined();
  });

  it('leave only their hash on the disk, readable by the owner', () => {
    const { secret } = tokens.create({ name: 'a', role: 'admin' });
    const path = join(folder, 'tokens.json');
    expect(readFileSync(path, 'utf8')).not.toContain(secret.slice(-43));
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(JSON.stringify(tokens.list())).not.toContain('hash');
  });

  it('made or revoked by another process hold at once', () => {
    const other = new Tokens(folder, []);
    const { secret } = tokens.create({ name: 'a', role: 'admin' });
    expect(other.verify(secret)?.name).toBe('a');
    other.create({ name: 'b', role: 'analyst' });
    expect(tokens.list().map(({ name }) => name)).toEqual(['a', 'b']);
    other.revoke('a');
    expect(tokens.verify(secret)).toBeUndefined();
  });

  it.each(['{', 'null', '{}', '{"tokens":[{"id":"a"}]}', '{"tokens":[null]}', '\0'])(
    'that cannot be read (%j) let nobody in, and the file is named with what to do',
    (text) => {
      const { secret } = tokens.create({ name: 'a', role: 'admin' });
      writeFileSync(join(folder, 'tokens.json'), text);
      const said = /tokens\.json cannot be read as tokens: .*Restore it/;
      expect(() => tokens.verify(secret)).toThrow(said);
      expect(() => tokens.create({ name: 'b', role: 'admin' })).toThrow(said);
      expect(readFileSync(join(folder, 'tokens.json'), 'utf8')).toBe(text);
    },
  );

  it('wait for a lock that its owner left behind no longer than it can be alive', () => {
    writeFileSync(join(folder, 'tokens.json.lock'), '');
    const began = Date.now();
    expect(() => tokens.create({ name: 'a', role: 'admin' })).toThrow(/stays taken/);
    expect(Date.now() - began).toBeGreaterThan(1_000);
  });

  it('name every bad field', () => {
    const bad = { name: 'a b', role: 'king', scopes: ['loyalty', 'nothing'] };
    expect(() => tokens.create(bad)).toThrow(InvalidRequest);
    expect(() => tokens.create(bad)).toThrow(/name: .*role: .*scopes: .*scopes\[1\]: nothing is no slice/);
  });
});
