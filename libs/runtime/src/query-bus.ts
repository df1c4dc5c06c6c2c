import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Json } from '#kernel/ports/read-models.js';
import type { Difference } from '#engine/differences.js';
import type { Moment } from '#engine/past.js';
import type { Find, Found, Page, Wait } from '#engine/queries.js';
import type { Explanation } from '#engine/explanation.js';
import { Reads, type CustomerDocuments, type When } from './reads.js';

export class FindDocuments extends Query<Page> {
  constructor(
    readonly name: string,
    readonly find: Find,
    readonly when: When = {},
  ) {
    super();
  }
}

export class GetDocument extends Query<Found> {
  constructor(
    readonly name: string,
    readonly key: string,
    readonly when: When = {},
  ) {
    super();
  }
}

export class GetCustomer extends Query<CustomerDocuments> {
  constructor(
    readonly customerId: string,
    readonly when: When = {},
  ) {
    super();
  }
}

export class FindDifferences extends Query<AsyncGenerator<Difference>> {
  constructor(
    readonly name: string,
    readonly from: Moment,
    readonly to: Moment,
  ) {
    super();
  }
}

export class ExplainStatement extends Query<readonly Explanation[]> {
  constructor(
    readonly customerId: string,
    readonly statement: string,
    readonly which?: string,
    readonly moment?: Moment,
  ) {
    super();
  }
}

export class FindHolder extends Query<string> {
  constructor(
    readonly kind: string,
    readonly value: string,
    readonly wait?: Wait,
  ) {
    super();
  }
}

abstract class Reading {
  constructor(@Inject(Reads) protected readonly reads: Reads) {}
}

@QueryHandler(FindDocuments)
export class FindDocumentsHandler extends Reading implements IQueryHandler<FindDocuments> {
  execute({ name, find, when }: FindDocuments): Promise<Page> {
    return this.reads.find(name, find, when);
  }
}

@QueryHandler(GetDocument)
export class GetDocumentHandler extends Reading implements IQueryHandler<GetDocument> {
  execute({ name, key, when }: GetDocument): Promise<{ readonly doc: Json; readonly position: number }> {
    return this.reads.get(name, key, when);
  }
}

@QueryHandler(GetCustomer)
export class GetCustomerHandler extends Reading implements IQueryHandler<GetCustomer> {
  execute({ customerId, when }: GetCustomer): Promise<CustomerDocuments> {
    return this.reads.customer(customerId, when);
  }
}

@QueryHandler(FindHolder)
export class FindHolderHandler extends Reading implements IQueryHandler<FindHolder> {
  execute({ kind, value, wait }: FindHolder): Promise<string> {
    return this.reads.holder(kind, value, wait);
  }
}

@QueryHandler(FindDifferences)
export class FindDifferencesHandler extends Reading implements IQueryHandler<FindDifferences> {
  execute({ name, from, to }: FindDifferences): Promise<AsyncGenerator<Difference>> {
    return this.reads.differences(name, from, to);
  }
}

@QueryHandler(ExplainStatement)
export class ExplainStatementHandler extends Reading implements IQueryHandler<ExplainStatement> {
  execute({ customerId, statement, which, moment }: ExplainStatement): Promise<readonly Explanation[]> {
    return this.reads.why(customerId, statement, which, moment);
  }
}

export const queryHandlers = [
  ...[FindDocumentsHandler, GetDocumentHandler, GetCustomerHandler, FindHolderHandler],
  ...[FindDifferencesHandler, ExplainStatementHandler],
];
