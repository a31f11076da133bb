#include "libfm/data/hdf5_attribute.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace fm {
namespace {

constexpr std::size_t max_text_bytes = std::size_t{1} << 26;  // the description of 100,000 columns
constexpr hssize_t max_items = 100'000;                       ///< of a list

}  // namespace

Hdf5Attribute::Hdf5Attribute(hid_t file, const std::string& path, const std::string& name)
    : name_(name), attribute_(H5Aopen_by_name(file, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT)),
      type_(H5Aget_type(attribute_)) {
  const Hdf5Handle space(H5Aget_space(attribute_));
  const hssize_t size = H5Sget_simple_extent_npoints(space);
  if (size < 0 || size > max_items) refuse("attribute '{}' holds {} values, more than {}", name_, size, max_items);
  size_ = static_cast<std::size_t>(size);
}

void Hdf5Attribute::check_single() const {
  if (size_ != 1) refuse("attribute '{}' does not hold one value", name_);
}

bool Hdf5Attribute::is_text() const { return H5Tget_class(type_) == H5T_STRING; }

std::vector<double> Hdf5Attribute::numbers() const {
  const H5T_class_t kind = H5Tget_class(type_);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) refuse("attribute '{}' holds no numbers", name_);
  std::vector<double> values(size_);
  hdf5(H5Aread(attribute_, H5T_NATIVE_DOUBLE, values.data()));
  return values;
}

std::vector<std::string> Hdf5Attribute::texts() const {
  if (!is_text()) refuse("attribute '{}' holds no texts", name_);
  if (size_ == 1) return {text()};
  std::vector<std::string> values(size_);
  if (hdf5(H5Tis_variable_str(type_)) == 0) {
    const std::size_t bytes = H5Tget_size(type_);
    if (bytes > max_text_bytes / std::max<std::size_t>(size_, 1)) refuse("attribute '{}' has too long texts", name_);
    std::string all(size_ * bytes, '\0');
    hdf5(H5Aread(attribute_, type_, all.data()));
    for (std::size_t i = 0; i < size_; ++i) values[i] = all.substr(i * bytes, bytes).c_str();
    return values;
  }
  std::vector<char*> texts(size_, nullptr);
  const herr_t status = H5Aread(attribute_, type_, static_cast<void*>(texts.data()));
  for (std::size_t i = 0; i < size_; ++i) {
    if (texts[i] != nullptr && status >= 0) values[i] = texts[i];
    H5free_memory(texts[i]);
  }
  hdf5(status);
  return values;
}

double Hdf5Attribute::number() const {
  check_single();
  const H5T_class_t kind = H5Tget_class(type_);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) refuse("attribute '{}' is not a number", name_);
  double value = 0.0;
  hdf5(H5Aread(attribute_, H5T_NATIVE_DOUBLE, &value));
  if (!std::isfinite(value)) refuse("attribute '{}' is not finite", name_);
  return value;
}

std::uint64_t Hdf5Attribute::whole_number() const {
  check_single();
  if (H5Tget_class(type_) == H5T_ENUM && H5Tget_size(type_) == 1) {  // h5py's bool
    std::uint8_t flag = 0;
    hdf5(H5Aread(attribute_, type_, &flag));
    return flag;
  }
  if (H5Tget_class(type_) != H5T_INTEGER || number() < 0.0) {
    refuse("attribute '{}' is not a whole number >= 0", name_);
  }
  std::uint64_t value = 0;
  hdf5(H5Aread(attribute_, H5T_NATIVE_UINT64, &value));
  return value;
}

std::string Hdf5Attribute::text() const {
  check_single();
  if (H5Tget_class(type_) != H5T_STRING) refuse("attribute '{}' is not text", name_);
  if (hdf5(H5Tis_variable_str(type_)) > 0) return variable_text();
  const std::size_t size = H5Tget_size(type_);
  if (size > max_text_bytes) refuse("attribute '{}' has {} bytes, more than {}", name_, size, max_text_bytes);
  std::string value(size, '\0');
  hdf5(H5Aread(attribute_, type_, value.data()));
  return value.c_str();
}

std::string Hdf5Attribute::variable_text() const {
  char* value = nullptr;
  hdf5(H5Aread(attribute_, type_, &value));
  const std::size_t size = value == nullptr ? 0 : std::strlen(value);
  std::string copy(value == nullptr ? "" : value, std::min(size, max_text_bytes));
  H5free_memory(value);
  if (size > max_text_bytes) refuse("attribute '{}' has {} bytes, more than {}", name_, size, max_text_bytes);
  return copy;
}

}  // namespace fm
