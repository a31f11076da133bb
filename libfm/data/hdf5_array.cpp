#include "libfm/data/hdf5_array.hpp"

#include "libfm/core/number_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

namespace fm {
namespace {

constexpr std::uint64_t large_bytes = std::uint64_t{64} << 20;
constexpr std::uint64_t max_expansion = 1100;   // of gzip, whose limit is 1032
constexpr hsize_t max_size = hsize_t{1} << 40;  // of one dimension

bool is_float16(hid_t type) {
  std::size_t sign = 0, exponent = 0, exponent_size = 0, fraction = 0, fraction_size = 0;
  return H5Tget_size(type) == 2 &&
         H5Tget_fields(type, &sign, &exponent, &exponent_size, &fraction, &fraction_size) >= 0 && exponent_size == 5 &&
         fraction_size == 10;
}

bool is_floating_point(hid_t type) {
  const std::array known = {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_IEEE_F64BE};
  const bool is_known = std::any_of(known.begin(), known.end(), [&](hid_t k) { return H5Tequal(type, k) > 0; });
  return is_known || (H5Tget_class(type) == H5T_FLOAT && is_float16(type));
}

/// h5py stores bool as an enumeration over 8-bit integers.
bool is_truth_value(hid_t type) { return H5Tget_class(type) == H5T_ENUM && H5Tget_size(type) == 1; }

}  // namespace

Hdf5Array::Hdf5Array(Hdf5Handle array, int least_rank, int most_rank, Hdf5Sizes& file_sizes)
    : array_(std::move(array)), type_(H5Dget_type(array_)) {
  const Hdf5Handle creation(H5Dget_create_plist(array_));
  if (hdf5(H5Pget_external_count(creation)) > 0) refuse("stores its values in another file, which is not followed");
  if (H5Pget_layout(creation) == H5D_VIRTUAL) refuse("is a virtual dataset, which is not followed");
  check_filters(creation);
  read_shape(least_rank, most_rank);
  check_size(std::max(bytes(shape_), chunk_bytes(creation)), file_sizes);
}

void Hdf5Array::check_filters(hid_t creation) const {
  const int filters = hdf5(H5Pget_nfilters(creation));
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        hdf5(H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, nullptr));
    // Querying a filter with a higher number would make HDF5 load a plugin.
    if (filter > H5Z_FILTER_SCALEOFFSET || H5Zfilter_avail(filter) <= 0) {
      refuse("is compressed with filter {}, which is not part of HDF5; use gzip", filter);
    }
  }
}

void Hdf5Array::read_shape(int least_rank, int most_rank) {
  const Hdf5Handle space(H5Dget_space(array_));
  const int found = hdf5(H5Sget_simple_extent_ndims(space));
  if (found < least_rank || found > most_rank) {
    refuse("has rank {}, expected {}{}", found, least_rank,
           most_rank > least_rank ? fmt::format(" or {}", most_rank) : "");
  }
  shape_.resize(static_cast<std::size_t>(found));
  hdf5(H5Sget_simple_extent_dims(space, shape_.data(), nullptr));
  const hsize_t largest = *std::max_element(shape_.begin(), shape_.end());
  if (largest > max_size) refuse("declares {} entries in one dimension", largest);
}

void Hdf5Array::check_size(std::uint64_t declared, Hdf5Sizes& file) const {
  const std::uint64_t stored = H5Dget_storage_size(array_);
  file.declared += declared;
  file.stored += stored;
  if (declared <= large_bytes && file.declared <= large_bytes) return;
  if (stored < declared / max_expansion || file.stored < file.declared / max_expansion) {
    refuse("declares {} bytes but stores only {}, which is implausible", declared, stored);
  }
}

std::uint64_t Hdf5Array::columns() const {
  return std::accumulate(shape_.begin() + 1, shape_.end(), std::uint64_t{1}, std::multiplies<>());
}

std::uint64_t Hdf5Array::bytes(std::span<const hsize_t> sizes) const {
  std::uint64_t product = H5Tget_size(type_);
  for (const hsize_t size : sizes) {
    if (__builtin_mul_overflow(product, size, &product)) refuse("declares more bytes than 64 bits can count");
  }
  return product;
}

std::uint64_t Hdf5Array::chunk_bytes(hid_t creation) const {
  if (H5Pget_layout(creation) != H5D_CHUNKED) return 0;
  std::vector<hsize_t> chunk(shape_.size());
  hdf5(H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()));
  return bytes(chunk);
}

void Hdf5Array::refuse_value(std::size_t at, std::size_t count, const std::string& value, const char* why) const {
  const std::size_t columns = count / shape_[0];
  const std::string column = columns > 1 ? fmt::format(", column {}", at % columns) : "";
  refuse("row {}{} holds {}; {}", at / columns, column, value, why);
}

std::vector<std::int64_t> Hdf5Array::integers(std::size_t count) const {
  std::vector<std::int64_t> values(count);
  hdf5(H5Dread(array_, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
  return values;
}

void Hdf5Array::read(std::span<double> values) const {
  if (is_floating_point(type_)) {
    hdf5(H5Dread(array_, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
    const auto wrong =
        std::find_if_not(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
    if (wrong == values.end()) return;
    refuse_value(static_cast<std::size_t>(wrong - values.begin()), values.size(), number_text(*wrong),
                 "every number must be finite");
  }
  if (is_truth_value(type_)) {
    std::vector<std::uint8_t> flags(values.size());
    read(std::span(flags));
    std::ranges::copy(flags, values.begin());
    return;
  }
  if (H5Tget_class(type_) != H5T_INTEGER) refuse("contains neither floating-point numbers nor integers");
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  const std::vector<std::int64_t> whole = integers(values.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (whole[i] > exact || whole[i] < -exact) {
      refuse_value(i, whole.size(), fmt::format("{}", whole[i]), "integers must be within +-2^53");
    }
    values[i] = static_cast<double>(whole[i]);
  }
}

void Hdf5Array::read(std::span<std::uint8_t> values) const {
  if (is_truth_value(type_)) {  // HDF5 does not convert an enumeration to an integer, so it is read in its own type
    hdf5(H5Dread(array_, type_, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
  } else if (H5Tget_class(type_) == H5T_INTEGER) {
    const std::vector<std::int64_t> whole = integers(values.size());
    const auto flag = [](std::int64_t value) { return static_cast<std::uint8_t>(value == 0 ? 0 : value == 1 ? 1 : 2); };
    std::ranges::transform(whole, values.begin(), flag);
  } else if (is_floating_point(type_)) {
    std::vector<double> numbers(values.size());
    read(std::span(numbers));
    const auto flag = [](double value) { return static_cast<std::uint8_t>(value == 0 ? 0 : value == 1 ? 1 : 2); };
    std::ranges::transform(numbers, values.begin(), flag);
  } else {
    refuse("contains neither numbers nor booleans");
  }
  const auto wrong = std::find_if(values.begin(), values.end(), [](std::uint8_t value) { return value > 1; });
  if (wrong != values.end()) refuse("row {} is neither 0 nor 1", wrong - values.begin());
}

void Hdf5Array::read(std::span<std::string> values) const {
  if (H5Tget_class(type_) != H5T_STRING) refuse("does not contain texts");
  if (hdf5(H5Tis_variable_str(type_)) == 0) {
    const std::size_t size = H5Tget_size(type_);
    std::string all(values.size() * size, '\0');
    hdf5(H5Dread(array_, type_, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = all.substr(i * size, size).c_str();
    return;
  }
  std::vector<char*> texts(values.size(), nullptr);
  const herr_t status = H5Dread(array_, type_, H5S_ALL, H5S_ALL, H5P_DEFAULT, static_cast<void*>(texts.data()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (texts[i] != nullptr && status >= 0) values[i] = texts[i];
    H5free_memory(texts[i]);
  }
  hdf5(status);
}

}  // namespace fm
