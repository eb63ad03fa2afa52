/** The browser's engine and version, as far as its user agent tells. */

const engines: readonly (readonly [string, RegExp])[] = [
  ['Firefox (SpiderMonkey)', /Firefox\/([\d.]+)/],
  ['Edge (V8)', /Edg\/([\d.]+)/],
  ['Chromium (V8)', /(?:Headless)?Chrom(?:e|ium)\/([\d.]+)/],
  ['WebKit (JavaScriptCore)', /Version\/([\d.]+).*Safari/],
];

export function engineName(userAgent = navigator.userAgent): string {
  for (const [name, pattern] of engines) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version.split('.').slice(0, 2).join('.')}`;
  }
  return userAgent;
}
