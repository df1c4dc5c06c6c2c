import { hash as hashed, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidRequest, type FieldError } from '#kernel/errors.js';
import { instantOf, type Instant } from '#kernel/time.js';
import { NotFound } from '#engine/errors.js';
import { makeFolder, replaceFile } from '#adapters/embedded/durable-files.js';
import { ROLES, type Principal, type Role } from './access.js';
import { locked } from './file-lock.js';

/** A token as it is kept: never its secret, only the secret's SHA-256. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Slices whose commands a service may send; all when left out. */
  readonly scopes?: readonly string[];
  readonly createdAt: Instant;
  readonly revokedAt?: Instant;
  readonly hash: string;
}

export type ShownToken = Omit<Token, 'hash'>;

export interface NewToken {
  readonly name: string;
  readonly role: string;
  readonly scopes?: readonly string[];
}

const SECRET = /^pat_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
const hashOf = (secret: string): Buffer => hashed('sha256', secret, 'buffer');

/** Who may call, kept in `<data>/tokens.json`. What another process changes there holds at once. */
export class Tokens {
  private known = new Map<string, Token>();
  private readonly path: string;
  private seen = '';

  constructor(
    private readonly folder: string,
    private readonly slices: readonly string[] = [],
  ) {
    this.path = join(folder, 'tokens.json');
  }

  /** The secret is given here and never again. @throws {InvalidRequest} naming every bad field */
  create({ name, role, scopes }: NewToken): { readonly secret: string; readonly token: ShownToken } {
    this.check({ name, role, ...(scopes !== undefined && { scopes }) });
    const id = randomBytes(6).toString('hex');
    const secret = `pat_${id}_${randomBytes(32).toString('base64url')}`;
    const kept: Token = {
      ...{ id, name, role: role as Role, createdAt: instantOf(Date.now()), hash: hashOf(secret).toString('hex') },
      ...(scopes !== undefined && { scopes }),
    };
    this.change((tokens) => [...tokens, kept]);
    return { secret, token: shown(kept) };
  }

  /** Oldest first, revoked ones included. */
  list(): readonly ShownToken[] {
    this.reload();
    return [...this.known.values()].map(shown);
  }

  /** Ends a token by its id, or all tokens of a name. @throws {NotFound} */
  revoke(idOrName: string): readonly ShownToken[] {
    const revokedAt = instantOf(Date.now());
    const ended: Token[] = [];
    this.change((tokens) =>
      tokens.map((token) => {
        if ((token.id !== idOrName && token.name !== idOrName) || token.revokedAt !== undefined) return token;
        ended.push({ ...token, revokedAt });
        return { ...token, revokedAt };
      }),
    );
    if (ended.length === 0) throw new NotFound('token', idOrName, '`patron token list` shows those there are.');
    return ended.map(shown);
  }

  /** Whom a secret stands for; undefined when it is none of ours or was revoked. Takes the same time either way. */
  verify(secret: string): Principal | undefined {
    this.reload();
    const token = this.known.get(SECRET.exec(secret)?.[1] ?? '');
    const expected = token === undefined ? Buffer.alloc(32) : Buffer.from(token.hash, 'hex');
    const given = hashOf(secret);
    const equal = expected.length === given.length && timingSafeEqual(expected, given);
    if (token === undefined || !equal || token.revokedAt !== undefined) return undefined;
    const { name, role, scopes } = token;
    return { name, role, ...(scopes !== undefined && { scopes }) };
  }

  private check({ name, role, scopes = [] }: NewToken): void {
    const errors: FieldError[] = [];
    if (!/^[\w.:@-]{1,64}$/.test(name))
      errors.push({ path: 'name', message: 'must be 1 to 64 letters, digits or _.:@-' });
    if (!ROLES.includes(role as Role)) errors.push({ path: 'role', message: `must be one of ${ROLES.join(', ')}` });
    if (scopes.length > 0 && role !== 'service') errors.push({ path: 'scopes', message: 'are for role service only' });
    for (const [index, scope] of scopes.entries()) {
      if (this.slices.includes(scope)) continue;
      errors.push({ path: `scopes[${index}]`, message: `${scope} is no slice; there are ${this.slices.join(', ')}` });
    }
    if (errors.length > 0) throw new InvalidRequest(errors);
  }

  private change(changed: (tokens: readonly Token[]) => readonly Token[]): void {
    makeFolder(this.folder);
    locked(`${this.path}.lock`, () => {
      this.reload();
      const tokens = changed([...this.known.values()]);
      replaceFile(this.path, `${JSON.stringify({ tokens }, null, 2)}\n`);
    });
    this.reload();
  }

  private reload(): void {
    const found = statSync(this.path, { throwIfNoEntry: false, bigint: true });
    const seen = found === undefined ? '' : `${found.ino}-${found.mtimeNs}-${found.size}`;
    if (seen === this.seen) return;
    this.known = new Map(found === undefined ? [] : tokensIn(this.path).map((token) => [token.id, token]));
    this.seen = seen;
  }
}

const shown = ({ hash: _, ...token }: Token): ShownToken => token;

/** Nobody is let in by a file that is torn: it is not passed over. */
function tokensIn(path: string): readonly Token[] {
  try {
    const { tokens } = JSON.parse(readFileSync(path, 'utf8')) as { readonly tokens: readonly Token[] };
    if (tokens.every(({ id, name, role, hash }) => [id, name, role, hash].every((one) => typeof one === 'string')))
      return tokens;
    throw new Error('a token in it is incomplete');
  } catch (error) {
    throw new Error(
      `${path} cannot be read as tokens: ${(error as Error).message}. Restore it from a backup, or move it away and start ` +
        'again: a new first token is made.',
      { cause: error },
    );
  }
}
