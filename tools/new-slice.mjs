// Makes the folder of a new slice from the smallest slice there can be. Usage: node tools/new-slice.mjs <name> <Noun>
import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';

const [name, noun] = process.argv.slice(2);
if (!/^[a-z]+$/.test(name ?? '') || !/^[A-Z][A-Za-z]+$/.test(noun ?? '')) {
  console.error('Usage: node tools/new-slice.mjs <name> <Noun>, such as: node tools/new-slice.mjs notes Note');
  process.exit(2);
}
const folder = `libs/slices/src/${name}`;
if (existsSync(folder)) {
  console.error(`${folder} is there already; nothing was changed.`);
  process.exit(4);
}
const field = `${noun[0].toLowerCase()}${noun.slice(1)}Id`;
const files = {
  'README.md': `# ${name}\n\nWhat it promises, its terms, and where its figures come from.\n`,
  [`${name}.events.ts`]: `import { defineEvent, type EventOf } from '#kernel/event.js';
import { text } from '#kernel/parse.js';

/** Say what happened. */
export const ${noun}Recorded = defineEvent({
  type: '${noun}Recorded',
  parse: (raw) => ({ ${field}: text(raw['${field}']) }),
});
export type ${noun}Recorded = EventOf<typeof ${noun}Recorded>;
`,
  [`${name}.policy.ts`]: `import { int } from '#kernel/parse.js';
import { definePolicy } from '#kernel/policy.js';

export interface ${noun}Policy {
  readonly most: number;
}

/** @source say where each figure comes from */
export const ${name}Policy = definePolicy<${noun}Policy>({
  name: '${name}',
  defaults: { most: 100 },
  parse: (raw) => ({ most: int(raw['most']) }),
});
`,
  [`${name}.commands.ts`]: `import { CustomerCommand, IsReference } from '#kernel/customer.commands.js';

export class Record${noun} extends CustomerCommand {
  static readonly about = 'Say what it asks for.';
  static readonly example = { customerId: 'c-1', ${field}: '1' };
  readonly type = 'Record${noun}' as const;
  @IsReference() ${field}!: string;
}

export type ${noun}Command = Record${noun};
`,
  [`${name}.errors.ts`]: `import { DomainError } from '#kernel/errors.js';

/** A customer may have only so many. */
export class TooMany${noun}s extends DomainError {
  readonly code = '${name}.too_many';
  readonly kind = 'conflict';
}
`,
  [`${name}.decider.ts`]: `import type { Decider } from '#kernel/decider.js';
import { Sorted } from '#kernel/sorted.js';
import type { ${noun}Command } from './${name}.commands.js';
import { TooMany${noun}s } from './${name}.errors.js';
import { ${noun}Recorded } from './${name}.events.js';
import { ${name}Policy } from './${name}.policy.js';

type State = Sorted<true>;

export const ${name}: Decider<State, ${noun}Command, ${noun}Recorded> = {
  initial: Sorted.empty(),
  restore: (json) => Sorted.from(json as readonly (readonly [string, true])[]),
  evolve: (state, { data }) => state.set(data.${field}, true),
  decide: ({ ${field} }, state, context) => {
    if (state.has(${field})) return [];
    const { most } = context.policy(${name}Policy);
    if (state.size >= most) throw new TooMany${noun}s(\`\${most} are there already.\`);
    return [${noun}Recorded({ ${field} })];
  },
};
`,
  [`${name}.projection.ts`]: `import type { Why } from '#kernel/fact.js';
import { defineProjection } from '#kernel/projection.js';
import type { ${noun}Recorded } from './${name}.events.js';
import { ${name}Policy } from './${name}.policy.js';

export interface ${noun}Count {
  readonly customerId: string;
  readonly count: number;
  readonly why: Why;
}

export const ${name}Count = defineProjection<${noun}Count, ${noun}Recorded>({
  name: '${name}_count',
  version: 1,
  about: 'How many there are.',
  key: (fact) => fact.customerId,
  indexes: [{ count: -1 }],
  initial: (customerId) => ({ customerId, count: 0, why: { facts: [], policy: { name: ${name}Policy.name, version: 0 } } }),
  on: {
    ${noun}Recorded: (doc, { id }, context) => {
      const policy = { name: ${name}Policy.name, version: context.policy(${name}Policy).version };
      return { ...doc, count: doc.count + 1, why: { facts: [...doc.why.facts, id].slice(-20), policy } };
    },
  },
});
`,
  [`${name}.folding.ts`]: `import { defineFolding } from '#kernel/slice.js';
import { ${noun}Recorded } from './${name}.events.js';
import { ${name}Policy } from './${name}.policy.js';
import { ${name}Count } from './${name}.projection.js';

export const ${name}Folding = defineFolding({
  name: '${name}',
  about: 'Say what it is for.',
  events: [${noun}Recorded],
  policies: [${name}Policy],
  projections: [${name}Count],
});
`,
  [`${name}.slice.ts`]: `import { defineSlice } from '#kernel/slice.js';
import { Record${noun} } from './${name}.commands.js';
import { ${name} } from './${name}.decider.js';
import { ${name}Folding } from './${name}.folding.js';

export const ${name}Slice = defineSlice({
  ...${name}Folding,
  commands: [Record${noun}],
  decider: ${name},
});
`,
  [`${name}.golden.json`]: `[{ "type": "${noun}Recorded", "version": 1, "data": { "${field}": "1" } }]\n`,
  [`${name}.spec.ts`]: `import { deciderSpec } from '#testing/given.js';
import { ${noun}Recorded } from './${name}.events.js';
import { ${name}Slice } from './${name}.slice.js';

const at = '2026-03-02T10:00:00.000Z';
const command = { type: 'Record${noun}', customerId: 'c-1', at, ${field}: '1' };

describe('recording', () => {
  const given = deciderSpec(${name}Slice);
  it('records it', () => given().when(command).then(${noun}Recorded({ ${field}: '1' })));
  it('changes nothing the second time', () => given(${noun}Recorded({ ${field}: '1' }, at)).when(command).thenNothing());
});
`,
};
mkdirSync(folder);
for (const [file, text] of Object.entries(files)) writeFileSync(`${folder}/${file}`, text);
const index = readFileSync('libs/slices/src/index.ts', 'utf8');
console.log(
  `Made ${folder}. Now list ${name}Slice in libs/slices/src/index.ts${index.includes(name) ? ' (it is there)' : ''} and ${name}Folding in libs/slices/src/folding.ts.`,
);
