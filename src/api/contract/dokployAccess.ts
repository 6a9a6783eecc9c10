import * as z from 'zod';
import { idSchema } from './common.ts';

const port = z.number().int().min(1).max(65_535);

export const execSchema = z.strictObject({
  command: z.string().min(1).max(100_000).describe("For the login shell of the workspace's user"),
  input: z.string().max(20_000_000).optional().describe('Base64 of what the command reads'),
});

const cells = z.number().int().min(1).max(1000);
/** Of a terminal's window, in characters. */
export const terminalSizeSchema = z.strictObject({ columns: cells, rows: cells });
export const terminalSizeQuery = z.strictObject({
  columns: z.coerce.number().pipe(cells).default(80),
  rows: z.coerce.number().pipe(cells).default(24),
});

export const addForwardSchema = z.strictObject({
  remotePort: port,
  remoteHost: z.string().max(255).default('127.0.0.1').describe('As the workspace resolves it'),
  localPort: port.optional().describe('A free one where missing'),
});
export const removeForwardQuery = z.strictObject({ remotePort: z.coerce.number().int().min(1).max(65_535) });

export const workspaceLogsQuery = z.strictObject({
  source: z.enum(['deploy', 'container']),
  tail: z.coerce.number().int().min(1).max(10_000).default(500),
});
export const workspaceLogsSchema = z.object({ text: z.string() });

/** What somebody looks at now; forgotten after 30 s unless said again. */
export const lookSchema = z.strictObject({
  viewer: z.uuid(),
  servers: z.array(idSchema).max(1000),
  workspaces: z.array(idSchema).max(5000).describe('Rows on screen: only their tasks are asked for'),
});

export const sshConfigSchema = z.object({
  text: z.string().describe('Host entries of all workspaces with an endpoint'),
  file: z.string().describe("Devyard's own ssh config, which ~/.ssh/config may include"),
  included: z.boolean().describe('~/.ssh/config of the user who runs the daemon includes it'),
});
