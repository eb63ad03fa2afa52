/** The colours: those of the system, or the visitor's choice for this visit. Charts on canvas ask for them here. */

const listeners = new Set<() => void>();

export function startTheme(choice: HTMLElement): void {
  choice.addEventListener('change', (event) => {
    const { value } = event.target as HTMLInputElement;
    if (value === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    announce();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', announce);
}

function announce(): void {
  cache.clear();
  for (const listener of listeners) listener();
}

/** Calls `listener` whenever colours have changed. */
export function onThemeChange(listener: () => void): void {
  listeners.add(listener);
}

const cache = new Map<string, readonly [number, number, number]>();

/** Red, green and blue of a colour token, 0 to 255, as it is now. */
export function rgb(token: string): readonly [number, number, number] {
  const known = cache.get(token);
  if (known !== undefined) return known;
  const probe = document.createElement('span');
  probe.hidden = true;
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const [r = 0, g = 0, b = 0] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
  probe.remove();
  const colour = [r, g, b] as const;
  cache.set(token, colour);
  return colour;
}

export const prefersStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
