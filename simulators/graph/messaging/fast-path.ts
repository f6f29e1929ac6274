import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Call, type Operation, Refused } from '../../kernel/operation.ts';
import type { World } from '../../kernel/world.ts';
import { graphErrorBody } from '../errors.ts';
import type { Messages } from './messages.ts';
import { messaging } from './settings.ts';

/** Sending as an operation like others: in the log, and under whatever faults are armed. */
export function messageOperations(world: World, messages: Messages): Operation[] {
  return [
    {
      name: 'whatsapp.message.send',
      method: 'POST',
      path: '/:phone/messages',
      handle: async (call) => {
        await sleep(messaging(world).latencyMs);
        return messages.send(call);
      },
    },
  ];
}

/**
 * The same for thousands a second: past the router, the log and the faults, while none is armed. True: it has taken
 * the request.
 */
export function fastPath(world: World, messages: Messages): (req: IncomingMessage, res: ServerResponse) => boolean {
  return (req, res) => {
    const [path = '', rawQuery = ''] = (req.url ?? '').split('?', 2);
    const phone = req.method === 'POST' ? /^(?:\/v\d+\.\d+)?\/(\d+)\/messages$/.exec(path)?.[1] : undefined;
    if (phone === undefined || world.faults.list().length > 0) return false;
    void serve({ world, messages, req, res, path, rawQuery, phone }).catch(() => req.socket.destroy());
    return true;
  };
}

interface Serving {
  readonly world: World;
  readonly messages: Messages;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  readonly rawQuery: string;
  readonly phone: string;
}

async function serve({ world, messages, req, res, path, rawQuery, phone }: Serving): Promise<void> {
  const receivedAt = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  const settings = messaging(world);
  const content = parsed(Buffer.concat(chunks).toString('utf8'));
  if (falls(settings.dropShare)) {
    messages.noteLoss(content, 'request');
    return void req.socket.destroy();
  }
  const call: Call = {
    requestId: randomUUID(),
    receivedAt,
    method: 'POST',
    path,
    params: { phone },
    query: Object.fromEntries(new URLSearchParams(rawQuery)),
    rawQuery,
    rawPath: path,
    headers: req.headers,
    body: content,
    processingFails: false,
  };
  const made = act(messages, call);
  if (made.effect === true) await world.store.flushed();
  const tookMs = settings.latencyMs + (falls(settings.lateAnswerShare) ? settings.lateAnswerMs : 0);
  const leftMs = tookMs - (Date.now() - receivedAt);
  if (leftMs > 0) await sleep(leftMs);
  if (made.effect === true && falls(settings.loseAnswerShare)) {
    messages.noteLoss(content, 'answer');
    return void req.socket.destroy();
  }
  const answer = JSON.stringify(made.body);
  res.writeHead(made.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
  res.end(answer);
}

const falls = (share: number): boolean => share > 0 && Math.random() < share;

function act(messages: Messages, call: Call): Answer {
  if (call.body === null) return { status: 400, body: graphErrorBody({ code: 100, message: '(#100) Invalid JSON' }) };
  try {
    return messages.send(call);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
