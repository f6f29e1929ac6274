import type { ProblemKinds } from '../problem.ts';

/** What can be wrong with a file that was sent. */
export const fileProblems = {
  media_unreadable: {
    status: 422,
    title: 'Media unreadable',
    description:
      'By its first bytes the file is of a kind that is taken, but it cannot be read: it is damaged, cut off or absurd.',
  },
  media_animated: {
    status: 422,
    title: 'Media animated',
    description: 'The image has several frames, of which networks would show one. Moving pictures are taken as GIF.',
    example: { frames: 12 },
  },
  media_encrypted: {
    status: 422,
    title: 'Media encrypted',
    description: 'The PDF needs a password, or limits what may be done with it. Send one that is open to everybody.',
  },
} as const satisfies ProblemKinds;

/** Why a file, or the words that go with it, cannot be changed. */
export const useProblems = {
  in_use: {
    status: 409,
    title: 'In use',
    description:
      'Posts name the file. Its words stay as they are while one of them is in review, approved, scheduled or being published; the file itself stays as long as any version of a post names it. `posts` lists them.',
    example: { posts: [{ id: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77', status: 'scheduled' }] },
  },
} as const satisfies ProblemKinds;
