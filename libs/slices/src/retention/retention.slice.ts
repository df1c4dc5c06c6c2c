import { defineSlice } from '#kernel/slice.js';
import {
  ComplaintClosed,
  ComplaintResolved,
  ComplaintResponded,
  ComplaintSlaMissed,
} from '../complaints/complaints.events.js';
import { CustomerContacted } from '../contacts/contacts.events.js';
import {
  PointsAdjustedIn,
  PointsAdjustedOut,
  PointsEarned,
  PointsExpired,
  PointsReceived,
  PointsRedeemed,
  PointsReserved,
  PointsReversed,
  PointsSent,
  ReservationCancelled,
} from '../loyalty/loyalty.events.js';
import {
  PurchaseLinesAdded,
  PurchaseRecorded,
  PurchaseRefunded,
  PurchaseVoided,
} from '../purchases/purchases.events.js';
import { SurveyAnswered } from '../surveys/surveys.events.js';
import { AcknowledgeAlert, CloseAlert, RecordRetentionAction } from './retention.commands.js';
import { retention } from './retention.decider.js';
import { alertStatement } from './retention.statement.js';
import { retentionWords } from './retention.words.js';
import { retentionAlerts, type AlertDocument } from './retention.projection.js';
import { retentionFolding } from './retention.folding.js';

const purchases = [PurchaseRecorded, PurchaseLinesAdded, PurchaseRefunded, PurchaseVoided];
const complaints = [ComplaintSlaMissed, ComplaintResponded, ComplaintResolved, ComplaintClosed];
const pointsIn = [PointsEarned, PointsAdjustedIn, PointsReceived, ReservationCancelled];
const pointsOut = [PointsReversed, PointsRedeemed, PointsReserved, PointsExpired, PointsAdjustedOut, PointsSent];
const answers = [...purchases, ...complaints, ...pointsOut, SurveyAnswered, CustomerContacted];

export const retentionSlice = defineSlice({
  ...retentionFolding,
  commands: [AcknowledgeAlert, RecordRetentionAction, CloseAlert],
  decider: retention,
  stateVersion: 6, // snapshots keep rows without names
  listens: [...answers, ...pointsIn],
  reactsTo: answers,
  statements: [alertStatement],
  words: retentionWords,
  outlook: {
    episodes: {
      model: retentionAlerts.name,
      of: ({ reason, about, raisedAt, status }: AlertDocument) => ({
        ...{ reason, about, since: raisedAt, open: status !== 'closed' },
      }),
    },
  },
});
