import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Json } from '#kernel/ports/read-models.js';
import type { Find, Page, Wait } from '#engine/queries.js';
import { Reads, type CustomerDocuments } from './reads.js';

export class FindDocuments extends Query<Page> {
  constructor(
    readonly name: string,
    readonly find: Find,
    readonly wait?: Wait,
  ) {
    super();
  }
}

export class GetDocument extends Query<{ readonly doc: Json; readonly position: number }> {
  constructor(
    readonly name: string,
    readonly key: string,
    readonly wait?: Wait,
  ) {
    super();
  }
}

export class GetCustomer extends Query<CustomerDocuments> {
  constructor(
    readonly customerId: string,
    readonly wait?: Wait,
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
  execute({ name, find, wait }: FindDocuments): Promise<Page> {
    return this.reads.find(name, find, wait);
  }
}

@QueryHandler(GetDocument)
export class GetDocumentHandler extends Reading implements IQueryHandler<GetDocument> {
  execute({ name, key, wait }: GetDocument): Promise<{ readonly doc: Json; readonly position: number }> {
    return this.reads.get(name, key, wait);
  }
}

@QueryHandler(GetCustomer)
export class GetCustomerHandler extends Reading implements IQueryHandler<GetCustomer> {
  execute({ customerId, wait }: GetCustomer): Promise<CustomerDocuments> {
    return this.reads.customer(customerId, wait);
  }
}

@QueryHandler(FindHolder)
export class FindHolderHandler extends Reading implements IQueryHandler<FindHolder> {
  execute({ kind, value, wait }: FindHolder): Promise<string> {
    return this.reads.holder(kind, value, wait);
  }
}

export const queryHandlers = [FindDocumentsHandler, GetDocumentHandler, GetCustomerHandler, FindHolderHandler];
