/** Written into the scripts by the site's build: gzipped bytes of each build, and of both together with their glue. */
declare const BUILD_SIZES: Readonly<Record<'simd' | 'scalar' | 'js', number>>;
