#pragma once
// The reuse of freed memory.

namespace fm {

/// Keeps freed memory in the process for later allocations. A training step frees tens of megabytes that the next one
/// needs again; by default glibc returns them to the kernel, which then maps and zeroes every page again: 7 % of the
/// step's time. To be called first in main(); has no effect with other allocators than glibc's.
void keep_freed_memory();

}  // namespace fm
