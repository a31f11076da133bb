#pragma once
// An attribute of an HDF5 file: a single value, or a list.

#include "libfm/data/hdf5_handle.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fm {

/// Every member throws Hdf5Refusal for an attribute of another type and Hdf5Failure for damage.
class Hdf5Attribute {
 public:
  Hdf5Attribute(hid_t file, const std::string& path, const std::string& name);

  double number() const;
  std::uint64_t whole_number() const;
  std::string text() const;

  bool is_text() const;
  /// Of a list; a single value is a list of one.
  std::vector<double> numbers() const;
  std::vector<std::string> texts() const;

 private:
  void check_single() const;
  std::string variable_text() const;

  std::string name_;
  std::size_t size_ = 0;  ///< how many values it holds
  Hdf5Handle attribute_;
  Hdf5Handle type_;
};

}  // namespace fm
