import { AFTER, query } from './route-parameters.js';
import type { Route } from './route.js';

const WAIT = query('wait', 'true: answer when it is done.', { type: 'boolean' });

/** Where projections stand, and what an operator does about them. */
export const PROJECTION_ROUTES: readonly Route[] = [
  {
    ...{ method: 'GET', path: '/v1/projections', action: 'projections:read' },
    about: 'Where every projection stands, and what is parked.',
    answers: { 200: { schema: 'Projections' } },
  },
  {
    ...{ method: 'GET', path: '/v1/projections/:name/digest', action: 'projections:read' },
    about: 'SHA-256 over all documents: equal content, equal digest.',
    parameters: AFTER,
    answers: { 200: { schema: 'Digest' } },
    problems: [400, 404],
  },
  {
    ...{ method: 'POST', path: '/v1/projections/:name/rebuild', action: 'projections' },
    about: 'Fold it anew from the first fact beside the present one, then switch. Answers at once unless `wait=true`.',
    parameters: [
      WAIT,
      query('customer', "Only this customer's documents, where they are read; answers when it is done."),
    ],
    answers: { 200: { schema: 'Rebuild' }, 202: { schema: 'Rebuild' } },
    problems: [400, 404, 409],
  },
  {
    ...{ method: 'POST', path: '/v1/projections/rebuild', action: 'projections' },
    about:
      'Fold all of them anew, or those that are named, in one pass, and switch to each. Answers at once unless `wait=true`.',
    parameters: [query('names', 'Only these, separated by commas.'), WAIT],
    answers: { 200: { schema: 'Rebuilds' }, 202: { schema: 'Rebuilds' } },
    problems: [400, 404, 409],
  },
  {
    ...{ method: 'POST', path: '/v1/projections/:name/cancel', action: 'projections' },
    about: 'Give up the rebuild it is in, with those that are built in the same pass; what is read stays.',
    answers: { 200: { schema: 'Switched' } },
    problems: [404, 409],
  },
  {
    ...{ method: 'POST', path: '/v1/projections/:name/switch-back', action: 'projections' },
    about: 'Read again what was read before the last rebuild; it folds on from where it was. The other one is kept.',
    answers: { 200: { schema: 'Switched' } },
    problems: [404, 409],
  },
  {
    ...{ method: 'POST', path: '/v1/projections/:name/drop', action: 'projections' },
    about: 'Remove what the last rebuild kept.',
    answers: { 200: { schema: 'Switched' } },
    problems: [404, 409],
  },
  {
    ...{ method: 'POST', path: '/v1/projections/retry', action: 'projections' },
    about: 'Fold again what was parked, after its cause was mended.',
    answers: { 200: { schema: 'Retried' } },
    problems: [409],
  },
];
