import type { Imported } from './importer.js';
import type { Reconciliation } from './tally.js';

/** The reconciliation for people. */
export function reconciliationLines({ reconciliation, reasons }: Imported): readonly string[] {
  const { kind, rowsRead, accepted, grouped, repeated, rejected, unmatched } = reconciliation;
  const { customers, syntheticCustomers, secondsDurable, secondsProjected } = reconciliation;
  const made = syntheticCustomers ? 'SYNTHETIC: the file names none, the mapping made them' : '';
  const rows: (readonly [string, string, string])[] = [
    ['rows read', count(rowsRead), ''],
    ['  accepted', count(accepted), grouped > 0 ? `${count(grouped)} of them joined another row's fact` : ''],
    ['  repeated', count(repeated), repeated > 0 ? 'already there' : ''],
    ['  rejected', count(rejected), unmatched > 0 ? `${count(unmatched)} of them unmatched cancellations` : ''],
    ...reasons.slice(0, 10).map(([reason, many]) => [`    ${reason.slice(0, 90)}`, count(many), ''] as const),
    ['customers', count(customers), made],
    ...(kind === 'purchases' ? purchaseLines(reconciliation) : factLines(reconciliation)),
    [
      'seconds until durable',
      secondsDurable.toFixed(1),
      `${count(Math.round(rowsRead / Math.max(secondsDurable, 0.001)))} rows/s`,
    ],
    ['seconds until projected', secondsProjected === null ? '-' : secondsProjected.toFixed(1), ''],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value, note]) => `${label.padEnd(width)} ${value.padStart(12)}  ${note}`.trimEnd());
}

type Lines = readonly (readonly [string, string, string])[];

const purchaseLines = ({ purchases, refunds, totals }: Reconciliation): Lines => [
  ['purchases', count(purchases), sumsOf(totals)],
  ['refunds', count(refunds), ''],
];

const factLines = ({ facts, totals }: Reconciliation): Lines => [
  ...Object.entries(facts).map(([fact, many]) => [fact, count(many), ''] as const),
  ...(Object.keys(totals).length > 0 ? [['cost', '', sumsOf(totals)] as const] : []),
];

const sumsOf = (totals: Reconciliation['totals']): string =>
  Object.entries(totals)
    .map(([currency, sum]) => `${currency} ${sum}`)
    .join(', ');

const count = (value: number): string => value.toLocaleString('en-US');
