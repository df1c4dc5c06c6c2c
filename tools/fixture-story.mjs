// What happens in the store that tools/fixture-store.mjs writes: a few customers, every slice, half a year.
const pounds = (units) => ({ units, scale: 2, currency: 'GBP' });
const bought = (customerId, purchaseId, units, more = {}) => ({
  ...{ command: 'RecordPurchase', customerId, purchaseId },
  lines: [{ sku: 'mug', quantity: 2, amount: pounds(units) }],
  ...more,
});
const ann = { customerId: 'ann' };
const ben = { customerId: 'ben' };

/** Commands by the day on which they are sent; business time is brought to the end of that day first. */
export const days = [
  {
    day: '2026-01-05',
    commands: [
      {
        command: 'RegisterCustomer',
        ...ann,
        name: 'Ann Example',
        birthday: '1990-12-10',
        language: 'en',
        country: 'GB',
      },
      { command: 'RegisterCustomer', ...ben, name: 'Ben Example', zone: 'Europe/London' },
      { command: 'AddContactPoint', ...ann, kind: 'email', value: 'ann@example.org' },
      { command: 'AddContactPoint', ...ben, kind: 'phone', value: '+442079460000' },
      { command: 'IdentifyCustomer', ...ann, system: 'webshop', externalId: '10042' },
      { command: 'IdentifyCustomer', ...ben, system: 'webshop', externalId: '10043' },
      { command: 'AddContactPoint', ...ben, contactPointId: 'old-mail', kind: 'email', value: 'ben@example.org' },
      { command: 'RemoveContactPoint', ...ben, contactPointId: 'old-mail' },
      { command: 'ForgetIdentity', ...ben, system: 'webshop', externalId: '10043' },
      {
        command: 'GrantConsent',
        ...ann,
        channel: 'email',
        purpose: 'marketing',
        through: 'newsletter form',
        proof: 'ticked the box',
      },
      { command: 'GrantConsent', ...ben, channel: 'phone', purpose: 'marketing', through: 'call' },
      { command: 'WithdrawConsent', ...ben, channel: 'phone', purpose: 'marketing', through: 'call' },
      { command: 'StateChannelPreference', ...ann, channels: ['email', 'phone'] },
      { command: 'StateQuietHours', ...ann, from: '21:30', to: '08:00', zone: 'Europe/London' },
      bought('ann', 'invoice-1', 12_000, { channel: 'web' }),
      bought('ben', 'invoice-2', 8_500),
      { command: 'AdjustPoints', ...ann, adjustmentId: 'ticket-0', points: 10, reason: 'forgotten' },
      { command: 'EarnPoints', ...ben, earningId: 'welcome', points: 100, note: 'welcome bonus' },
    ],
  },
  {
    day: '2026-02-02',
    commands: [
      bought('ann', 'invoice-3', 30_000, { channel: 'shop' }),
      {
        command: 'AddPurchaseLines',
        ...ann,
        purchaseId: 'invoice-3',
        lines: [{ lineId: '2', sku: 'plate', quantity: 1, amount: pounds(1_200) }],
      },
      {
        command: 'RefundPurchase',
        ...ann,
        purchaseId: 'invoice-3',
        refundId: 'credit-1',
        lines: [{ lineId: '2', quantity: 1 }],
        reason: 'broken',
      },
      bought('ben', 'invoice-4', 999),
      { command: 'VoidPurchase', ...ben, purchaseId: 'invoice-4', reason: 'entered twice' },
      {
        command: 'RaiseComplaint',
        ...ann,
        complaintId: 'case-1',
        cause: 'late parcel',
        priority: 'high',
        channel: 'phone',
        text: 'It was to come on Friday.',
      },
      { command: 'AssignComplaint', ...ann, complaintId: 'case-1', agent: 'agent-7' },
      { command: 'RespondToComplaint', ...ann, complaintId: 'case-1', responseId: 'mail-1', channel: 'e-mail' },
      {
        command: 'ResolveComplaint',
        ...ann,
        complaintId: 'case-1',
        remedy: { kind: 'refund', amount: pounds(1_500) },
        note: 'Refunded.',
      },
      { command: 'ReopenComplaint', ...ann, complaintId: 'case-1', reason: 'replacement broken too' },
      { command: 'ResolveComplaint', ...ann, complaintId: 'case-1', remedy: { kind: 'refund', amount: pounds(2_000) } },
      { command: 'CloseComplaint', ...ann, complaintId: 'case-1' },
      {
        command: 'RaiseComplaint',
        ...ben,
        complaintId: 'case-2',
        cause: 'wrong parcel',
        channel: 'e-mail',
        text: 'Not mine.',
      },
      {
        command: 'RecordContact',
        ...ann,
        contactId: 'call-1',
        channel: 'phone',
        direction: 'inbound',
        purpose: 'service',
        outcome: 'reached',
        agent: 'kim',
        subject: 'late parcel',
      },
      { command: 'PlanRevisit', ...ann, revisitId: 'spring-call', dueAt: '2026-03-20T09:00:00Z', agent: 'kim' },
      { command: 'CompleteRevisit', ...ann, revisitId: 'spring-call', note: 'all is well' },
      { command: 'PlanRevisit', ...ben, revisitId: 'visit', dueAt: '2026-02-20T09:00:00Z' },
      { command: 'CancelRevisit', ...ben, revisitId: 'visit', reason: 'moved abroad' },
    ],
  },
  {
    day: '2026-03-10',
    commands: [
      { command: 'UpdateProfile', ...ann, name: 'Ann King', country: null },
      { command: 'RedeemPoints', ...ann, redemptionId: 'voucher-1', points: 50 },
      { command: 'ReservePoints', ...ann, reservationId: 'basket-1', points: 20 },
      { command: 'ConfirmReservation', ...ann, reservationId: 'basket-1' },
      { command: 'ReservePoints', ...ann, reservationId: 'basket-2', points: 10 },
      { command: 'CancelReservation', ...ann, reservationId: 'basket-2' },
      { command: 'AdjustPoints', ...ann, adjustmentId: 'ticket-1', points: -5, reason: 'credited twice' },
      { command: 'TransferPoints', ...ann, transferId: 'gift-1', to: 'ben', points: 25 },
      {
        command: 'SendSurvey',
        ...ann,
        surveyId: 'survey-1',
        instrument: 'nps',
        touchpoint: 'delivery',
        channel: 'e-mail',
        about: 'invoice-1',
      },
      { command: 'AnswerSurvey', ...ann, surveyId: 'survey-1', score: 3, comment: 'Came a day late.' },
      {
        command: 'SendSurvey',
        ...ben,
        surveyId: 'survey-2',
        instrument: 'csat',
        touchpoint: 'delivery',
        channel: 'e-mail',
      },
      { command: 'DeclineSurvey', ...ben, surveyId: 'survey-2' },
      {
        command: 'SendSurvey',
        ...ben,
        surveyId: 'survey-3',
        instrument: 'ces',
        touchpoint: 'service',
        channel: 'phone',
      },
      bought('ann', 'invoice-5', 4_500),
      bought('ann', 'invoice-6', 700, { channel: 'web' }),
    ],
  },
  { day: '2026-06-30', commands: [bought('ben', 'invoice-7', 2_400), bought('cat', 'invoice-8', 60_000)] },
];

const till = {
  ...{ name: 'till', currency: 'GBP', quantity: { value: '1' }, sku: { column: 'sku' }, amount: { column: 'price' } },
  ...{ file: {}, customer: { column: 'who' }, date: { column: 'day', format: 'YYYY-MM-DD' } },
};
const rows = [
  'dan,2026-05-02,mug,1.50',
  'eve,2026-05-03,plate,20.50',
  'dan,2026-06-03,bowl,9.00',
  'ann,2026-06-04,mug,3.20',
];

export const importFiles = [{ name: 'till', mapping: till, rows: `who,day,sku,price\n${rows.join('\n')}\n` }];
