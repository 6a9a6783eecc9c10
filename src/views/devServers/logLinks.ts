import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { DevServer } from '../../api/contract/devServers.ts';
import type { LogChannels } from '../shared/logChannels.ts';
import type { Session } from '../shared/session.ts';
import { excerptScheme, projectOfExcerpt } from './logExcerpt.ts';
import { type LogPlace, placesIn, sourceIn } from './logPlaces.ts';

/** Of a log that is longer only the end gets links. */
const linkedLines = 5000;

class LogLink extends vscode.DocumentLink {
  readonly devServer: DevServer;
  readonly place: LogPlace;
  readonly source: string | undefined;

  constructor(range: vscode.Range, devServer: DevServer, place: LogPlace, source: string | undefined) {
    super(range);
    this.devServer = devServer;
    this.place = place;
    this.source = source;
  }
}

/**
 * Makes places that a log names clickable, whose paths are relative to where the tool ran. The editor itself knows only
 * absolute ones inside the workspace. Whether there is such a file is looked up when a link is used.
 */
export function linkLogPlaces(session: Session, channels: LogChannels): vscode.Disposable {
  return vscode.languages.registerDocumentLinkProvider([{ scheme: 'output' }, { scheme: excerptScheme }], {
    provideDocumentLinks: (document) => {
      const id = document.uri.scheme === excerptScheme ? projectOfExcerpt(document.uri) : channels.idOf(document.uri);
      const devServer = id === undefined ? undefined : session.snapshot.devServers.get(id);
      return devServer === undefined ? [] : linksOf(document, devServer);
    },
    resolveDocumentLink: async (link) => {
      if (!(link instanceof LogLink)) return link;
      const file = await fileOf(link);
      const { line, column } = link.place;
      if (file !== undefined) link.target = file.with({ fragment: `L${String(line)},${String(column)}` });
      return link;
    },
  });
}

function linksOf(document: vscode.TextDocument, devServer: DevServer): LogLink[] {
  const links: LogLink[] = [];
  for (let number = Math.max(0, document.lineCount - linkedLines); number < document.lineCount; number += 1) {
    const { text } = document.lineAt(number);
    for (const place of placesIn(text)) {
      const range = new vscode.Range(number, place.start, number, place.start + place.length);
      links.push(new LogLink(range, devServer, place, sourceIn(text)));
    }
  }
  return links;
}

/** Where the tool probably ran: the folder of the project, or the one named like the process. Else the only file like that. */
async function fileOf({ devServer, place, source }: LogLink): Promise<vscode.Uri | undefined> {
  const { devPath } = devServer;
  const folders = [devPath, ...(source === undefined ? [] : [join(devPath, source)])];
  const candidates = isAbsolute(place.path) ? [place.path] : folders.map((folder) => join(folder, place.path));
  for (const path of candidates) if (await isFile(path)) return vscode.Uri.file(path);
  if (isAbsolute(place.path)) return undefined;
  const tail = place.path.replaceAll('\\', '/').replace(/^(?:\.{1,2}\/)+/, '');
  const inside = new vscode.RelativePattern(devPath, `**/${tail}`);
  const [only, another] = await vscode.workspace.findFiles(inside, '**/{node_modules,vendor,dist}/**', 2);
  return another === undefined ? only : undefined;
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
