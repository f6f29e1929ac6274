import { z } from 'zod';
import { faultRequest } from '../kernel/faults.ts';
import type { World } from '../kernel/world.ts';
import { ControlProblem, type ControlRoute, parsed } from './route.ts';
import { faultView, releaseBody } from './schemas.ts';

const semantics = `Faults are tried in the order of their creation; the first that fits a request is applied to it and counted down.

- \`delay\`: the request waits \`delayMs\` and is then processed.
- \`hold\`: the request is received and not processed until \`POST /release\`; then it is, even if its caller is gone.
- \`status\`: answers \`status\` without doing anything, or after doing it with \`effect: true\`.
- \`lose_answer\`: does what was asked, then cuts the connection without an answer.
- \`drop_before_accept\`: cuts the connection without doing anything.
- \`processing_error\`: the container or image that the request hands over ends in error.`;

export function faultRoutes(world: World): ControlRoute[] {
  return [
    {
      method: 'post',
      path: '/faults',
      id: 'addFault',
      summary: 'Arm a fault',
      description: semantics,
      body: faultRequest,
      status: 201,
      answer: faultView,
      handle: (req) => world.faults.add(parsed(faultRequest, req.body)),
    },
    {
      method: 'get',
      path: '/faults',
      id: 'listFaults',
      summary: 'The faults, used up ones too, in the order of their creation',
      status: 200,
      answer: z.array(faultView),
      handle: () => world.faults.list(),
    },
    {
      method: 'delete',
      path: '/faults',
      id: 'removeFaults',
      summary: 'Disarm every fault; held requests stay held',
      status: 204,
      answer: null,
      handle: () => {
        for (const { id } of world.faults.list()) world.faults.remove(id);
      },
    },
    {
      method: 'delete',
      path: '/faults/{id}',
      id: 'removeFault',
      summary: 'Disarm a fault; requests that it holds stay held',
      params: { id: "The fault's id." },
      status: 204,
      answer: null,
      missing: 'There is no such fault.',
      handle: (req) => {
        if (!world.faults.remove(String(req.params['id']))) throw new ControlProblem(404, 'There is no such fault.');
      },
    },
    {
      method: 'post',
      path: '/release',
      id: 'release',
      summary: 'Let held requests go on',
      description: 'Requests that arrive later are still held by a fault that has some `times` left.',
      body: releaseBody,
      status: 200,
      answer: z.object({ released: z.number().int() }),
      handle: (req) => ({ released: world.holds.release(parsed(releaseBody, req.body)?.requestIds ?? null) }),
    },
  ];
}
