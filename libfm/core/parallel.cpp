#include "libfm/core/parallel.hpp"

#include <omp.h>

#include <algorithm>
#include <exception>
#include <vector>

namespace fm {

void for_each_block(std::int64_t rows, std::int64_t block,
                    const std::function<void(std::int64_t begin, std::int64_t end)>& work) {
  const std::int64_t blocks = (rows + block - 1) / block;
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(blocks));
#pragma omp parallel for schedule(dynamic, 1)
  for (std::int64_t i = 0; i < blocks; ++i) {
    try {
      work(i * block, std::min(rows, (i + 1) * block));
    } catch (...) {
      errors[static_cast<std::size_t>(i)] = std::current_exception();
    }
  }
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

void set_threads(int threads) { omp_set_num_threads(threads > 0 ? threads : omp_get_num_procs()); }

int threads() { return omp_get_max_threads(); }

}  // namespace fm
