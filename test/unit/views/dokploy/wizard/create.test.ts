import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorkspaceSchema, type ServerTargets } from '../../../../../src/api/contract/dokploy.ts';
import {
  createBody,
  type Draft,
  forgetPlace,
  namesakes,
  newDraft,
  placedDraft,
  suggestedName,
} from '../../../../../src/views/dokploy/wizard/create/draft.ts';
import {
  placeNameProblem,
  repositoryProblem,
  userProblem,
  workspaceNameProblem,
} from '../../../../../src/views/dokploy/wizard/create/problems.ts';
import { summaryLines } from '../../../../../src/views/dokploy/wizard/create/summary.ts';
import { answered } from '../../../../../src/views/dokploy/wizard/create/wizardParts.ts';
import { runWizard, type Step, type StepResult } from '../../../../../src/views/shared/wizard.ts';
import { l10n } from '../../samples.ts';
import { server, workspace } from '../samples.ts';

const serverId = '01890000-0000-7000-8000-000000000001';
const draftOf = (more: Partial<Draft> = {}): Draft => ({ ...newDraft(serverId, '1a2b3c4d'), name: 'api', ...more });

const offer: ServerTargets = {
  projects: [
    {
      id: 'p1',
      name: 'team',
      environments: [
        { id: 'e1', name: 'production', isDefault: true },
        { id: 'e2', name: 'staging', isDefault: false },
      ],
    },
  ],
  targets: [
    { id: null, name: 'Dokploy', address: '' },
    { id: 't1', name: 'big', address: '10.0.0.2' },
  ],
};

describe('what is asked of the daemon', () => {
  it('is little when nothing but a name was chosen', () => {
    expect(createBody(draftOf())).toEqual({
      serverId,
      name: 'api',
      target: null,
      docker: false,
      user: 'dev',
      sshd: 'install',
      sshPortRange: { from: 2222, to: 2250 },
      repository: null,
      registry: null,
      cpus: null,
      memoryMb: null,
      env: {},
      ports: [],
      idleStopMinutes: null,
      forwardAgent: false,
    });
  });

  it('names existing places by their ids and new ones by their names', () => {
    const body = createBody(draftOf({ project: { id: 'p1', name: 'team' }, environment: { name: 'lab' } }));
    expect([body.project, body.environment]).toEqual([{ id: 'p1' }, { name: 'lab' }]);
  });

  it('keeps the usual volumes when another one is wanted, under names that nothing else has', () => {
    const draft = draftOf({ docker: true, name: 'My API' });
    draft.settings.volumes = [
      ...draft.settings.volumes,
      { role: 'own', name: undefined, mountPath: '/data' },
      { role: 'own', name: 'shared', mountPath: '/shared' },
    ];
    expect(createBody(draft).volumes).toEqual([
      { name: 'devyard-my-api-1a2b3c4d-home', mountPath: '/home/dev' },
      { name: 'devyard-my-api-1a2b3c4d-docker', mountPath: '/var/lib/docker' },
      { name: 'devyard-my-api-1a2b3c4d-data', mountPath: '/data' },
      { name: 'shared', mountPath: '/shared' },
    ]);
    draft.settings.volumes = [];
    expect(createBody(draft).volumes).toEqual([]);
  });

  it('is what the contract takes, whatever was answered', () => {
    const chosen = fc.option(
      fc.record({ id: fc.constant('x'), name: fc.constant('team') }, { requiredKeys: ['name'] }),
      { nil: undefined },
    );
    const answers = fc.record({
      project: chosen,
      environment: chosen,
      target: fc.constantFrom(null, 't1'),
      docker: fc.boolean(),
      gitUrl: fc.constantFrom('', 'git@git.example.com:team/api.git'),
      gitBranch: fc.constantFrom('', 'main'),
      name: fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9 ._-]{0,61}[a-zA-Z0-9]$/),
      user: fc.constantFrom('dev', 'root', '_x'),
      sshd: fc.constantFrom('install' as const, 'image' as const),
    });
    const settings = fc.record({
      image: fc.constantFrom(undefined, 'ubuntu:24.04'),
      registry: fc.constantFrom(null, { url: '', username: 'me', password: 'x' }),
      cpus: fc.constantFrom(null, 0.5),
      memoryMb: fc.constantFrom(null, 512),
      env: fc.constantFrom({}, { A: '1' }),
      ports: fc.constantFrom([], [{ published: 80, target: 80, protocol: 'tcp' as const }]),
      volumes: fc.uniqueArray(
        fc.stringMatching(/^\/[a-zA-Z0-9 äß._-]{1,30}$/).map((mountPath) => ({
          role: 'own' as const,
          name: undefined,
          mountPath,
        })),
        { selector: ({ mountPath }) => mountPath, maxLength: 5 },
      ),
      idleStopMinutes: fc.constantFrom(null, 30),
      forwardAgent: fc.boolean(),
    });
    fc.assert(
      fc.property(answers, settings, (given, settings) => {
        const parsed = createWorkspaceSchema.safeParse(createBody({ ...draftOf(given), settings }));
        expect(parsed.error).toBeUndefined();
      }),
    );
  });
});

describe('a draft', () => {
  it('begins where the person clicked, as far as that is there', () => {
    const placed = placedDraft(draftOf(), offer, { project: 'p1', environment: 'staging' });
    expect([placed.project, placed.environment]).toEqual([
      { id: 'p1', name: 'team' },
      { id: 'e2', name: 'staging' },
    ]);
    const projects = offer.projects.map((one) => ({ ...one, environments: one.environments.slice(1) }));
    const alone = { ...offer, projects };
    expect(placedDraft(draftOf(), alone, { project: 'p1' }).environment).toEqual({ id: 'e2', name: 'staging' });
    expect(placedDraft(draftOf(), offer, { project: 'p1' }).environment).toBeUndefined();
    const gone = placedDraft(draftOf(), offer, { project: 'p9', environment: 'e1' });
    expect([gone.project, gone.environment]).toEqual([undefined, undefined]);
  });

  it('forgets what does not hold elsewhere', () => {
    const draft = draftOf({ project: { name: 'x' }, environment: { name: 'y' }, target: 't1' });
    forgetPlace(draft, 'project');
    expect([draft.project?.name, draft.environment, draft.target]).toEqual(['x', undefined, 't1']);
    forgetPlace(draft, 'server');
    expect([draft.project, draft.target]).toEqual([undefined, null]);
  });

  it('suggests a name after the repository that is a valid one', () => {
    const named = (gitUrl: string): string => suggestedName(draftOf({ name: '', gitUrl }));
    expect(['https://git.example.com/team/Web-App.git', 'git@h:x/.dotfiles', 'git@h:api', ''].map(named)).toEqual([
      'Web-App',
      'dotfiles',
      'api',
      '',
    ]);
    fc.assert(
      fc.property(fc.string(), (gitUrl) => {
        const name = named(gitUrl);
        expect(name === '' || workspaceNameProblem(name, l10n) === undefined).toBe(true);
      }),
    );
  });

  it('knows its namesakes: in the same project, and taken care of', () => {
    const draft = draftOf({ serverId: 's-home', project: { id: 'p1', name: 'devpod-workspaces' } });
    const all = [
      workspace('API'),
      workspace('api', undefined, { id: 'w2', serverId: 'elsewhere' }),
      workspace('api', undefined, { id: 'w3', managed: 'no' }),
    ];
    expect(namesakes(draft, ' api ', all).map(({ id }) => id)).toEqual(['w-API']);
  });
});

describe('answers while they are typed', () => {
  it('name the fix', () => {
    expect(workspaceNameProblem('', l10n)).toBe('Enter a name.');
    expect(workspaceNameProblem('-x', l10n)).toMatch(/Begin with/);
    expect(workspaceNameProblem('a/b', l10n)).toMatch(/letters from a to z/);
    expect(workspaceNameProblem('a'.repeat(64), l10n)).toMatch(/63/);
    expect(placeNameProblem('Team', ['team'], l10n)).toMatch(/go back and pick it/);
    expect(placeNameProblem('lab', ['team'], l10n)).toBeUndefined();
    expect(userProblem('Dev', l10n)).toMatch(/lower-case/);
    expect(userProblem('dev', l10n)).toBeUndefined();
  });

  it('refuse repositories that another machine cannot reach', () => {
    expect(
      ['', 'https://git.example.com/a/b', 'git@h:a/b', 'ssh://h/a'].map((url) => repositoryProblem(url, l10n)),
    ).toEqual(Array.from({ length: 4 }, () => undefined));
    for (const url of ['/home/me/repo', 'file:///x', '~/repo', 'C:\\repo']) {
      expect(repositoryProblem(url, l10n)).toMatch(/another machine/);
    }
    expect(repositoryProblem('http://localhost:3000/a', l10n)).toMatch(/localhost/);
    expect(repositoryProblem('https://me:secret@h/a', l10n)).toMatch(/password/);
  });
});

describe('the summary', () => {
  const known = { servers: [server('home'), server('lab')], offer };

  it('says everything, and what is new', () => {
    const { answers } = summaryLines(draftOf({ serverId: 's-home', docker: true, target: 't1' }), known, l10n);
    expect(answers.map(({ label, value }) => [label, value])).toEqual([
      ['Name', 'api'],
      ['Server', 'home'],
      ['Project', 'devyard (new)'],
      ['Dokploy Environment', 'the default one of the project'],
      ['Machine', 'big'],
      ['Kind', 'with Docker inside (privileged compose service)'],
      ['Image', 'the usual one'],
      ['Resources', 'no limit'],
      ['Volumes', '/home/dev, /var/lib/docker'],
      ['Repository', 'none'],
    ]);
  });

  it('leads to a step of the wizard, or to a question of its own', () => {
    const { answers, options } = summaryLines(draftOf(), known, l10n);
    const steps = ['name', 'server', 'project', 'environment', 'target', 'kind', 'image', 'resources', 'volumes'];
    expect(answers.map(({ change }) => ('step' in change ? change.step : ''))).toEqual([...steps, 'repository']);
    const keys = options.map(({ change }) => ('option' in change ? change.option : ''));
    expect(keys).toEqual(['registry', 'env', 'ports', 'idleStopMinutes', 'forwardAgent', 'user', 'sshd', 'sshPorts']);
  });

  it('leaves out what nobody could choose', () => {
    const alone = { servers: [server('home')], offer: { ...offer, targets: [] } };
    const labels = summaryLines(draftOf(), alone, l10n).answers.map(({ label }) => label);
    expect(labels).not.toContain('Server');
    expect(labels).not.toContain('Machine');
  });
});

describe('a step that is answered already', () => {
  it('is passed over once, and asked when somebody comes back to it', async () => {
    const asked: string[] = [];
    const left: StepResult[] = ['back', 'next', 'next'];
    const step = (id: string): Step => ({
      id,
      ask: () => {
        asked.push(id);
        return Promise.resolve(left.shift() ?? 'cancel');
      },
    });
    expect(await runWizard([answered(step('project'), true), answered(step('image'), false)])).toBe(true);
    expect(asked).toEqual(['image', 'project', 'image']);
  });
});
