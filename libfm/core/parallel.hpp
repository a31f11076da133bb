#pragma once
// Parallel work over rows in blocks of fixed size, each processed by a single thread. Blocks do not depend on the
// number of threads, so neither do results.

#include <cstdint>
#include <functional>

namespace fm {

/// Calls work(begin, end) for the blocks [0, block), [block, 2 block) ... of [0, rows), in parallel.
/// The first exception, in block order, is rethrown after all blocks have finished.
void for_each_block(std::int64_t rows, std::int64_t block,
                    const std::function<void(std::int64_t begin, std::int64_t end)>& work);

/// Sets the number of threads that for_each_block and LibTorch use; 0: one per core.
void set_threads(int count);

int threads();

/// Cores that this process may use.
int cores();

}  // namespace fm
