import { fileURLToPath } from 'node:url';
import { ImportWorld, shipped } from './import.fixture.js';
import { withSharedData } from '#testing/shared-data.js';

const csv = (...rows: readonly string[]): string => [...rows, ''].join('\n');

let world: ImportWorld;
beforeEach(async () => {
  world = await ImportWorld.open();
});
afterEach(() => world.close());

describe('importing survey answers', () => {
  const mapping = {
    name: 'poll',
    kind: 'surveys',
    file: {},
    customer: { template: 'poll-{rowNumber}', synthetic: true },
    date: { column: 'day', format: 'YYYY-MM-DD' },
    survey: {
      ...{ instrument: 'csat', score: { column: 'score' }, touchpoint: { column: 'where', else: 'shop' } },
      comment: { column: 'words' },
    },
    reject: [{ column: 'score', equals: ['0', '6'], reason: 'no answer' }],
  };
  const rows = ['day,score,where,words', '2026-03-02,5,,"Good,\nand quick"', '2026-03-02,0,,', '2026-03-03,9,web,'];

  it('sends scores of the scale only, and accounts for the others', async () => {
    const { reconciliation, rejects } = await world.import(world.file('poll.csv', csv(...rows)), mapping);
    expect(reconciliation).toMatchObject({
      ...{ kind: 'surveys', rowsRead: 3, accepted: 1, rejected: 2, customers: 1, syntheticCustomers: true },
      facts: { SurveyAnswered: 1 },
    });
    expect(rejects.map(([line, column, reason]) => [line, column, reason.split(':')[0]])).toEqual([
      [4, 'score', 'no answer'],
      [5, '', 'surveys.outside_scale'],
    ]);
    expect(await world.documents('satisfaction')).toContainEqual(
      expect.objectContaining({ month: '2026-03', channel: null, touchpoint: 'shop', answers: 1 }),
    );
    expect(world.patron.engine.calendar.to).toBe('2026-03-04T00:00:00.000Z');
  });

  it('marks the customers it makes', async () => {
    await world.import(world.file('poll.csv', csv(...rows)), mapping);
    expect(await world.sources('CustomerRegistered')).toEqual(['import poll (synthetic customer)']);
  });
});

describe('importing complaints', () => {
  const is = (column: string, ...equals: readonly string[]) => ({ column, equals });
  const mapping = {
    name: 'cases',
    kind: 'complaints',
    file: {},
    customer: { column: 'who' },
    date: { column: 'came', format: 'YYYY-MM-DD' },
    complaint: {
      id: { column: 'case' },
      cause: { column: 'why', values: { late: 'late parcel' }, else: 'other' },
      channel: { column: 'by', values: { P: 'phone' } },
      text: { column: 'text' },
    },
    response: {
      date: { column: 'answered', format: 'YYYY-MM-DD', timeOfDay: '12:00' },
      late: { ...is('timely', 'no'), afterDays: 10 },
      given: { column: 'end', equals: ['wait'], startsWith: ['done'] },
      remedy: { column: 'end', values: { 'done: refund': 'refund' } },
      closed: is('end', 'done: refund'),
      disputed: { ...is('again', 'yes'), reason: 'disputed' },
    },
  };
  const header = 'case,who,came,by,why,text,end,answered,timely,again';
  const settled = '1,ann,2026-03-02,P,late,"Where\nis it?",done: refund,2026-03-03,yes,no';
  const disputed = '2,bob,2026-03-02,P,rude,,done: refund,2026-03-02,yes,yes';
  const waiting = '3,cyd,2026-03-02,P,late,,wait,2026-03-03,no,no';
  const unheard = '4,dan,2026-03-04,P,late,,,,no,no';
  const rows = [header, settled, disputed, waiting, unheard] as const;

  it('raises, answers, resolves, closes and reopens as the file says, each at its time', async () => {
    const { reconciliation } = await world.import(world.file('cases.csv', csv(...rows)), mapping);
    expect(reconciliation).toMatchObject({
      ...{ rowsRead: 4, accepted: 4, grouped: 0, rejected: 0, customers: 4, syntheticCustomers: false },
      facts: {
        ...{ ComplaintRaised: 4, ComplaintResponded: 3, ComplaintResolved: 2, ComplaintClosed: 2 },
        ComplaintReopened: 1,
      },
    });
    const cases = await world.documents('complaint_cases');
    expect(cases.map(({ complaintId, status, cause, closedAt }) => [complaintId, status, cause, closedAt])).toEqual([
      ['1', 'closed', 'late parcel', '2026-03-03T12:00:00.000Z'],
      ['2', 'open', 'other', null],
      ['3', 'open', 'late parcel', null],
      ['4', 'open', 'late parcel', null],
    ]);
    expect(cases[2]).toMatchObject({ firstResponse: { status: 'missed', doneAt: '2026-03-13T12:00:00.000Z' } });
    expect(world.patron.engine.calendar.to).toBe('2026-03-14T00:00:00.000Z');
  });

  it('adds nothing the second time, and of a later file only what has become of a complaint since', async () => {
    await world.import(world.file('cases.csv', csv(...rows)), mapping);
    const before = await world.types();
    const again = await world.import(world.file('again.csv', csv(header, ...rows.slice(1).toReversed())), mapping);
    expect(again.reconciliation).toMatchObject({ accepted: 0, repeated: 4, rejected: 0 });
    expect(await world.types()).toEqual(before);
    const heard = unheard.replace(',,,no', ',done: refund,2026-03-20,yes');
    const later = await world.import(world.file('later.csv', csv(header, settled, disputed, waiting, heard)), mapping);
    expect(later.reconciliation).toMatchObject({ accepted: 1, repeated: 3 });
    expect(await world.types()).toMatchObject({ ComplaintRaised: 4, ComplaintResolved: 3 });
  });

  it('leaves what became of a complaint after --clock for another time', async () => {
    const file = world.file('cases.csv', csv(...rows));
    const first = await world.import(file, mapping, { clock: '2026-03-02T23:00:00.000Z' });
    expect(first.reconciliation).toMatchObject({ accepted: 3, rejected: 1, facts: { ComplaintResolved: 1 } });
    const { reconciliation } = await world.import(file, mapping, { clock: '2026-03-31T00:00:00.000Z' });
    expect(reconciliation).toMatchObject({ accepted: 3, repeated: 1, rejected: 0 });
  });

  it('rejects a word the mapping has not, an answer before its complaint, and what is refused', async () => {
    const { rejects, reconciliation } = await world.import(
      world.file(
        'cases.csv',
        csv(
          header,
          '5,eve,2026-03-02,X,late,,,,no,no',
          '6,eve,2026-03-02,P,late,,wait,2026-03-01,yes,no',
          '7,eve,2026-03-02,P,late,,,,no,no',
          '7,eve,2026-03-02,P,rude,,wait,2026-03-05,no,no',
        ),
      ),
      mapping,
    );
    expect(reconciliation).toMatchObject({ rowsRead: 4, accepted: 1, repeated: 0, rejected: 3, customers: 1 });
    expect(rejects.map(([, column, reason]) => [column, reason.split(': ').slice(0, 2).join(': ')])).toEqual([
      ['by', '"X" is not in the mapping'],
      ['answered', 'a response before the complaint'],
      ['', expect.stringMatching(/^complaints.already_raised: RaiseComplaint/)],
    ]);
  });
});

describe('importing a contact log', () => {
  const example = fileURLToPath(new URL('../docs/mappings/examples/contact-log.csv', import.meta.url));

  it('takes the example wholly, and all repeated the second time', async () => {
    const { reconciliation, rejects } = await world.import(example, shipped('contact-log'));
    expect(rejects).toEqual([]);
    expect(reconciliation).toMatchObject({
      ...{ kind: 'contacts', rowsRead: 8, accepted: 8, rejected: 0, customers: 4 },
      ...{ facts: { CustomerContacted: 8 }, totals: { EUR: '4.92' } },
    });
    const responses = await world.documents('contact_responses');
    expect(responses).toContainEqual(
      expect.objectContaining({ channel: 'phone', by: 'company', answers: 1, minutes: 370 }),
    );
    const again = await world.import(example, shipped('contact-log'));
    expect(again.reconciliation).toMatchObject({ accepted: 0, repeated: 8, totals: { EUR: '4.92' } });
  });

  it('rejects a contact that the customer did not allow', async () => {
    const header = 'contact,date,customer,channel,direction,purpose,outcome,agent,cost,answers,note';
    const row = 'call-9,2026-03-02 09:12,c-100,Phone,out,marketing,reached,kim,,,';
    const { reconciliation, rejects } = await world.import(
      world.file('log.csv', csv(header, row)),
      shipped('contact-log'),
    );
    expect(reconciliation).toMatchObject({ accepted: 0, rejected: 1, customers: 0, facts: {} });
    expect(rejects[0]?.[2]).toMatch(/^contacts.without_consent: RecordContact: /);
  });
});

withSharedData('surveys/sfo_2012.csv.gz', (path) => {
  it('gives the scores of the file, which satisfaction agrees with, and all repeated the second time', async () => {
    const { reconciliation, rejects } = await world.import(path, shipped('sfo-2012'));
    expect(reconciliation).toMatchObject({
      ...{ rowsRead: 3_521, accepted: 3_348, repeated: 0, rejected: 173, customers: 3_348, syntheticCustomers: true },
      facts: { SurveyAnswered: 3_348 },
    });
    const of = (start: string) => rejects.filter(([, , reason]) => reason.startsWith(start)).length;
    expect([of('not applicable'), of('left blank')]).toEqual([33, 140]);
    const all = (await world.documents('satisfaction')).find(
      ({ channel, touchpoint }) => channel === null && touchpoint === null,
    );
    expect(all).toMatchObject({
      ...{ month: '2012-05', answers: 3_348 },
      counts: { csat: { '1': 7, '2': 64, '3': 639, '4': 1_856, '5': 782 } },
    });
    const again = await world.import(path, shipped('sfo-2012'));
    expect(again.reconciliation).toMatchObject({ accepted: 0, repeated: 3_348, rejected: 173, customers: 3_348 });
  }, 120_000);
});

withSharedData('complaints/cfpb_145.csv', (path) => {
  it('accounts for every row, which complaint_cases agrees with, and all repeated the second time', async () => {
    const { reconciliation } = await world.import(path, shipped('cfpb-145'));
    const facts = {
      ...{ ComplaintRaised: 145, ComplaintResponded: 142, ComplaintResolved: 132, ComplaintClosed: 132 },
      ComplaintReopened: 4,
    };
    expect(reconciliation).toMatchObject({
      ...{ rowsRead: 145, accepted: 145, grouped: 0, repeated: 0, rejected: 0, customers: 145 },
      ...{ syntheticCustomers: true, facts },
    });
    const cases = await world.documents('complaint_cases');
    const of = (field: string, value: unknown) => cases.filter((each) => each[field] === value).length;
    expect([of('status', 'closed'), of('status', 'open'), of('reopenedFor', 'disputed by the customer')]).toEqual([
      128, 17, 4,
    ]);
    expect([of('channel', 'web'), of('channel', 'referral'), of('channel', 'fax')]).toEqual([101, 24, 2]);
    expect(of('cause', 'wrong record')).toBe(19);
    const types = await world.types();
    expect(types).toMatchObject(facts);
    const again = await world.import(path, shipped('cfpb-145'));
    expect(again.reconciliation).toMatchObject({ accepted: 0, repeated: 145, rejected: 0, facts });
    expect(await world.types()).toEqual(types);
  }, 120_000);
});
