#include "libfm/core/memory.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace fm {

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int never = 1 << 30;  // bytes
  mallopt(M_MMAP_THRESHOLD, never);
  mallopt(M_TRIM_THRESHOLD, never);
#endif
}

}  // namespace fm
