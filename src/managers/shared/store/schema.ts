import type { Kysely } from 'kysely';

/** The tables. Values that only one manager reads are JSON text; what is searched or ordered by is a column. */
export interface Tables {
  code_servers: {
    id: string;
    host_id: string;
    definition: string;
    state: string;
    run_id: string | null;
  };
  dev_servers: {
    id: string;
    host_id: string;
    definition: string;
  };
  dev_server_trusts: {
    path: string;
    hash: string;
    granted_by: string;
    time: number;
  };
  dokploy_servers: {
    id: string;
    host_id: string;
    definition: string;
  };
  dokploy_workspaces: {
    id: string;
    host_id: string;
    server_id: string;
    definition: string;
  };
  events: {
    id: number;
    time: number;
    data: string;
  };
  jobs: {
    id: string;
    host_id: string;
    resource_id: string;
    job: string;
    plan: string;
    attempts: number;
  };
  idempotency_keys: {
    key: string;
    resource_id: string;
    time: number;
  };
  secrets: {
    owner: string;
    name: string;
    sealed: string;
  };
}

export type Database = Kysely<Tables>;

/** Applied in order, each in a transaction of its own; the position is the schema version. Never edited once released. */
export const migrations: readonly ((database: Database) => Promise<void>)[] = [
  async (database) => {
    await database.schema
      .createTable('code_servers')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('host_id', 'text', (column) => column.notNull())
      .addColumn('definition', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('run_id', 'text')
      .execute();
    await database.schema
      .createTable('events')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('time', 'integer', (column) => column.notNull())
      .addColumn('data', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('idempotency_keys')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('resource_id', 'text', (column) => column.notNull())
      .addColumn('time', 'integer', (column) => column.notNull())
      .execute();
  },
  async (database) => {
    await database.schema
      .createTable('jobs')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('host_id', 'text', (column) => column.notNull())
      .addColumn('resource_id', 'text', (column) => column.notNull())
      .addColumn('job', 'text', (column) => column.notNull())
      .addColumn('plan', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .execute();
  },
  async (database) => {
    await database.schema
      .createTable('secrets')
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('secrets_key', ['owner', 'name'])
      .execute();
  },
  async (database) => {
    await database.schema
      .createTable('dev_servers')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('host_id', 'text', (column) => column.notNull())
      .addColumn('definition', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('dev_server_trusts')
      .addColumn('path', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('granted_by', 'text', (column) => column.notNull())
      .addColumn('time', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('dev_server_trusts_key', ['path', 'hash'])
      .execute();
  },
  async (database) => {
    await database.schema
      .createTable('dokploy_servers')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('host_id', 'text', (column) => column.notNull())
      .addColumn('definition', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('dokploy_workspaces')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('host_id', 'text', (column) => column.notNull())
      .addColumn('server_id', 'text', (column) => column.notNull())
      .addColumn('definition', 'text', (column) => column.notNull())
      .execute();
  },
];
