import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cpusProblem,
  memoryProblem,
  memoryText,
  parseCpus,
  parseMemory,
  resourcesText,
} from '../../../../../src/views/dokploy/wizard/settings/amounts.ts';
import {
  environmentText,
  parseVariable,
  variableProblem,
} from '../../../../../src/views/dokploy/wizard/settings/environment.ts';
import { imageProblem, registryOf, registryProblem } from '../../../../../src/views/dokploy/wizard/settings/image.ts';
import { inOrder } from '../../../../../src/views/dokploy/wizard/settings/inOrder.ts';
import {
  parsePortRange,
  parsePublishedPort,
  portRangeProblem,
  portText,
  publishedPortProblem,
} from '../../../../../src/views/dokploy/wizard/settings/ports.ts';
import { settingLines, type Settings } from '../../../../../src/views/dokploy/wizard/settings/settings.ts';
import {
  namedVolumes,
  parseVolume,
  realVolumes,
  usualVolumes,
  volumeProblem,
  volumeText,
} from '../../../../../src/views/dokploy/wizard/settings/volumes.ts';
import type { StepResult } from '../../../../../src/views/shared/wizard.ts';
import { l10n } from '../../samples.ts';

describe('amounts', () => {
  it('are read as people write them', () => {
    expect(['2', ' 1.5 ', '0,5', '', '0', '-1', '1024', '1025', 'two', '1e3'].map(parseCpus)).toEqual([
      2,
      1.5,
      0.5,
      null,
      undefined,
      undefined,
      1024,
      undefined,
      undefined,
      undefined,
    ]);
    expect(['512 MB', '2g', '1.5 GiB', '1,5gb', '', '8', '8 MB', '16m', '1 T'].map(parseMemory)).toEqual([
      512,
      2048,
      1536,
      1536,
      null,
      undefined,
      undefined,
      16,
      1_048_576,
    ]);
  });

  it('are refused with words that name the fix', () => {
    expect(cpusProblem('x', l10n)).toMatch(/such as 2 or 0.5/);
    expect(cpusProblem('2', l10n)).toBeUndefined();
    expect(memoryProblem('512', l10n)).toBe('Say the unit: 512 MB or 512 GB.');
    expect(memoryProblem('lots', l10n)).toMatch(/512 MB or 2 GB/);
    expect(memoryProblem('', l10n)).toBeUndefined();
  });

  it('are written so that they are read back as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 9_999_999 }), (memoryMb) => {
        expect(parseMemory(memoryText(memoryMb))).toBe(memoryMb);
      }),
    );
    expect([512, 1024, 1536, 1280, 1000].map(memoryText)).toEqual(['512 MB', '1 GB', '1.5 GB', '1.25 GB', '1000 MB']);
    expect(resourcesText(null, null, l10n)).toBe('no limit');
    expect(resourcesText(1, null, l10n)).toBe('1 processor, no limit of memory');
    expect(resourcesText(0.5, 2048, l10n)).toBe('0.5 processors, 2 GB of memory');
  });
});

describe('the name of an image', () => {
  it('is accepted as Docker takes it', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    for (const image of [
      'ubuntu',
      'ubuntu:24.04',
      'team/image',
      'registry.example.com/team/image:Tag_1.x',
      'localhost:5000/a__b/c-d.e',
      `mcr.example.com/x@${digest}`,
    ]) {
      expect([image, imageProblem(image, l10n)]).toEqual([image, undefined]);
    }
  });

  it('is refused with words that name the fix', () => {
    expect(imageProblem(' ', l10n)).toBe('Enter the name of an image.');
    expect(imageProblem('docker pull ubuntu', l10n)).toMatch(/without docker pull/);
    expect(imageProblem('a b', l10n)).toBe('Leave out blanks.');
    expect(imageProblem('https://hub.example.com/x', l10n)).toMatch(/Leave out http/);
    expect(imageProblem('Ubuntu', l10n)).toMatch(/lower-case/);
    expect(imageProblem('-x', l10n)).toMatch(/looks like/);
    expect(imageProblem('a'.repeat(501), l10n)).toMatch(/500/);
  });

  it('says the registry', () => {
    expect(
      ['ubuntu:24.04', 'team/image', 'localhost/x', 'registry.example.com/x', 'host:5000/x'].map(registryOf),
    ).toEqual([undefined, undefined, 'localhost', 'registry.example.com', 'host:5000']);
    expect(registryProblem('', l10n)).toBeUndefined();
    expect(registryProblem('https://registry.example.com', l10n)).toBeUndefined();
    expect(registryProblem('a b', l10n)).toMatch(/Docker Hub/);
  });
});

describe('published ports', () => {
  const port = fc.integer({ min: 1, max: 65_535 });

  it('are read as Docker writes them, and written the same', () => {
    fc.assert(
      fc.property(port, port, fc.constantFrom('tcp' as const, 'udp' as const), (published, target, protocol) => {
        const given = { published, target, protocol };
        expect(parsePublishedPort(portText(given))).toEqual(given);
      }),
    );
    expect(parsePublishedPort('8080')).toEqual({ published: 8080, target: 8080, protocol: 'tcp' });
    expect(['0', '65536', '1:0', 'a', '1:2:3', '53/sctp'].map(parsePublishedPort)).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
  });

  it('are published once', () => {
    const others = [{ published: 53, target: 53, protocol: 'udp' as const }];
    expect(publishedPortProblem('53/udp', others, l10n)).toBe('Port 53 is published already.');
    expect(publishedPortProblem('53', others, l10n)).toBeUndefined();
    expect(publishedPortProblem('x', others, l10n)).toMatch(/8080:80/);
  });

  it('may be a range', () => {
    expect(['2222-2250', '2222 – 2250', '22', '5-4', '0-4', '1-65536', ''].map(parsePortRange)).toEqual([
      { from: 2222, to: 2250 },
      { from: 2222, to: 2250 },
      { from: 22, to: 22 },
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(portRangeProblem('5-4', l10n)).toMatch(/lower one first/);
  });
});

describe('environment variables', () => {
  it('hold anything behind the first equals sign', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(parseVariable(`A_1=${value}`)).toEqual({ name: 'A_1', value });
      }),
    );
  });

  it('are refused with words that name the fix, and shown without values', () => {
    expect(variableProblem('1A=x', [], l10n)).toMatch(/does not begin with a digit/);
    expect(variableProblem('LANG', [], l10n)).toMatch(/LANG=C.UTF-8/);
    expect(variableProblem('A=1', ['A'], l10n)).toBe('A is set already.');
    expect(variableProblem(`A=${'x'.repeat(30_001)}`, [], l10n)).toMatch(/30000/);
    expect(environmentText({ A: 'secret', B: null }, l10n)).toBe('A, B');
  });
});

describe('volumes', () => {
  it('are read as Docker writes them, and written the same', () => {
    expect(parseVolume('/data/')).toEqual({ role: 'own', name: undefined, mountPath: '/data' });
    for (const text of ['/data', 'cache:/var/cache']) {
      const volume = parseVolume(text);
      expect(volume && volumeText(volume)).toBe(text);
    }
    expect(['/', 'data', '/a/../b', '/a:b', '~/x', 'x:data', ''].map(parseVolume)).toEqual(
      Array.from({ length: 7 }, () => undefined),
    );
  });

  it('are refused with words that name the fix', () => {
    const others = [{ role: 'own' as const, name: 'cache', mountPath: '/data' }];
    expect(volumeProblem('data', others, l10n)).toMatch(/absolute path/);
    expect(volumeProblem('/a:b', others, l10n)).toMatch(/name:\/data/);
    expect(volumeProblem('/data/', others, l10n)).toMatch(/at \/data already/);
    expect(volumeProblem('cache:/other', others, l10n)).toMatch(/cache is mounted already/);
    expect(volumeProblem('/other', others, l10n)).toBeUndefined();
  });

  it('get names that differ from each other, whatever the folders are called', () => {
    const path = fc.stringMatching(/^\/[a-z./ -]{1,20}$/);
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 8 }), (paths) => {
        const wishes = paths.map((mountPath) => ({ role: 'own' as const, name: undefined, mountPath }));
        const names = namedVolumes(wishes, 'devyard-x-1a2b3c4d').map(({ name }) => name);
        expect(new Set(names).size).toBe(paths.length);
        for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/);
      }),
    );
  });

  it('are for Docker only where it is inside, and for the home folder of who logs in', () => {
    const paths = (docker: boolean, user: string): readonly string[] =>
      realVolumes(usualVolumes, { docker, user }).map(({ mountPath }) => mountPath);
    expect(paths(false, 'dev')).toEqual(['/home/dev']);
    expect(paths(true, 'root')).toEqual(['/root', '/var/lib/docker']);
  });
});

describe('settings', () => {
  const settings: Settings = {
    image: undefined,
    registry: { url: '', username: 'me', password: 'hunter2' },
    cpus: 2,
    memoryMb: 4096,
    env: { TOKEN: 'hunter2' },
    volumes: usualVolumes,
    ports: [{ published: 8080, target: 80, protocol: 'tcp' }],
    idleStopMinutes: 30,
    forwardAgent: true,
  };

  it('are shown without secrets', () => {
    const lines = settingLines(settings, { docker: false, user: 'dev' }, l10n);
    expect(lines.map(({ key, value }) => [key, value])).toEqual([
      ['image', 'the usual one'],
      ['registry', 'me at Docker Hub'],
      ['resources', '2 processors, 4 GB of memory'],
      ['volumes', '/home/dev'],
      ['env', 'TOKEN'],
      ['ports', '8080:80'],
      ['idleStopMinutes', 'after 30 min'],
      ['forwardAgent', 'forwarded while somebody is connected'],
    ]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});

describe('several questions in one step', () => {
  const script = (...answers: readonly StepResult[]) => {
    const asked: number[] = [];
    const left = [...answers];
    const question = (index: number) => () => {
      asked.push(index);
      return Promise.resolve<StepResult>(left.shift() ?? 'cancel');
    };
    return { asked, questions: [question(0), question(1), question(2)] };
  };

  it('go back and forth, and out at both ends', async () => {
    const through = script('next', 'back', 'next', 'next', 'next');
    expect(await inOrder(through.questions)).toBe('next');
    expect(through.asked).toEqual([0, 1, 0, 1, 2]);
    const out = script('next', 'back', 'back');
    expect(await inOrder(out.questions)).toBe('back');
    expect(await inOrder(script('next', 'cancel').questions)).toBe('cancel');
  });
});
