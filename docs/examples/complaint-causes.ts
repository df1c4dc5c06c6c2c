// What do customers complain about, how is it answered, and where does the answer not hold?
//
//   patron replay docs/examples/complaint-causes.ts --out complaint-causes.csv
import { defineProjection } from 'patron/replay';

export default defineProjection({
  name: 'complaint_causes',
  key: ({ data }) => data.cause,
  initial: (cause) => ({ cause, raised: 0, answeredLate: 0, resolved: 0, withMoney: 0, reopened: 0 }),
  on: {
    ComplaintRaised: (doc) => ({ ...doc, raised: doc.raised + 1 }),
    ComplaintSlaMissed: (doc, { data }) =>
      data.sla === 'first_response' ? { ...doc, answeredLate: doc.answeredLate + 1 } : doc,
    ComplaintResolved: (doc, { data }) => ({
      ...doc,
      resolved: doc.resolved + 1,
      withMoney: doc.withMoney + (data.remedy.kind === 'monetary relief' ? 1 : 0),
    }),
    ComplaintReopened: (doc) => ({ ...doc, reopened: doc.reopened + 1 }),
  },
  async *rows(causes) {
    const all = [];
    for await (const doc of causes)
      all.push({ ...doc, reopenedShare: doc.resolved === 0 ? 0 : doc.reopened / doc.resolved });
    yield* all.sort((a, b) => b.raised - a.raised);
  },
});
