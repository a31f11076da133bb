#pragma once
// What a program does with memory that it has freed.

namespace fm {

/// From here on the process keeps what it frees for its next allocation. A training step frees tens of megabytes that
/// the next one needs again; by glibc's defaults they go back to the kernel, which hands out and zeroes every page
/// anew: 7 % of the step's time. For a program's main(), first thing; does nothing where the allocator is not glibc's.
void keep_freed_memory();

}  // namespace fm
