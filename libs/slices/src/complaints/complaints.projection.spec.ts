import { engineWorld, type World } from '#testing/engine-world.js';
import { named, of, type GivenFact } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import { complaintCauses } from './complaints.causes.projection.js';
import { customerComplaints } from './complaints.customer.projection.js';
import {
  ComplaintAssigned,
  ComplaintClosed,
  ComplaintRaised,
  ComplaintReopened,
  ComplaintResolved,
  ComplaintResponded,
  ComplaintSlaMet,
  ComplaintSlaMissed,
  ComplaintSlaWarned,
} from './complaints.events.js';
import { complaintCases } from './complaints.projection.js';
import { complaintsSlice } from './complaints.slice.js';

const at = '2026-03-02T12:00:00.000Z';
const later = '2026-03-04T12:00:00.000Z';
const about = { complaintId: 'case-1', opening: 1, cause: 'late/lost', raisedOn: '2026-03-02' };
const [responseDue, resolutionDue] = ['2026-03-03T12:00:00.000Z', '2026-03-09T17:00:00.000Z'];
const promises = {
  ...{ firstResponseWarnAt: '2026-03-03T10:24:00.000Z', firstResponseDueAt: responseDue },
  ...{ resolutionWarnAt: '2026-03-06T16:00:00.000Z', resolutionDueAt: resolutionDue },
};
const newPromises = { ...promises, firstResponseDueAt: later, resolutionDueAt: '2026-03-20T17:00:00.000Z' };
const sla = { ...about, sla: 'first_response', priority: 'normal', dueAt: responseDue } as const;
const resolution = { ...sla, sla: 'resolution', dueAt: resolutionDue } as const;

const raising = { ...about, ...promises, priority: 'normal', channel: 'web', text: 'Where is my parcel?' } as const;
const raised = named('raised', ComplaintRaised(raising, at));
const assigned = ComplaintAssigned({ ...about, agent: 'agent-7' }, at);
const responded = ComplaintResponded({ ...about, responseId: 'mail-1', first: true, note: null }, later);
const warned = ComplaintSlaWarned(sla, promises.firstResponseWarnAt);
const missed = ComplaintSlaMissed(sla, responseDue);
const met = ComplaintSlaMet(resolution, later);
const resolved = named('resolved', ComplaintResolved({ ...about, remedy: { kind: 'apology' }, note: null }, later));
const closed = ComplaintClosed(about, later);
const reopened = ComplaintReopened({ ...about, ...newPromises, opening: 2, priority: 'normal', reason: 'lost' }, later);

describe('complaint cases', () => {
  const folding = projectionSpec(complaintCases, { slices: [complaintsSlice] });
  const fold = async (...facts: readonly GivenFact[]) => (await folding(...facts)).get('c-1/case-1');

  it('say what was raised, what is due next, and why', async () => {
    const running = { status: 'running', warned: false, doneAt: null };
    expect(await fold(raised)).toEqual({
      ...{
        customerId: 'c-1',
        complaintId: 'case-1',
        status: 'open',
        opening: 1,
        cause: 'late/lost',
        priority: 'normal',
      },
      ...{ channel: 'web', purchaseId: null, agent: null, raisedAt: at, raisedOn: '2026-03-02', openedAt: at },
      ...{ firstResponse: { dueAt: responseDue, ...running }, resolution: { dueAt: resolutionDue, ...running } },
      ...{ nextDueAt: responseDue, overdue: false, remedy: null, reopenedFor: null, resolvedAt: null, closedAt: null },
      why: { facts: ['raised'], policy: { name: 'complaints', version: 1 } },
    });
  });
  it('stay due by what was missed until the customer is answered', async () => {
    const overdue = await fold(raised, assigned, warned, missed);
    expect(overdue).toMatchObject({ agent: 'agent-7', nextDueAt: responseDue, overdue: true });
    expect(overdue?.firstResponse).toMatchObject({ status: 'missed', warned: true, doneAt: null });
    const answered = await fold(raised, assigned, warned, missed, responded);
    expect(answered).toMatchObject({ nextDueAt: resolutionDue, overdue: false });
    expect(answered?.firstResponse).toMatchObject({ status: 'missed', doneAt: later });
  });
  it('have nothing due once they are resolved', async () => {
    expect(await fold(raised, missed, resolved, met)).toMatchObject({
      ...{ status: 'resolved', nextDueAt: null, overdue: false, remedy: { kind: 'apology' }, resolvedAt: later },
      ...{ firstResponse: { status: 'missed', doneAt: later }, resolution: { status: 'met', doneAt: later } },
    });
    expect(await fold(raised, resolved, met, closed)).toMatchObject({ status: 'closed', closedAt: later });
  });
  it('begin anew when they are opened again', async () => {
    expect(await fold(raised, resolved, met, closed, reopened)).toMatchObject({
      ...{ status: 'open', opening: 2, nextDueAt: later, reopenedFor: 'lost', resolvedAt: null, closedAt: null },
      ...{ raisedAt: at, openedAt: later, firstResponse: { status: 'running', doneAt: null } },
    });
  });
  it('name no more than twenty facts', async () => {
    const answers = Array.from({ length: 30 }, (_, n) =>
      named(`a${n}`, ComplaintResponded({ ...about, responseId: `m-${n}`, first: false, note: null }, later)),
    );
    const facts = (await fold(raised, ...answers))?.why.facts;
    expect([facts?.length, facts?.at(-1)]).toEqual([20, 'a29']);
  });
});

describe('complaint causes', () => {
  const fold = projectionSpec(complaintCauses, { slices: [complaintsSlice] });

  it('count by the month in which complaints were raised, and by cause', async () => {
    const april = { ...about, complaintId: 'case-2', raisedOn: '2026-04-01' };
    const documents = await fold(
      ...[raised, of('c-2', ComplaintRaised({ ...raising, priority: 'urgent' }, at)), warned, missed, resolved, met],
      ...[reopened, ComplaintSlaMissed({ ...resolution, opening: 2 }, '2026-04-01T00:00:00.000Z')],
      named('last', ComplaintRaised({ ...raising, ...april }, '2026-04-01T00:00:00.000Z')),
    );
    expect(documents.get('2026-03/late/lost')).toMatchObject({
      ...{ month: '2026-03', cause: 'late/lost', raised: 2, reopened: 1, resolved: 1 },
      byPriority: { low: 0, normal: 1, high: 0, urgent: 1 },
      ...{ firstResponse: { warned: 1, met: 0, missed: 1 }, resolution: { warned: 0, met: 1, missed: 1 } },
    });
    expect(documents.get('2026-04/late/lost')).toMatchObject({ raised: 1, why: { facts: ['last'] } });
  });
});

describe('a customer’s complaints', () => {
  const folding = projectionSpec(customerComplaints, { slices: [complaintsSlice] });
  const fold = async (...facts: readonly GivenFact[]) => (await folding(...facts)).get('c-1');

  it('say how much is open, what was missed, and how the last ones read', async () => {
    const recent = { complaintId: 'case-1', cause: 'late/lost', raisedAt: at, excerpt: 'Where is my parcel?' };
    expect(await fold(raised, missed)).toMatchObject({
      ...{ raised: 1, open: 1, missed: 1, lastRaisedAt: at, recent: [{ ...recent, status: 'open' }] },
    });
    expect(await fold(raised, resolved)).toMatchObject({ open: 0, recent: [{ status: 'resolved' }] });
    expect(await fold(raised, resolved, closed)).toMatchObject({ open: 0, recent: [{ status: 'closed' }] });
    expect(await fold(raised, resolved, closed, reopened)).toMatchObject({ open: 1, recent: [{ status: 'open' }] });
  });
  it('keep ten, newest first, also when an older one comes late', async () => {
    const many = Array.from({ length: 12 }, (_, n) => n).map((n) =>
      ComplaintRaised({ ...raising, complaintId: `case-${n}`, text: null }, `2026-03-${10 + n}T12:00:00.000Z`),
    );
    const document = await fold(...many, raised);
    expect(document?.recent.map(({ complaintId }) => complaintId)).toEqual(
      [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) => `case-${n}`),
    );
    expect(document).toMatchObject({ raised: 13, lastRaisedAt: '2026-03-21T12:00:00.000Z' });
  });
  it('keep the beginning of a long text, whole letters only', async () => {
    const long = ComplaintRaised({ ...raising, text: '😠'.repeat(10_000) }, at);
    expect((await fold(long))?.recent[0]?.excerpt).toBe('😠'.repeat(500));
  });
});

describe('the complaints slice in a whole world', () => {
  let world: World;
  beforeEach(async () => (world = await engineWorld([complaintsSlice], { now: at })));
  afterEach(() => world.close());

  it('sorts its queue by what is due next, and folds the same again', async () => {
    const raise = { type: 'RaiseComplaint', cause: 'late', channel: 'web' };
    await world.send({ ...raise, complaintId: 'slow', priority: 'low', text: 'patient' });
    await world.send({ ...raise, complaintId: 'soon', priority: 'urgent', customerId: 'c-2' });
    await world.send({ ...raise, complaintId: 'done', customerId: 'c-3' });
    await world.send({ type: 'ResolveComplaint', complaintId: 'done', remedy: { kind: 'none' }, customerId: 'c-3' });
    await world.advanceTo('2026-03-02T16:00:00.000Z');
    await world.quiet();
    const model = await world.engine.readSide.model('complaint_cases');
    const page = await model.find({ index: { status: 1, nextDueAt: 1 }, equal: { status: 'open' }, limit: 10 });
    expect(page.map(({ key }) => key)).toEqual(['c-2/soon', 'c-1/slow']);
    const { live, rebuilt } = await world.rebuildAll();
    expect(rebuilt).toEqual(live);
  });
  it('lets no store see what the customer wrote', async () => {
    await world.send({ type: 'RaiseComplaint', complaintId: 'x', cause: 'late', channel: 'web', text: 'my secret' });
    const stored = await world.store.readStream('customer-c-1', { from: 0, limit: 10 });
    expect(JSON.stringify(stored)).not.toContain('my secret');
    expect((await world.documents('customer_complaints')).get('c-1')).toMatchObject({
      recent: [{ excerpt: 'my secret' }],
    });
  });
});
