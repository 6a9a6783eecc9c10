import { escapeXml } from './drawing.ts';

/**
 * The page of a usage panel. It runs one script, the one with the nonce, and loads nothing: what it shows comes in messages
 * (`Drawing`). `language`: of the texts, as an HTML `lang`.
 */
export function usagePage(title: string, nonce: string, language: string): string {
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${escapeXml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeXml(title)}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<h1>${escapeXml(title)}</h1>
<main id="charts"></main>
<script nonce="${nonce}">${script}</script>
</body>
</html>`;
}

const style = `
body { padding: 16px 24px; max-width: 960px; }
h1 { font-size: 1.4em; font-weight: 600; margin: 0 0 16px; }
section { margin-bottom: 24px; }
h2 { font-size: 1em; font-weight: 600; margin: 0 0 4px; display: flex; gap: 8px; align-items: baseline; }
h2 span { color: var(--vscode-descriptionForeground); font-weight: 400; }
p { color: var(--vscode-descriptionForeground); margin: 4px 0 0; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--vscode-descriptionForeground); font-size: 12px; font-family: var(--vscode-font-family); }
.rule { stroke: var(--vscode-editorWidget-border, var(--vscode-contrastBorder)); stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.area { stroke: none; opacity: 0.15; }
.cpu .line { stroke: var(--vscode-charts-blue); } .cpu .area { fill: var(--vscode-charts-blue); }
.memory .line { stroke: var(--vscode-charts-green); } .memory .area { fill: var(--vscode-charts-green); }
body.vscode-high-contrast .area { opacity: 0; }
body.vscode-high-contrast .rule { stroke-dasharray: 1 5; }
`;

const script = `
const api = acquireVsCodeApi();
const charts = document.getElementById('charts');
const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
addEventListener('message', ({ data }) => {
  charts.replaceChildren(...data.charts.map((chart) => {
    const section = document.createElement('section');
    const heading = element('h2', chart.title);
    heading.append(element('span', chart.now));
    const drawing = new DOMParser().parseFromString(chart.svg, 'text/html').querySelector('svg');
    section.append(heading, drawing, element('p', chart.text));
    return section;
  }));
});
api.postMessage('ready');
`;
