import * as vscode from 'vscode';
import type { StepResult } from '../../../shared/wizard.ts';
import { askChoice, type TitledPlace } from '../../../shared/wizardInputs.ts';
import { askValue } from './askValue.ts';
import { imageProblem, registryOf, registryProblem } from './image.ts';
import { inOrder } from './inOrder.ts';
import type { Settings, SettingsPlace } from './settings.ts';
import { askTyped, type Suggestion } from './typedPick.ts';

/** Images made for development: with a package manager, Git and the tools that a language needs. */
const images = ['typescript-node:22', 'python:3.13', 'go:1', 'rust:1', 'java:21', 'cpp:ubuntu'].map(
  (name) => `mcr.microsoft.com/devcontainers/${name}`,
);

export function askImage(place: TitledPlace, settings: Settings, { docker }: SettingsPlace): Promise<StepResult> {
  const { l10n } = vscode;
  const suggestion = (value: string, icon = 'package'): Suggestion => ({
    label: value,
    iconPath: new vscode.ThemeIcon(icon),
    value,
  });
  const usual: Suggestion = {
    label: l10n.t('Usual Image'),
    description: docker
      ? l10n.t('Ubuntu with a Docker engine of its own')
      : l10n.t('Ubuntu with Git and what development usually needs'),
    iconPath: new vscode.ThemeIcon('star'),
    value: undefined,
  };
  const { image } = settings;
  // Docker inside needs an image that starts an engine: the others do not.
  const others = docker ? [] : images.filter((one) => one !== image);
  return askTyped(place, {
    suggestions: [
      ...(image === undefined ? [] : [{ ...suggestion(image, 'check'), description: l10n.t('chosen') }]),
      usual,
      ...others.map((one) => suggestion(one)),
    ],
    value: '',
    placeholder: l10n.t('Which Docker image? Pick one, or type a name such as ubuntu:24.04'),
    problemOf: (text) => imageProblem(text, l10n),
    useIt: l10n.t('use this image'),
    accept: (value) => {
      settings.image = value;
      return 'next';
    },
  });
}

/** Login for an image that is not public. The password is kept encrypted by the daemon and never shown again. */
export async function askRegistry(place: TitledPlace, settings: Settings): Promise<StepResult> {
  const { l10n } = vscode;
  const { image = '', registry } = settings;
  const answer = {
    url: registry?.url ?? registryOf(image) ?? '',
    username: registry?.username ?? '',
    password: registry?.password ?? '',
  };
  const items = [
    { label: l10n.t('No Login'), description: l10n.t('the image is public'), login: false },
    { label: l10n.t('Log In…'), description: l10n.t('with a user name and a password or token'), login: true },
  ];
  let login = false;
  return await inOrder([
    () =>
      askChoice(place, {
        items,
        active: items.find((item) => item.login === (registry !== null)),
        placeholder: l10n.t('Does pulling the image need a login?'),
        accept: (item) => {
          login = item.login;
          if (!login) settings.registry = null;
          return 'next';
        },
      }),
    ...[urlQuestion, userQuestion, passwordQuestion].map((question) => () => {
      return login ? question() : Promise.resolve<StepResult>('next');
    }),
  ]);

  function urlQuestion(): Promise<StepResult> {
    return askValue(place, {
      value: answer.url,
      prompt: l10n.t('Registry; leave it empty for Docker Hub'),
      placeholder: l10n.t('For example: registry.example.com'),
      problemOf: (value) => registryProblem(value, l10n),
      take: (value) => {
        answer.url = value.trim();
      },
    });
  }
  function userQuestion(): Promise<StepResult> {
    return askValue(place, {
      value: answer.username,
      prompt: l10n.t('User name at the registry'),
      placeholder: l10n.t('User name'),
      problemOf: (value) => (value.trim() === '' ? l10n.t('Enter a user name.') : undefined),
      take: (value) => {
        answer.username = value.trim();
      },
    });
  }
  function passwordQuestion(): Promise<StepResult> {
    return askValue(place, {
      value: answer.password,
      prompt: l10n.t('Password or access token; Devyard keeps it encrypted'),
      placeholder: l10n.t('Password or access token'),
      problemOf: (value) => (value === '' ? l10n.t('Enter a password or an access token.') : undefined),
      take: (password) => {
        settings.registry = { ...answer, password };
      },
      password: true,
    });
  }
}
