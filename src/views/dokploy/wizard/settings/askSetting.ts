import type { StepResult } from '../../../shared/wizard.ts';
import type { TitledPlace } from '../../../shared/wizardInputs.ts';
import { askImage, askRegistry } from './askImage.ts';
import { askIdleStop, askResources } from './askLimits.ts';
import { askEnvironment, askPorts, askVolumes } from './askLists.ts';
import type { SettingKey, Settings, SettingsPlace } from './settings.ts';

/** Asks for one setting and puts the answer in its place. */
export function askSetting(
  key: SettingKey,
  place: TitledPlace,
  settings: Settings,
  about: SettingsPlace,
): Promise<StepResult> {
  switch (key) {
    case 'image':
      return askImage(place, settings, about);
    case 'registry':
      return askRegistry(place, settings);
    case 'resources':
      return askResources(place, settings);
    case 'volumes':
      return askVolumes(place, settings, about);
    case 'env':
      return askEnvironment(place, settings);
    case 'ports':
      return askPorts(place, settings);
    case 'idleStopMinutes':
      return askIdleStop(place, settings);
    case 'forwardAgent':
      settings.forwardAgent = !settings.forwardAgent;
      return Promise.resolve('next');
  }
}
