#include <zlib.h>

// Macros that Swift does not see: they pass the size of the structure along.
static inline int hpol_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
static inline int hpol_deflate_init_gzip(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
