// Version numbers such as 3.1.69: the leading dotted numbers count, whatever follows ("-git", "+dfsg") does not.

/**
 * @param {string} text anything that contains a dotted version
 * @returns {[number, number, number] | undefined} major, minor, patch
 */
export function parseVersion(text) {
  const [, major, minor, patch = '0'] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/**
 * @param {string} text no version in it is older than every version
 * @param {string} floor
 */
export function isAtLeast(text, floor) {
  const [version, minimum] = [parseVersion(text), parseVersion(floor)];
  if (!version || !minimum) return false;
  const differences = version.map((part, i) => part - Number(minimum[i]));
  return (differences.find((difference) => difference !== 0) ?? 0) > -1;
}
