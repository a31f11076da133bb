#include "libfm/core/parallel.hpp"

#include <omp.h>

#include <algorithm>
#include <exception>
#include <vector>

namespace fm {
namespace {

int thread_count = omp_get_max_threads();

}  // namespace

void for_each_block(std::int64_t rows, std::int64_t block,
                    const std::function<void(std::int64_t begin, std::int64_t end)>& work) {
  const std::int64_t blocks = (rows + block - 1) / block;
  if (blocks <= 1) {  // without waking threads
    if (rows > 0) work(0, rows);
    return;
  }
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(blocks));
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads())
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

void set_threads(int count) {
  thread_count = count > 0 ? count : cores();
  omp_set_num_threads(thread_count);
}

int threads() { return thread_count; }

int cores() { return omp_get_num_procs(); }

}  // namespace fm
