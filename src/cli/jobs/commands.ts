import { ApiError } from '../../api/client/transport.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { daemonCommand } from '../command.ts';
import { print, printJson } from '../output.ts';
import { jobText, plain } from '../text.ts';

export const jobsCommand = daemonCommand({
  words: ['jobs'],
  summary: 'work that is being done, and what came of it',
  options: ['json'],
  async run(daemon, { options }) {
    const jobs = await daemon.call('jobs.list', {});
    if (options.json) return printJson(jobs);
    for (const job of jobs) print(jobLine(job));
    return jobs.length === 0 ? print('No jobs.') : 0;
  },
});

export const cancelJobCommand = daemonCommand({
  words: ['job', 'cancel'],
  operands: ['ID'],
  summary: 'cancel a job; returns when it has ended',
  options: ['json'],
  async run(daemon, { operands: [id], options }) {
    const known = await daemon.call('jobs.list', {});
    if (!known.some((job) => job.id === id)) {
      const hint = 'Run “devyard jobs” to see what there is.';
      throw new ApiError({ code: 'not-found', status: 404, message: `There is no job “${id}”.`, hint });
    }
    const job = await daemon.call('jobs.cancel', { params: { id } });
    return options.json ? printJson(job) : print(jobLine(job));
  },
});

export function jobLine(job: Job): string {
  return `${job.id}  ${job.title}  ${plain(jobText(job))}`;
}
