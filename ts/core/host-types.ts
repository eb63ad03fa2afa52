/**
 * Types that come with a host and not with the language. A user's TypeScript may know none of them (lib ES2022 alone,
 * Node without @types/node): there they are what the package needs of them.
 */
export type HostUrl = typeof globalThis extends { URL: { prototype: infer Url } }
  ? Url
  : { readonly href: string };

export type HostAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      addEventListener(type: 'abort', listener: () => void): void;
      removeEventListener(type: 'abort', listener: () => void): void;
    };
