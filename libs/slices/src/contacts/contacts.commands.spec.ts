import { validateSync } from 'class-validator';
import { CancelRevisit, CompleteRevisit, PlanRevisit, RecordContact } from './contacts.commands.js';

const badFields = (command: new () => object, body: object): readonly string[] =>
  validateSync(Object.assign(new command(), body)).map(({ property }) => property);

describe('the commands of contacts', () => {
  it.each([RecordContact, PlanRevisit, CompleteRevisit, CancelRevisit])('%p takes its example', (command) =>
    expect(badFields(command, command.example)).toEqual([]),
  );
  it.each([
    [RecordContact, { channel: 'pigeon' }, ['channel']],
    [RecordContact, { direction: 'sideways' }, ['direction']],
    [RecordContact, { contactId: ' x' }, ['contactId']],
    [RecordContact, { outcome: undefined }, ['outcome']],
    [PlanRevisit, { dueAt: 'tomorrow' }, ['dueAt']],
    [PlanRevisit, { channel: 'pigeon' }, ['channel']],
    [CompleteRevisit, { contactId: 7 }, ['contactId']],
    [CancelRevisit, { reason: '' }, ['reason']],
  ])('%p with %j names the bad field', (command, change, fields) =>
    expect(badFields(command, { ...command.example, ...change })).toEqual(fields),
  );
});
