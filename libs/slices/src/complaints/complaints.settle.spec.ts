import fc from 'fast-check';
import { companyPolicy } from '#kernel/company.policy.js';
import type { Fact } from '#kernel/fact.js';
import { plusHours } from '#kernel/time.js';
import { engineWorld } from '#testing/engine-world.js';
import { deciderSpec } from '#testing/given.js';
import { published } from '#testing/makers.js';
import { throughSnapshot } from '#testing/through-snapshot.js';
import { ComplaintRaised } from './complaints.events.js';
import { complaintsPolicy } from './complaints.policy.js';
import { complaintsSlice } from './complaints.slice.js';

const given = deciderSpec(complaintsSlice);
const raise = { type: 'RaiseComplaint', complaintId: 'case-1', cause: 'late', channel: 'web', at: '2026-03-02T12:00Z' };
const respond = { type: 'RespondToComplaint', complaintId: 'case-1', responseId: 'mail-1' };
const resolve = { type: 'ResolveComplaint', complaintId: 'case-1', remedy: { kind: 'apology' } };
const reopen = { type: 'ReopenComplaint', complaintId: 'case-1', reason: 'again' };
const sla = (type: string, of: string, occurredAt: string, opening = 1) => ({
  ...{ type: `ComplaintSla${type}`, data: { sla: of, opening }, occurredAt },
  metadata: { derived: true },
});
const warned = sla('Warned', 'first_response', '2026-03-03T10:24:00.000Z');
const missed = sla('Missed', 'first_response', '2026-03-03T12:00:00.000Z');

describe('a promise', () => {
  it('is warned of when 80 % of its open time has passed', () => {
    given().after(raise).settling('2026-03-03T10:23:59Z').thenNothing();
    given().after(raise).settling('2026-03-03T10:24:00Z').then(warned);
  });
  it('is missed at its due time, once', () => {
    given().after(raise).settled('2026-03-03T11:59:59Z').settling('2026-03-03T12:00:00Z').then(missed);
    given().after(raise).settled('2026-03-03T12:00:00Z').settling('2026-03-06T15:00:00Z').thenNothing();
  });
  it('is warned of and missed for both, whenever time is looked at', () =>
    given()
      .after(raise)
      .settling('2026-04-01T00:00:00Z')
      .then(
        ...[warned, missed],
        sla('Warned', 'resolution', '2026-03-06T16:00:00.000Z'),
        sla('Missed', 'resolution', '2026-03-09T17:00:00.000Z'),
      ));
  it('is met by an answer just before', () => {
    const inTime = { ...respond, at: '2026-03-03T11:59:59.999Z' };
    given()
      .after(raise)
      .when(inTime)
      .then(warned, { type: 'ComplaintResponded' }, sla('Met', 'first_response', inTime.at));
    given().after(raise, inTime).settling('2026-03-06T15:00Z').thenNothing();
  });
  it('is not met by an answer at its due time', () =>
    given()
      .after(raise)
      .when({ ...respond, at: '2026-03-03T12:00:00Z' })
      .then(warned, missed, { type: 'ComplaintResponded', data: { first: true } }));
  it('stays missed when an earlier answer comes to light', () =>
    given()
      .after(raise)
      .settled('2026-03-03T13:00Z')
      .when({ ...respond, at: '2026-03-02T13:00:00Z' })
      .then({ type: 'ComplaintResponded' }));
  it('is made again, and missed again, when the complaint is opened again', () =>
    given()
      .after(raise, { ...resolve, at: '2026-03-05T12:00Z' }, { ...reopen, at: '2026-03-06T16:00Z' })
      .settling('2026-03-09T16:00Z')
      .then(
        sla('Warned', 'first_response', '2026-03-09T14:24:00.000Z', 2),
        sla('Missed', 'first_response', '2026-03-09T16:00:00.000Z', 2),
      ));
  it('runs over a weekend and a holiday in London, across the change of the clocks', () => {
    const { calendar } = complaintsPolicy.defaults;
    const easter = { ...calendar, holidays: ['2026-03-30'] };
    const policies = [
      published(companyPolicy, { zone: 'Europe/London' }),
      published(complaintsPolicy, { calendar: easter }),
    ];
    deciderSpec([complaintsSlice], { policies })()
      .after({ ...raise, at: '2026-03-27T16:00Z' })
      .settling('2026-03-31T15:00:00Z')
      .then(
        sla('Warned', 'first_response', '2026-03-31T13:24:00.000Z'),
        sla('Missed', 'first_response', '2026-03-31T15:00:00.000Z'),
      );
  });
  it('is never warned of where the warning would come with its end', () => {
    const policies = [published(complaintsPolicy, { warnAtPercent: 100 })];
    deciderSpec([complaintsSlice], { policies })().after(raise).settling('2026-03-04T00:00Z').then(missed);
  });
  it('keeps the times it was made with when a policy comes next month', () => {
    const stricter = published(complaintsPolicy, { firstResponseHours: 1 }, '2026-04-01T00:00Z');
    const strict = deciderSpec([complaintsSlice], { policies: [stricter] });
    strict()
      .when({ ...raise, at: '2026-03-31T16:30Z' })
      .then({
        type: 'ComplaintRaised',
        data: { firstResponseDueAt: '2026-04-01T16:30:00.000Z' },
      });
    strict()
      .when({ ...raise, at: '2026-04-01T09:00Z' })
      .then({
        type: 'ComplaintRaised',
        data: { firstResponseDueAt: '2026-04-01T10:00:00.000Z' },
      });
    strict()
      .after({ ...raise, at: '2026-03-31T16:30Z' })
      .settling('2026-04-01T13:00Z')
      .thenNothing();
  });
  it('is settled by the clock alone, also after a restart', async () => {
    let world = await engineWorld([complaintsSlice], { now: '2026-03-02T12:00:00.000Z' });
    await world.send(raise);
    world = await world.restarted();
    await world.advanceTo('2026-03-10T00:00:00.000Z');
    const documents = await world.documents('complaint_cases');
    expect(documents.get('c-1/case-1')).toMatchObject({ overdue: true, firstResponse: { status: 'missed' } });
    await world.close();
  });
});

describe('over any history', () => {
  const ids = ['case-1', 'case-2'];
  const step = fc.record({
    type: fc.constantFrom(
      'RaiseComplaint',
      'RespondToComplaint',
      'ResolveComplaint',
      'CloseComplaint',
      'ReopenComplaint',
    ),
    complaintId: fc.constantFrom(...ids),
    priority: fc.constantFrom('normal', 'urgent'),
    hours: fc.integer({ min: 0, max: 60 }),
    responseId: fc.constantFrom('a', 'b', 'c'),
  });

  it('a promise is met or missed, never both, and each at most once an opening', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const outcomes = new Map<string, string>();
        let history = given();
        let at = '2026-03-02T12:00:00.000Z';
        for (const { hours, type, complaintId, responseId, priority } of steps) {
          at = plusHours(at, hours);
          const fields = { cause: 'late', channel: 'web', priority, responseId, remedy: { kind: 'none' }, reason: at };
          const command = { type, complaintId, at, ...fields };
          const accepted = factsOf(() => history.when(command).facts());
          for (const fact of accepted ?? history.settling(at).facts()) note(outcomes, fact);
          history = accepted === undefined ? history.settled(at) : history.after(command);
        }
        for (const fact of history.settling(plusHours(at, 24 * 60)).facts()) note(outcomes, fact);
      }),
    );
  });
  /** Nothing where the command is refused. */
  function factsOf(attempt: () => readonly Fact[]): readonly Fact[] | undefined {
    try {
      return attempt();
    } catch {
      return undefined;
    }
  }
  function note(outcomes: Map<string, string>, fact: Fact): void {
    const outcome = /^ComplaintSla(Met|Missed|Warned)$/.exec(fact.type)?.[1];
    if (outcome === undefined) return;
    const { complaintId, opening, sla: of } = fact.data as { complaintId: string; opening: number; sla: string };
    const key = `${complaintId} ${opening} ${of}${outcome === 'Warned' ? ' warned' : ''}`;
    expect([key, outcomes.get(key)]).toEqual([key, undefined]);
    expect([key, outcome === 'Warned' && outcomes.has(`${complaintId} ${opening} ${of}`)]).toEqual([key, false]);
    outcomes.set(key, outcome);
  }

  it('the state is read from a snapshot as it was', () => {
    const { decider } = complaintsSlice;
    const raised = given().when(raise).facts()[0];
    const state = decider?.evolve(decider.initial, raised as never, undefined as never) as unknown;
    const read = throughSnapshot(decider, state);
    expect(JSON.stringify(read)).toBe(JSON.stringify(state));
    expect(decider?.due?.(read, undefined as never)).toBe('2026-03-03T10:24:00.000Z');
    expect(raised?.type).toBe(ComplaintRaised.type);
  });
});
