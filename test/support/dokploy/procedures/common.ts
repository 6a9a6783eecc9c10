import { z } from 'zod';
import { deploymentColumns, serverColumns } from '../rows.ts';
import type { DeploymentRow, EnvironmentRow, ProjectRow, ServerRow } from '../rows.ts';
import { RpcError } from '../rpc.ts';
import type { State } from '../state.ts';
import { rowOf, where } from '../state.ts';

export const idText = z.string().min(1);
/** Query parameters are text; Dokploy reads numbers from them. */
export const tail = z.coerce.number().int().min(1).max(10_000).default(100);

export const appName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-zA-Z0-9._-]+$/, 'App name can only contain letters, numbers, dots, underscores and hyphens')
  .optional();

/** Present, though it may be null (recorded answers 34 and 36). */
export const required = <T extends z.ZodType>(schema: T) => z.nonoptional(schema.nullish());

export const showDeployment = (row: DeploymentRow) => ({ ...deploymentColumns, ...row });

export const deploymentsOf = (state: State, key: 'applicationId' | 'composeId', id: string) =>
  where(state.deployments, (row) => row[key] === id).map(showDeployment);

export const showServer = (row: ServerRow, organizationId: string) => ({ ...serverColumns, ...row, organizationId });

export function environmentWithProject(
  state: State,
  environmentId: string,
): EnvironmentRow & { readonly project: ProjectRow } {
  const environment = rowOf(state.environments, environmentId, 'Environment');
  return { ...environment, project: rowOf(state.projects, environment.projectId, 'Project') };
}

/** Unknown ones are answered like forbidden ones (recorded answer 148). */
export function checkServer(state: State, serverId: string | null | undefined): void {
  if (serverId && !state.servers.has(serverId))
    throw new RpcError('UNAUTHORIZED', 'You are not authorized to access this server');
}
