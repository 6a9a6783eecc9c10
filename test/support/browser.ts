import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/**
 * In place of Playwright's own list (a browser heeds the last one only), which switches off that each site has its own
 * storage in a frame: without that a frame has none at all, and an editor in a frame shows nothing. A person's browser has it.
 */
const disabledFeatures = ['DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'MediaRouter', 'PaintHolding'];

/** A headless Chromium that stays quiet: it asks nobody on the network for anything. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      `--disable-features=${disabledFeatures.join(',')}`,
    ],
  });
}
