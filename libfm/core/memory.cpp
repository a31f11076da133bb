#include "libfm/core/memory.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace fm {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);         // no mapping of its own for a large block: it would go with the block
  mallopt(M_TRIM_THRESHOLD, -1);  // the heap never shrinks
#endif
}

}  // namespace fm
