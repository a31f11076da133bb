#pragma once
// One array of an HDF5 file, checked before any of it is read.

#include "libfm/data/hdf5_handle.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace fm {

/// Bytes of the arrays of one file, as they declare themselves and as they are stored.
struct Hdf5Sizes {
  std::uint64_t declared = 0;
  std::uint64_t stored = 0;
};

/// Every member throws Hdf5Refusal for what may not be read and Hdf5Failure for damage.
class Hdf5Array {
 public:
  /// @param file_sizes of the arrays opened so far; this one's are added
  Hdf5Array(Hdf5Handle array, int rank, Hdf5Sizes& file_sizes);

  std::uint64_t size(std::size_t dimension) const { return shape_[dimension]; }

  // `values` has the array's size. All must be finite.
  void read(std::span<float> values) const;
  void read(std::span<double> values) const;

  /// All must be 0 or 1.
  void read(std::span<std::uint8_t> values) const;

 private:
  void check_filters(hid_t creation) const;
  void read_shape(int rank);
  void check_size(std::uint64_t declared, Hdf5Sizes& file_sizes) const;
  std::uint64_t bytes(std::span<const hsize_t> sizes) const;
  std::uint64_t chunk_bytes(hid_t creation) const;
  template <class T>
  void read_floats(hid_t type, std::span<T> values) const;

  Hdf5Handle array_;
  Hdf5Handle type_;
  std::vector<hsize_t> shape_;
};

}  // namespace fm
