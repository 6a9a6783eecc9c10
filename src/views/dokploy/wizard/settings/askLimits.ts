import * as vscode from 'vscode';
import { numberProblem } from '../../../creation/problems.ts';
import { formatDuration } from '../../../shared/format.ts';
import type { StepResult } from '../../../shared/wizard.ts';
import { askChoice, type TitledPlace } from '../../../shared/wizardInputs.ts';
import { cpusProblem, memoryProblem, memoryText, parseCpus, parseMemory, resourcesText } from './amounts.ts';
import { askValue } from './askValue.ts';
import { inOrder } from './inOrder.ts';
import type { Settings } from './settings.ts';

interface ResourcesItem extends vscode.QuickPickItem {
  readonly amounts: { readonly cpus: number | null; readonly memoryMb: number | null } | undefined;
}

const usualAmounts = [
  { cpus: null, memoryMb: null },
  { cpus: 1, memoryMb: 2048 },
  { cpus: 2, memoryMb: 4096 },
  { cpus: 4, memoryMb: 8192 },
] as const;

export async function askResources(place: TitledPlace, settings: Settings): Promise<StepResult> {
  const { l10n } = vscode;
  const isNow = ({ cpus, memoryMb }: { cpus: number | null; memoryMb: number | null }): boolean =>
    cpus === settings.cpus && memoryMb === settings.memoryMb;
  const usual = usualAmounts.map((amounts): ResourcesItem => ({
    label: resourcesLabel(amounts.cpus, amounts.memoryMb),
    description: isNow(amounts) ? l10n.t('chosen') : '',
    amounts,
  }));
  const other: ResourcesItem = {
    label: l10n.t('Other Amounts…'),
    description: usualAmounts.some(isNow)
      ? ''
      : l10n.t('now: {0}', resourcesText(settings.cpus, settings.memoryMb, l10n)),
    amounts: undefined,
  };
  let custom = false;
  const given = { cpus: settings.cpus, memoryMb: settings.memoryMb };
  return await inOrder([
    () =>
      askChoice<ResourcesItem>(place, {
        items: [...usual, other],
        active: usual.find(({ amounts }) => amounts !== undefined && isNow(amounts)) ?? other,
        placeholder: l10n.t('How much of the machine may it use at most?'),
        accept: ({ amounts }) => {
          custom = amounts === undefined;
          if (amounts !== undefined) Object.assign(settings, amounts);
          return 'next';
        },
      }),
    () => (custom ? cpusQuestion() : Promise.resolve<StepResult>('next')),
    () => (custom ? memoryQuestion() : Promise.resolve<StepResult>('next')),
  ]);

  function cpusQuestion(): Promise<StepResult> {
    return askValue(place, {
      value: given.cpus === null ? '' : String(given.cpus),
      prompt: l10n.t('Number of processors; leave it empty for no limit'),
      placeholder: l10n.t('For example: 2 or 0.5'),
      problemOf: (value) => cpusProblem(value, l10n),
      take: (value) => {
        given.cpus = parseCpus(value) ?? null;
      },
    });
  }
  function memoryQuestion(): Promise<StepResult> {
    return askValue(place, {
      value: given.memoryMb === null ? '' : memoryText(given.memoryMb),
      prompt: l10n.t('Most memory; leave it empty for no limit'),
      placeholder: l10n.t('For example: 512 MB or 2 GB'),
      problemOf: (value) => memoryProblem(value, l10n),
      take: (value) => {
        given.memoryMb = parseMemory(value) ?? null;
        Object.assign(settings, given);
      },
    });
  }
}

function resourcesLabel(cpus: number | null, memoryMb: number | null): string {
  const { l10n } = vscode;
  return cpus === null && memoryMb === null ? l10n.t('No Limit') : resourcesText(cpus, memoryMb, l10n);
}

const idleChoices = [null, 30, 60, 240] as const;
/** The most the daemon takes. */
const maxIdleMinutes = 100_000;

export async function askIdleStop(place: TitledPlace, settings: Settings): Promise<StepResult> {
  const { l10n } = vscode;
  const current = settings.idleStopMinutes;
  const items = idleChoices.map((minutes) => ({
    label: minutes === null ? l10n.t('Never') : l10n.t('After {0}', formatDuration(minutes * 60_000, l10n)),
    description: minutes === current ? l10n.t('chosen') : '',
    minutes: minutes as number | null | undefined,
  }));
  const custom = { label: l10n.t('Another Time…'), description: '', minutes: undefined };
  let other = false;
  return await inOrder([
    () =>
      askChoice<(typeof items)[number]>(place, {
        items: [...items, custom],
        active: items.find(({ minutes }) => minutes === current) ?? custom,
        placeholder: l10n.t('Stop it when nobody has been connected over SSH for how long?'),
        accept: ({ minutes }) => {
          other = minutes === undefined;
          if (minutes !== undefined) settings.idleStopMinutes = minutes;
          return 'next';
        },
      }),
    () => (other ? minutesQuestion() : Promise.resolve<StepResult>('next')),
  ]);

  function minutesQuestion(): Promise<StepResult> {
    return askValue(place, {
      value: String(current ?? 120),
      prompt: l10n.t('After how many minutes without an SSH session?'),
      placeholder: l10n.t('{0} to {1}', 1, maxIdleMinutes),
      problemOf: (value) =>
        value.trim() === '' ? l10n.t('Enter a number.') : numberProblem(value, 1, maxIdleMinutes, l10n),
      take: (value) => {
        settings.idleStopMinutes = Number(value);
      },
    });
  }
}
