#pragma once
// One array of an HDF5 file, validated before any of it is read.

#include "libfm/data/hdf5_handle.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fm {

/// Total bytes of the arrays of one file, as declared and as stored.
struct Hdf5Sizes {
  std::uint64_t declared = 0;
  std::uint64_t stored = 0;
};

/// Every member throws Hdf5Refusal for unacceptable arrays and Hdf5Failure for damage.
class Hdf5Array {
 public:
  /// @param least_rank, most_rank the numbers of dimensions that are accepted
  /// @param file_sizes totals over the arrays opened so far; this one is added
  Hdf5Array(Hdf5Handle array, int least_rank, int most_rank, Hdf5Sizes& file_sizes);

  std::uint64_t rows() const { return shape_[0]; }
  /// The numbers in a row: the product of all sizes but the first.
  std::uint64_t columns() const;

  /// Reads the whole array, row-major; `values` has its size. The numbers must be finite and exact in float64: float16,
  /// float32, float64, integers up to 2^53, or booleans.
  void read(std::span<double> values) const;

  /// The same for integers, booleans or floating-point numbers, all 0 or 1.
  void read(std::span<std::uint8_t> values) const;

  /// The same for texts.
  void read(std::span<std::string> values) const;

 private:
  void check_filters(hid_t creation) const;
  void read_shape(int least_rank, int most_rank);
  void check_size(std::uint64_t declared, Hdf5Sizes& file_sizes) const;
  std::uint64_t bytes(std::span<const hsize_t> sizes) const;
  std::uint64_t chunk_bytes(hid_t creation) const;
  std::vector<std::int64_t> integers(std::size_t count) const;
  [[noreturn]] void refuse_value(std::size_t at, std::size_t count, const std::string& value, const char* why) const;

  Hdf5Handle array_;
  Hdf5Handle type_;
  std::vector<hsize_t> shape_;
};

}  // namespace fm
