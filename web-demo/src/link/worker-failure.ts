/** Why a worker did not start: browsers hide it, so the page asks the server and its own policy. */

let policyBlocked = false;

/** Notes when the page's policy refuses a worker. Called once, before the first worker is started. */
export function watchPolicy(): void {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    if (effectiveDirective.startsWith('worker-src')) policyBlocked = true;
  });
}

const consequence =
  'Everything runs in the page’s own thread instead: the results are the same, but the page stutters while it computes.';

/** A sentence with what is wrong, how to mend it, and what the page does instead. */
export async function explainWorkerFailure(url: URL, error: unknown): Promise<string> {
  const reason = error instanceof Error ? error.message : String(error);
  // WebKit says nothing of its policy but throws this.
  if (error instanceof Error && error.name === 'SecurityError') policyBlocked = true;
  return `The worker was not started: ${await cause(url, reason)}. ${consequence}`;
}

async function cause(url: URL, reason: string): Promise<string> {
  if (policyBlocked) {
    return "this page's Content-Security-Policy forbids it; allow worker-src 'self'";
  }
  const remedy = 'serve the folder assets/ of the built site as it is';
  try {
    const response = await fetch(url, { cache: 'no-store' });
    const type = response.headers.get('content-type') ?? 'none';
    void response.body?.cancel();
    if (!response.ok) return `${url.href} was answered with status ${response.status}; ${remedy}`;
    if (!/javascript/.test(type)) {
      return `${url.href} came with the content type ${type} in place of text/javascript; ${remedy}`;
    }
  } catch {
    return `${url.href} could not be fetched; ${remedy}`;
  }
  return `${reason} (the server and the policy look right; an extension or a setting of the browser may forbid workers)`;
}
