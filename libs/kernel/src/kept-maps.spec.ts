import { fieldsForm } from './kept-maps.js';

interface Note {
  readonly at: string;
  readonly by?: string;
  readonly done: boolean;
  readonly score?: number;
}

describe('rows of fields', () => {
  const form = fieldsForm<Note>(['at', 'by', 'done', 'score']);

  it.each<[string, Note, readonly unknown[]]>([
    ['all there are', { at: 'a', by: 'ann', done: true, score: 0 }, ['n-1', 'a', 'ann', true, 0]],
    ['none at the end', { at: 'a', by: 'ann', done: false }, ['n-1', 'a', 'ann', false]],
    ['none between', { at: 'a', done: false, score: 3 }, ['n-1', 'a', null, false, 3]],
  ])('give a value back as it was: %s', (_, note, row) => {
    expect(form.row('n-1', note)).toEqual(row);
    expect(form.entry(row)).toStrictEqual(['n-1', note]);
  });

  it('leave out a key that follows from the value', () => {
    const keyed = fieldsForm<Note>(['at', 'done'], ({ at, done }) => `${at} ${done}`);
    expect(keyed.row('a true', { at: 'a', done: true })).toEqual(['a', true]);
    expect(keyed.entry(['a', true])).toEqual(['a true', { at: 'a', done: true }]);
  });
});
