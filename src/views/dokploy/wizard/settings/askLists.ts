import * as vscode from 'vscode';
import type { StepResult } from '../../../shared/wizard.ts';
import type { TitledPlace } from '../../../shared/wizardInputs.ts';
import { askValue } from './askValue.ts';
import { parseVariable, variableProblem } from './environment.ts';
import { askList } from './listPick.ts';
import { parsePublishedPort, portText, publishedPortProblem } from './ports.ts';
import type { Settings, SettingsPlace } from './settings.ts';
import { parseVolume, realVolumes, volumeProblem, volumeText, type VolumeWish } from './volumes.ts';

export function askEnvironment(place: TitledPlace, settings: Settings): Promise<StepResult> {
  const { l10n } = vscode;
  const without = (name: string | undefined): Settings['env'] =>
    Object.fromEntries(Object.entries(settings.env).filter(([one]) => one !== name));
  return askList(place, {
    icon: 'symbol-variable',
    entries: () =>
      Object.entries(settings.env).map(([name, value]) => ({
        key: name,
        label: name,
        description: value === null ? l10n.t('keeps its value') : l10n.t('new value'),
      })),
    placeholder: l10n.t('Environment variables; pick one to change it'),
    addLabel: l10n.t('Add Variable…'),
    change: (name) =>
      askValue(place, {
        value: name === undefined ? '' : `${name}=${settings.env[name] ?? ''}`,
        prompt: l10n.t('Variable; Devyard keeps its value encrypted and does not show it again'),
        placeholder: l10n.t('For example: LANG=C.UTF-8'),
        problemOf: (text) => variableProblem(text, Object.keys(without(name)), l10n),
        take: (text) => {
          const variable = parseVariable(text);
          if (variable !== undefined) settings.env = { ...without(name), [variable.name]: variable.value };
        },
      }),
    remove: (name) => {
      settings.env = without(name);
    },
  });
}

export function askPorts(place: TitledPlace, settings: Settings): Promise<StepResult> {
  const { l10n } = vscode;
  const without = (key: string | undefined): Settings['ports'] =>
    settings.ports.filter((port) => portText(port) !== key);
  return askList(place, {
    icon: 'plug',
    entries: () =>
      settings.ports.map((port) => ({
        key: portText(port),
        label: String(port.published),
        description: l10n.t('leads to port {0} ({1})', String(port.target), port.protocol),
      })),
    placeholder: l10n.t('Ports of the machine that anybody who reaches it can use; forwarded ports need none'),
    addLabel: l10n.t('Publish a Port…'),
    change: (key) =>
      askValue(place, {
        value: key ?? '',
        prompt: l10n.t('Port of the machine, and the one of the workspace it leads to'),
        placeholder: l10n.t('For example: 8080:80'),
        problemOf: (text) => publishedPortProblem(text, without(key), l10n),
        take: (text) => {
          const port = parsePublishedPort(text);
          if (port !== undefined) settings.ports = [...without(key), port];
        },
      }),
    remove: (key) => {
      settings.ports = without(key);
    },
  });
}

export function askVolumes(place: TitledPlace, settings: Settings, about: SettingsPlace): Promise<StepResult> {
  const { l10n } = vscode;
  const real = (): readonly VolumeWish[] => realVolumes(settings.volumes, about);
  /** What `realVolumes` leaves out stays: who chooses Docker later gets its volume, too. */
  const replace = (key: string | undefined, volume: VolumeWish | undefined): void => {
    const kept = settings.volumes.filter((wish) => {
      const [shown] = realVolumes([wish], about);
      return shown === undefined || shown.mountPath !== key;
    });
    settings.volumes = volume === undefined ? kept : [...kept, volume];
  };
  return askList(place, {
    icon: 'database',
    entries: () => real().map((wish) => ({ key: wish.mountPath, label: wish.mountPath, description: described(wish) })),
    placeholder: l10n.t('Folders that outlive the container; everything else is lost when it is made anew'),
    addLabel: l10n.t('Add Volume…'),
    change: (key) => {
      const known = real().find(({ mountPath }) => mountPath === key);
      return askValue(place, {
        value: known === undefined ? '' : volumeText(known),
        prompt: l10n.t(
          'Folder of the workspace; put the name of a Docker volume and a colon before it to use that one',
        ),
        placeholder: l10n.t('For example: /data'),
        problemOf: (text) => {
          const others = real().filter(({ mountPath }) => mountPath !== key);
          return volumeProblem(text, others, l10n);
        },
        take: (text) => {
          const volume = parseVolume(text);
          if (volume !== undefined && volume.mountPath !== key) replace(key, volume);
          else if (volume !== undefined && volume.name !== known?.name) replace(key, volume);
        },
      });
    },
    remove: (key) => {
      replace(key, undefined);
    },
  });
}

function described({ role, name }: VolumeWish): string {
  const { l10n } = vscode;
  if (name !== undefined) return l10n.t('Docker volume {0}', name);
  if (role === 'home') return l10n.t('the home folder, with your files');
  return role === 'docker' ? l10n.t('images and containers of the Docker inside') : l10n.t('a new Docker volume');
}
