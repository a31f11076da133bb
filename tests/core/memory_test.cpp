#include "libfm/core/memory.hpp"

#include "tests/catch.hpp"

#include <sys/resource.h>

#include <memory>

namespace {

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// Allocates, touches every page and frees.
void use(std::size_t bytes) {
  const auto memory = std::make_unique_for_overwrite<char[]>(bytes);
  for (std::size_t i = 0; i < bytes; i += 4096) static_cast<volatile char*>(memory.get())[i] = 1;
}

}  // namespace

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)  // which replaces the allocator
CATCH_TEST_CASE("freed memory is kept for the next allocation", "[core]") {
  fm::keep_freed_memory();
  constexpr std::size_t bytes = 48 << 20;
  use(bytes);
  const long before = page_faults();
  for (int i = 0; i < 10; ++i) use(bytes);
  CATCH_CHECK(page_faults() - before < static_cast<long>(bytes / 4096));  // ten times that without it
}
#endif
