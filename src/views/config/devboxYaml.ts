import * as vscode from 'vscode';
import { completeDevboxYaml } from './completion.ts';
import { type DevboxYamlCheck, diagnoseDevboxYaml } from './diagnostics.ts';

const selector: vscode.DocumentSelector = { pattern: '**/devbox.{yaml,yml}' };

/** Help with writing devbox.yaml: completion, hovers, and what is wrong in it. */
export function registerDevboxYaml(check: DevboxYamlCheck): vscode.Disposable {
  return vscode.Disposable.from(completeDevboxYaml(selector), diagnoseDevboxYaml(selector, check));
}
