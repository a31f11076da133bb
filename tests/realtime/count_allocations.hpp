#pragma once
// Counts the allocations of a test executable by replacing malloc and related functions. To be included in one file.
// With the address sanitizer, which has its own malloc, nothing is counted.

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace fm::test {

inline std::atomic<std::int64_t> allocation_count = 0;

inline std::int64_t allocations() { return allocation_count; }

}  // namespace fm::test

#if !defined(__SANITIZE_ADDRESS__)
extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);

void* malloc(std::size_t size) noexcept {
  ++fm::test::allocation_count;
  return __libc_malloc(size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++fm::test::allocation_count;
  return __libc_memalign(alignment, size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  ++fm::test::allocation_count;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) noexcept {
  ++fm::test::allocation_count;
  return __libc_realloc(old, size);
}
}
#endif
