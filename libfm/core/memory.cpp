#include "libfm/core/memory.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace fm {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);         // no separate mappings for large blocks, which free() would unmap
  mallopt(M_TRIM_THRESHOLD, -1);  // the heap never shrinks
#endif
}

}  // namespace fm
