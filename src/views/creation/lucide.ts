/** Product icons of the editor for the names that templates commonly use (https://lucide.dev/icons). */
const codicons: Readonly<Record<string, string>> = {
  github: 'github',
  gitlab: 'repo',
  'git-branch': 'git-branch',
  book: 'book',
  'book-open': 'book',
  'file-text': 'file-text',
  globe: 'globe',
  link: 'link',
  'external-link': 'link-external',
  info: 'info',
  'circle-help': 'question',
  'help-circle': 'question',
  video: 'device-camera-video',
  youtube: 'play-circle',
  play: 'play',
  'message-circle': 'comment-discussion',
  'message-square': 'comment',
  mail: 'mail',
  database: 'database',
  terminal: 'terminal',
  code: 'code',
  package: 'package',
  rocket: 'rocket',
  star: 'star',
  heart: 'heart',
  home: 'home',
  house: 'home',
  download: 'cloud-download',
  settings: 'settings-gear',
  'graduation-cap': 'mortar-board',
};

/** The editor's icon for a Lucide icon's name (`BookOpen`, `book-open`); an arrow out of a box where there is none. */
export function codiconOf(lucide: string): string {
  const name = lucide.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  return Object.hasOwn(codicons, name) ? (codicons[name] ?? 'link-external') : 'link-external';
}
