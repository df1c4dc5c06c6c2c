import { IsIn, IsOptional } from 'class-validator';
import { CustomerCommand, IsReference, IsText, IsWhole } from '#kernel/customer.commands.js';
import { INSTRUMENTS, type Instrument } from './surveys.events.js';

export class SendSurvey extends CustomerCommand {
  static readonly about = 'A customer is asked.';
  static readonly example = {
    customerId: 'c-1',
    surveyId: 'survey-1',
    instrument: 'nps',
    touchpoint: 'delivery',
    channel: 'e-mail',
    about: 'invoice-1001',
  };
  readonly type = 'SendSurvey' as const;
  @IsReference() surveyId!: string;
  @IsIn(INSTRUMENTS) instrument!: Instrument;
  @IsText(100) touchpoint!: string;
  @IsText(50) channel!: string;
  /** What it is about: a purchase, contact or complaint by the caller's name. */
  @IsOptional() @IsReference() about?: string;
}

export class AnswerSurvey extends CustomerCommand {
  static readonly about = 'A customer answered; one that was not sent through us names its instrument and touchpoint.';
  static readonly example = { customerId: 'c-1', surveyId: 'survey-1', score: 9, comment: 'Came a day early.' };
  static readonly refers = true;
  readonly type = 'AnswerSurvey' as const;
  @IsReference() surveyId!: string;
  /** On the instrument's own scale: NPS 0 to 10, CSAT 1 to 5, CES 1 to 7. */
  @IsWhole(-1_000, 1_000) score!: number;
  @IsOptional() @IsIn(INSTRUMENTS) instrument?: Instrument;
  @IsOptional() @IsText(100) touchpoint?: string;
  /** On which it was answered; that on which it was sent when left out. */
  @IsOptional() @IsText(50) channel?: string;
  @IsOptional() @IsReference() about?: string;
  /** The customer's own words: sealed, and not compared where the same answer comes again. */
  @IsOptional() @IsText(5_000) comment?: string;
}

export class DeclineSurvey extends CustomerCommand {
  static readonly about = 'A customer who was asked will not answer.';
  static readonly example = { customerId: 'c-1', surveyId: 'survey-1' };
  static readonly refers = true;
  readonly type = 'DeclineSurvey' as const;
  @IsReference() surveyId!: string;
}

export type SurveyCommand = SendSurvey | AnswerSurvey | DeclineSurvey;
