/** Extensions that open windows on hosts of an ssh config, under the same authority `ssh-remote`. */
const remoteSshExtensions = [
  'ms-vscode-remote.remote-ssh',
  'jeanp413.open-remote-ssh',
  'anysphere.remote-ssh',
  'codeium.windsurf-remote-openssh',
] as const;

type RemoteSshExtension = (typeof remoteSshExtensions)[number];

/** What an editor is, as far as Remote-SSH is concerned. */
export interface Editor {
  /** Undefined in a window on the person's own machine. */
  readonly remoteName: string | undefined;
  /** The window is a page in a browser. */
  readonly isWeb: boolean;
  /** Such as `vscode` or `vscodium`. */
  readonly uriScheme: string;
  readonly hasExtension: (id: string) => boolean;
}

export type RemoteWay =
  | { readonly kind: 'open' }
  /** The extension is missing; this is the one for such an editor. */
  | { readonly kind: 'install'; readonly extensionId: RemoteSshExtension }
  /**
   * Remote-SSH would read the ssh config of the machine that the person sits at, and the daemon of this window writes the one
   * of another.
   */
  | { readonly kind: 'elsewhere'; readonly because: 'browser' | 'remote' };

export function remoteWay({ remoteName, isWeb, uriScheme, hasExtension }: Editor): RemoteWay {
  if (isWeb) return { kind: 'elsewhere', because: 'browser' };
  if (remoteName !== undefined) return { kind: 'elsewhere', because: 'remote' };
  if (remoteSshExtensions.some(hasExtension)) return { kind: 'open' };
  return { kind: 'install', extensionId: extensionFor(uriScheme) };
}

/** Microsoft's own runs in Microsoft's own editor only; what it is based on takes the free one. */
function extensionFor(uriScheme: string): RemoteSshExtension {
  switch (uriScheme) {
    case 'vscode':
    case 'vscode-insiders':
      return 'ms-vscode-remote.remote-ssh';
    case 'cursor':
      return 'anysphere.remote-ssh';
    case 'windsurf':
      return 'codeium.windsurf-remote-openssh';
    default:
      return 'jeanp413.open-remote-ssh';
  }
}

/** What a window on a workspace is opened with. */
export interface RemoteWindow {
  readonly authority: string;
  /** Absolute; undefined: a window without a folder. */
  readonly folder: string | undefined;
}

export function remoteWindow(alias: string, folder: string | undefined): RemoteWindow {
  return { authority: `ssh-remote+${alias}`, folder: folder?.startsWith('/') === true ? folder : undefined };
}
