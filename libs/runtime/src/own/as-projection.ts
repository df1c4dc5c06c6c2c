import type { Fact } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import type { AnyProjection } from '#kernel/projection.js';
import type { Instant } from '#kernel/time.js';
import { docFrom, dueFrom, keysFrom } from './answers.js';
import type { AnyOwnProjection } from './own-projection.js';

/** An analyst's projection as the engine folds it: what its functions give is looked at. @param about  Where it stands. */
export function asProjection(own: AnyOwnProjection, about: string): AnyProjection {
  const { timers } = own;
  return {
    ...{ name: own.name, version: 1, about, indexes: [] },
    key: own.key === undefined ? customersOwn : (fact: Fact) => keysFrom(own.key?.(fact)),
    ...((own.key === undefined || own.perCustomer === true) && { perCustomer: true }),
    initial: (key: string) => docFrom('initial', own.initial(key)),
    on: checked('on', own.on),
    broadcast: checked('broadcast', own.broadcast ?? {}),
    ...(timers !== undefined && {
      timers: {
        due: (doc: object, context: Context) => dueFrom(timers.due(doc, held(context))),
        fire: (doc: object, at: Instant, context: Context) =>
          docFrom('timers.fire', timers.fire(doc, at, held(context))),
      },
    }),
  };
}

const customersOwn = ({ customerId }: Fact): readonly string[] => (customerId === '' ? [] : [customerId]);

type Handler = (doc: object, fact: Fact, context: Context) => unknown;

function checked(field: string, handlers: object): Readonly<Record<string, Handler>> {
  const entries = Object.entries(handlers as Record<string, Handler>);
  return Object.fromEntries(
    entries.map(([type, handler]) => {
      const what = `${field}.${type}`;
      return [type, (doc, fact, context) => docFrom(what, handler(doc, fact, held(context)))];
    }),
  );
}

const helds = new WeakMap<Context, Context>();

/** The same context in functions that stand alone: `({ policy }) => policy(policies.company)`. */
function held(context: Context): Context {
  let alone = helds.get(context);
  if (alone === undefined) {
    alone = { policy: (definition) => context.policy(definition), latest: (definition) => context.latest(definition) };
    helds.set(context, alone);
  }
  return alone;
}
