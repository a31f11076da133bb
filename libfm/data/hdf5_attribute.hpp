#pragma once
// An attribute of an HDF5 file with a single value.

#include "libfm/data/hdf5_handle.hpp"

#include <cstdint>
#include <string>

namespace fm {

/// Every member throws Hdf5Refusal for an attribute of another type and Hdf5Failure for damage.
class Hdf5Attribute {
 public:
  Hdf5Attribute(hid_t file, const std::string& path, const std::string& name);

  double number() const;
  std::uint64_t whole_number() const;
  std::string text() const;

 private:
  std::string variable_text() const;

  std::string name_;
  Hdf5Handle attribute_;
  Hdf5Handle type_;
};

}  // namespace fm
