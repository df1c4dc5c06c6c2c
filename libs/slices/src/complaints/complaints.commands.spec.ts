import { readFileSync } from 'node:fs';
import { withSharedData } from '#testing/shared-data.js';
import { validateSync } from 'class-validator';
import { parse } from 'csv-parse/sync';
import { deciderSpec } from '#testing/given.js';
import { RaiseComplaint, RemedyInput, ResolveComplaint, RespondToComplaint } from './complaints.commands.js';
import { complaintsSlice } from './complaints.slice.js';

/** The fields that are refused. */
const refused = (command: new () => object, body: object): readonly string[] =>
  validateSync(Object.assign(new command(), { at: '2026-03-02T10:15:00Z', ...body })).map(({ property }) => property);

describe('requests about complaints', () => {
  it.each(complaintsSlice.commands.map((command) => [command.name, command] as const))(
    '%s takes its own example',
    (_, command) => {
      const { remedy, ...fields } = command.example as { readonly remedy?: object };
      const nested = remedy === undefined ? {} : { remedy: Object.assign(new RemedyInput(), { kind: 'apology' }) };
      expect(refused(command, { ...fields, ...nested })).toEqual([]);
    },
  );
  it.each([
    ['complaintId', { complaintId: ' case' }],
    ['cause', { cause: '' }],
    ['priority', { priority: 'severe' }],
    ['channel', { channel: undefined }],
    ['purchaseId', { purchaseId: 'x'.repeat(101) }],
    ['text', { text: 'x'.repeat(20_001) }],
    ['text', { text: 'a\u0000b' }],
  ])('RaiseComplaint refuses a bad %s', (field, bad) =>
    expect(refused(RaiseComplaint, { ...RaiseComplaint.example, ...bad })).toEqual([field]),
  );
  it('take texts of 20,000 characters over many lines', () => {
    const long = 'My parcel\r\n\tis late.\n'.repeat(952);
    expect(refused(RaiseComplaint, { ...RaiseComplaint.example, text: long })).toEqual([]);
  });
  it('need a name for an answer, and a remedy for a resolution', () => {
    expect(refused(RespondToComplaint, { customerId: 'c-1', complaintId: 'x' })).toEqual(['responseId']);
    const remedy = Object.assign(new RemedyInput(), { kind: '', points: 0 });
    expect(refused(ResolveComplaint, { customerId: 'c-1', complaintId: 'x', remedy })).toEqual(['remedy']);
  });
});

withSharedData('complaints/cfpb_145.csv', (file) => {
  it('the complaints of the CFPB fit the commands', () => {
    const rows = parse<Record<string, string>>(readFileSync(file, 'utf8'), { columns: true });
    const given = deciderSpec(complaintsSlice);
    for (const row of rows) {
      const raise = {
        ...{ type: 'RaiseComplaint', customerId: 'synthetic-1', complaintId: row['complaint_id'], cause: row['issue'] },
        ...{ channel: row['submitted_via'], at: `${row['date_received']}T12:00:00Z` },
        text: row['consumer_complaint_narrative'] || undefined,
      };
      expect([raise.complaintId, refused(RaiseComplaint, raise)]).toEqual([raise.complaintId, []]);
      given()
        .when(raise)
        .then({ type: 'ComplaintRaised', data: { channel: row['submitted_via'] } });
    }
    expect(rows).toHaveLength(145);
  });
});
