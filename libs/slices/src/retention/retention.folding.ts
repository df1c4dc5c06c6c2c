import { defineFolding } from '#kernel/slice.js';
import {
  AlertAcknowledged,
  AlertCleared,
  AlertClosed,
  AlertConversionUndone,
  AlertConverted,
  AlertRaised,
  RetentionActionRecorded,
} from './retention.events.js';
import { retentionOutcomes } from './retention.outcomes.projection.js';
import { retentionPolicy } from './retention.policy.js';
import { retentionAlerts } from './retention.projection.js';

export const retentionFolding = defineFolding({
  name: 'retention',
  about: 'Who should be looked after now and why, what was done about it, and whether they bought again.',
  events: [
    AlertRaised,
    AlertCleared,
    AlertAcknowledged,
    RetentionActionRecorded,
    AlertClosed,
    AlertConverted,
    AlertConversionUndone,
  ],
  policies: [retentionPolicy],
  projections: [retentionAlerts, retentionOutcomes],
});
