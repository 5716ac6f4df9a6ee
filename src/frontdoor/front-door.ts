// The front door: every AWS service as guests see it. A connection says by its addresses by which way it came
// (engine/way.ts), and by its host name which service it wants. TLS is served for names of the catalogue only. A
// request is judged before anyone behind the door hears of it.
import { createServer as createPlainServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import { type AwsService, serviceOfHost } from '../catalog/aws-services.ts';
import { awsServiceNamed } from '../engine/endpoint-names.ts';
import { hostName } from '../engine/authorize/requests/http-request.ts';
import type { Way } from '../engine/way.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Clock } from '../std/clock.ts';
import type { Authority } from './authority.ts';
import { Backends, ownApis } from './backends.ts';
import type { BuiltIn } from './built-in.ts';
import { accountOf, callerOf } from './caller.ts';
import type { Connect } from './connections.ts';
import { describe } from './description.ts';
import { isForLayerBucket, layerBucketRow } from './ecr/layer-address.ts';
import { type ErrorKind, errorAnswer, sendError } from './error-answer.ts';
import { forward, Unanswered } from './forward.ts';
import { judge } from './judge.ts';
import {
  askedOf,
  bodyBytesMax,
  isAmbiguous,
  needsBody,
  readBody,
  type Request,
  type Response,
  streamOf,
  type Visit,
} from './visit.ts';
import { Ways } from './ways.ts';

export interface FrontDoorSettings {
  /** Account of keys that are no account's and no session's. */
  readonly defaultAccountId: string;
  /** Service (`s3`, `ecr.dkr`) → where it is answered. */
  readonly upstreams: ReadonlyMap<string, URL>;
}

export interface FrontDoorOptions {
  readonly authority: Authority;
  readonly clock: Clock;
  /** Intent as of now; undefined before the first is known. */
  readonly snapshot: () => Snapshot | undefined;
  /** As of now: they may change while the front door is open. */
  readonly settings: () => FrontDoorSettings | Promise<FrontDoorSettings>;
  /** Where control answers. */
  readonly controlSocket: string;
  /** To what answers for DynamoDB where no upstream does, and the header that tells it account and Region. */
  readonly dynamoDb: { readonly connect: Connect; readonly scopeHeader: string };
  /** Service (`s3`) → what answers for it where no upstream does. Rejects when that cannot be opened. */
  readonly builtIn: (service: string) => Promise<BuiltIn | undefined>;
  readonly log: (line: string) => void;
}

export interface FrontDoor {
  /** Takes a connection to port 443. */
  secure(socket: Socket): void;
  /** Takes a connection to port 80. */
  plain(socket: Socket): void;
}

const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 300_000 } as const;

/** The options with what lives as long as the front door. */
interface Door extends FrontDoorOptions {
  readonly backends: Backends;
  readonly ways: Ways;
}

export function createFrontDoor(given: FrontDoorOptions): FrontDoor {
  const backends = new Backends(given.controlSocket, given.dynamoDb.connect);
  const options: Door = { ...given, backends, ways: new Ways() };
  const handle = (secure: boolean) => (request: Request, response: Response) => {
    answer(options, { request, response, secure }).catch((error: unknown) => {
      options.log(`front door: ${error instanceof Error ? error.stack : String(error)}`);
      end(response, 500, { message: 'An internal error has occurred.' });
    });
  };
  const plain = createPlainServer(limits, handle(false));
  const secure = createSecureServer(
    {
      allowHTTP1: true,
      ...limits,
      SNICallback: (name, done) => {
        if (serviceNamed(options, name) === undefined) return done(new Error(`not a name of ours: ${name}`));
        options.authority.contextFor(name.toLowerCase()).then((context) => done(null, context), done);
      },
    },
    handle(true),
  );
  secure.on('sessionError', () => undefined);
  secure.on('tlsClientError', () => undefined);
  return {
    plain: (socket) => void plain.emit('connection', socket),
    secure: (socket) => void secure.emit('connection', socket),
  };
}

/** The service of a public host name, or of a name of one of its endpoints. */
function serviceNamed(options: FrontDoorOptions, host: string): AwsService | undefined {
  const snapshot = options.snapshot();
  return snapshot === undefined ? serviceOfHost(host) : awsServiceNamed(snapshot, host);
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly secure: boolean;
}

async function answer(options: Door, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const snapshot = options.snapshot();
  const way = snapshot && options.ways.of(request.socket, snapshot);
  if (snapshot === undefined || way === undefined) return void request.socket.destroy();
  if (isAmbiguous(request))
    return end(response, 400, { message: 'The host or the path of the request is not clear.' });
  const asked = askedOf(request);
  const host = hostName(asked);
  const service = serviceNamed(options, host);
  if (service === undefined || !leadsTo(way, service)) {
    return end(response, 421, { message: `${host || 'A request without a host name'} is not served here.` });
  }
  const base = { ...exchange, snapshot, way, service };
  if (!needsBody(service, asked)) {
    return admit(options, { ...base, asked, body: request, bodyBytes: undefined });
  }
  const bytes = await readBody(request, bodyBytesMax);
  if (bytes === undefined) return refuse({ ...base, asked }, 'too-large', 'The request is too large.');
  const body = { body: streamOf(bytes), bodyBytes: bytes.length };
  return admit(options, { ...base, asked: { ...asked, body: bytes.toString() }, ...body });
}

/** Where nobody answers, the client hears it in the words of the service. */
async function admit(options: Door, visit: Visit): Promise<void> {
  try {
    await lead(options, visit);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    options.log(`front door: ${visit.service.suffix}: ${error.message}: ${String(error.cause)}`);
    refuse(visit, 'unavailable', 'Service is unable to handle request.');
  }
}

async function lead(options: Door, visit: Visit): Promise<void> {
  const { snapshot, service, asked, response, way } = visit;
  const { defaultAccountId, upstreams } = await options.settings();
  const now = new Date(options.clock.now()).toISOString();
  const row = rowOf(visit, upstreams);
  const upstream = upstreams.get(row);
  const builtIn = upstream === undefined ? await builtInFor(options, row) : undefined;
  const told = builtIn?.callerOf?.(visit, now) ?? 'as signed';
  if (told === 'refused') return;
  const principal = told === 'as signed' ? callerOf(snapshot, asked, defaultAccountId) : told;
  const ownerOf = (resource: string) => builtIn?.ownerOf?.(resource, asked, principal);
  const scope = { accountId: accountOf(principal) ?? defaultAccountId, region: service.region };
  const arnOf = (_prefix: string, name: string) => builtIn?.arnOf?.(name, scope);
  const denied = judge(visit, { principal, defaultAccountId, now, ownerOf, arnOf });
  if (denied !== undefined) return refuse(visit, 'denied', denied.message);
  if (builtIn !== undefined) return builtIn.answer(visit, principal, now);
  if (upstream !== undefined) {
    return forward(visit, options.backends.upstream(service.suffix, upstream));
  }
  if (ownApis.has(service.suffix)) return forward(visit, options.backends.ownApi);
  const accountId = accountOf(principal);
  if (service.suffix === 'dynamodb' && accountId !== undefined) {
    const scope = { [options.dynamoDb.scopeHeader]: `${accountId}/${service.region}` };
    return forward(visit, options.backends.dynamoDb, scope);
  }
  end(response, 200, describe(service, hostName(asked), way));
}

/** ECR's layers are asked for under S3's names, also where S3 itself is elsewhere. */
function rowOf({ service, asked }: Visit, upstreams: ReadonlyMap<string, URL>): string {
  return isForLayerBucket(service, asked) && !upstreams.has('ecr.dkr') ? layerBucketRow : service.suffix;
}

async function builtInFor(options: Door, row: string): Promise<BuiltIn | undefined> {
  try {
    return await options.builtIn(row);
  } catch (cause) {
    throw new Unanswered('it cannot be opened', { cause });
  }
}

function refuse(
  { service, asked, response }: Pick<Visit, 'service' | 'asked' | 'response'>,
  kind: ErrorKind,
  message: string,
): void {
  sendError(response, asked.method, errorAnswer(service, asked, { kind, message }));
}

/** An endpoint leads to its own service only. */
function leadsTo(way: Way, service: AwsService): boolean {
  return way.kind === 'public' || way.endpoint.serviceName === service.name;
}

function end(response: Response, status: number, body: object): void {
  if (response.headersSent) return void response.destroy();
  const text = `${JSON.stringify(body, null, 2)}\n`;
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.end(text);
}
