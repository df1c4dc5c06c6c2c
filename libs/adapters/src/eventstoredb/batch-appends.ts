import { randomUUID } from 'node:crypto';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { AppendTooLarge, StoreRefused, StoreUnavailable, WrongExpectedRevision } from '#kernel/ports/event-store.js';
import { MOST_BODY_BYTES, type WireEvent } from './conversion.js';
import { portError } from './outages.js';

type Call = ReturnType<StreamsClient['batchAppend']>;

/** What the driver keeps for its own commands: a call on the channel of the moment, made anew after an outage. */
interface Inside {
  GRPCStreamCreator(
    type: typeof StreamsClient,
    name: string,
    create: (client: StreamsClient) => Call,
  ): () => Promise<Call>;
  callArguments(
    options: { requiresLeader: boolean },
    call: { deadline: number },
  ): Parameters<StreamsClient['batchAppend']>;
}

/** What the server says of an append: how many events the stream then holds, and where the last one stands. */
export interface Appended {
  readonly count: number;
  readonly commit: bigint;
}

interface Waiting {
  readonly stream: string;
  readonly expected: number;
  resolve(appended: Appended): void;
  reject(error: Error): void;
}

/** One call to the server, through which appends go one after the other without waiting for answers. */
interface Open {
  readonly call: Call;
  readonly waiting: Map<string, Waiting>;
}

/**
 * Appends through the server's batched call. The driver has a command of its own for it, which is not used: it keeps the appends
 * of all its calls in one list for the process, so that a call that breaks refuses those of others and then falls over their
 * answers; and where a call breaks while it waits to write, nobody catches that. See ADR 12.
 */
export class BatchAppends {
  private opened: Promise<Open> | undefined;

  /**
   * @param onFailure  Told of an append that failed, and how long it was waited for.
   * @param onBroken  Told when the call broke off, whether anything was under way or not.
   */
  constructor(
    private readonly client: EventStoreDBClient,
    private readonly onFailure: (error: Error, waitedMs: number) => void,
    private readonly onBroken: () => void,
  ) {}

  /** Un-awaited appends keep their order. @throws {StoreUnavailable} the outcome is unknown; it did not answer in `withinMs` */
  async append(stream: string, expected: number, events: readonly WireEvent[], withinMs: number): Promise<Appended> {
    const request = requestOf(stream, expected, events);
    const { call, waiting } = await (this.opened ??= this.open());
    return new Promise((resolve, reject) => {
      const id = randomUUID();
      const began = performance.now();
      const settled = (): void => {
        clearTimeout(timer);
        waiting.delete(id);
      };
      const refuse = (error: Error): void => {
        settled();
        this.onFailure(error, performance.now() - began);
        reject(error);
      };
      const timer = setTimeout(() => refuse(late(withinMs)), withinMs);
      const accept = (appended: Appended): void => {
        settled();
        resolve(appended);
      };
      waiting.set(id, { stream, expected, resolve: accept, reject: refuse });
      request.setCorrelationId(uuid(id));
      call.write(request);
    });
  }

  private async open(): Promise<Open> {
    const inside = this.client as unknown as Inside;
    const waiting = new Map<string, Waiting>();
    const begin = inside.GRPCStreamCreator(StreamsClient, 'batchAppend', (client) =>
      client
        .batchAppend(...inside.callArguments({ requiresLeader: true }, { deadline: Infinity }))
        .on('data', (answer: BatchAppendResp) => take(answer, waiting))
        .on('error', (error: Error) => this.broken(waiting, error))
        .on('close', () => this.broken(waiting, new Error('The call was ended.'))),
    );
    try {
      return { call: await begin(), waiting };
    } catch (error) {
      this.opened = undefined;
      throw portError(error);
    }
  }

  /** What was sent and not answered may be there or not. */
  private broken(waiting: ReadonlyMap<string, Waiting>, error: Error): void {
    this.opened = undefined;
    this.onBroken();
    const cause = portError(error);
    const told = new StoreUnavailable(`EventStoreDB broke off; what was sent may be there: ${cause.message}`, {
      cause,
    });
    for (const { reject } of [...waiting.values()]) reject(told);
  }
}

const late = (withinMs: number): Error =>
  new StoreUnavailable(`EventStoreDB did not answer an append within ${withinMs / 1_000} s; it may be there.`);

function uuid(id: string): InstanceType<typeof sharedPb.UUID> {
  const made = new sharedPb.UUID();
  made.setString(id);
  return made;
}

function requestOf(stream: string, expected: number, events: readonly WireEvent[]) {
  const options = new streamsPb.BatchAppendReq.Options();
  const name = new sharedPb.StreamIdentifier();
  name.setStreamName(Buffer.from(stream, 'utf8'));
  options.setStreamIdentifier(name);
  if (expected === 0) options.setNoStream(new sharedPb.Empty() as never);
  else options.setStreamPosition(String(expected - 1));
  const request = new streamsPb.BatchAppendReq();
  request.setOptions(options);
  request.setIsFinal(true);
  for (const { id, type, data, metadata } of events) {
    const message = new streamsPb.BatchAppendReq.ProposedMessage();
    message.setId(uuid(id));
    message.getMetadataMap().set('type', type).set('content-type', 'application/json');
    message.setData(data);
    message.setCustomMetadata(metadata);
    request.addProposedMessages(message);
  }
  return request;
}

/** An answer to an append that nobody waits for any more is left alone. */
function take(answer: BatchAppendResp, waiting: ReadonlyMap<string, Waiting>): void {
  const asked = waiting.get(answer.getCorrelationId()?.getString() ?? '');
  if (asked === undefined) return;
  const success = answer.getSuccess();
  if (success === undefined) return asked.reject(refusalOf(answer, asked));
  asked.resolve({
    count: Number(success.getCurrentRevision()) + 1,
    commit: BigInt(success.getPosition()?.getCommitPosition() ?? 0),
  });
}

function refusalOf(answer: BatchAppendResp, { stream, expected }: Waiting): Error {
  const error = answer.getError();
  const details = error?.getDetails();
  switch (details?.getTypeName()) {
    case 'event_store.client.WrongExpectedVersion': {
      const wrong = sharedPb.WrongExpectedVersion.deserializeBinary(details.getValue_asU8());
      const actual = wrong.hasCurrentStreamRevision() ? Number(wrong.getCurrentStreamRevision()) + 1 : 0;
      return new WrongExpectedRevision(stream, expected, actual);
    }
    case 'event_store.client.StreamDeleted':
      return new StoreRefused(`Stream ${stream} was tombstoned on the server; facts are never removed.`);
    case 'event_store.client.MaximumAppendSizeExceeded':
      return new AppendTooLarge(MOST_BODY_BYTES);
    case 'event_store.client.AccessDenied':
      return new StoreUnavailable('EventStoreDB denies the append: check user and password in the connection string.');
    case 'event_store.client.BadRequest':
      return new StoreRefused(`EventStoreDB takes no such append to ${stream}.`);
    default:
      return new StoreUnavailable(
        `EventStoreDB did not append to ${stream}, or does not know yet: ${error?.getMessage() || details?.getTypeName() || 'no reason given'}.`,
      );
  }
}
