#pragma once
// Named tensors with text metadata in the safetensors format: 8 bytes of little-endian header length, a JSON header,
// then the raw little-endian values (https://huggingface.co/docs/safetensors). Independent of LibTorch.

#include "libfm/core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fm {

/// Element types, with the format's names.
enum class Dtype { BOOL, U8, I8, F8_E5M2, F8_E4M3, U16, I16, F16, BF16, U32, I32, F32, U64, I64, F64 };

std::string_view dtype_name(Dtype dtype);
std::size_t dtype_bytes(Dtype dtype);
/// The dtype of that name, or nullopt.
std::optional<Dtype> dtype_named(std::string_view name);

/// Bytes of a tensor of that shape; nullopt if a size is negative or the product overflows 64 bits.
std::optional<std::uint64_t> bytes_needed(Dtype dtype, const std::vector<std::int64_t>& shape);

/// The dtype of a C++ number type; deleted for all others.
template <class T>
constexpr Dtype dtype_of() = delete;
template <>
constexpr Dtype dtype_of<float>() {
  return Dtype::F32;
}
template <>
constexpr Dtype dtype_of<double>() {
  return Dtype::F64;
}
template <>
constexpr Dtype dtype_of<std::int64_t>() {
  return Dtype::I64;
}
template <>
constexpr Dtype dtype_of<std::uint64_t>() {
  return Dtype::U64;
}
template <>
constexpr Dtype dtype_of<std::int32_t>() {
  return Dtype::I32;
}
template <>
constexpr Dtype dtype_of<std::uint32_t>() {
  return Dtype::U32;
}
template <>
constexpr Dtype dtype_of<std::uint8_t>() {
  return Dtype::U8;
}

struct SafeTensor {
  std::string name;
  Dtype dtype = Dtype::F32;
  std::vector<std::int64_t> shape;  ///< empty: a scalar
  std::vector<std::byte> bytes;     ///< row-major, as many as dtype and shape require

  bool operator==(const SafeTensor&) const = default;
};

struct SafeTensors {
  std::vector<SafeTensor> tensors;
  std::map<std::string, std::string> metadata;
  /// Whether the file that this was read from had a digest, which fits; also true where the file waives it. Not written.
  bool verified = false;

  bool operator==(const SafeTensors& other) const { return tensors == other.tensors && metadata == other.metadata; }

  /// The tensor of that name, or nullptr.
  const SafeTensor* find(std::string_view name) const;
};

/// 128 bits over metadata, without the digest itself, and tensors in the order of the file.
std::string digest_of(const std::vector<const SafeTensor*>& tensors,
                      const std::map<std::string, std::string>& metadata);

// Files that write_safetensors() makes carry a digest over metadata and tensors as the metadata key "digest", which other
// readers of the format ignore. A file that another tool has changed is accepted if that tool sets digest to "none".

/// The same content with its digest in the metadata.
SafeTensors with_digest(SafeTensors content);

/// The bytes of a file. Equal arguments give equal bytes. Tensors of wide dtypes come first, so that all are aligned.
/// @throws InputError for text that is not UTF-8; std::logic_error for duplicate names or bytes that do not fit shapes.
std::string serialise(const SafeTensors& content);

/// The content of a file, without the digest; its tensors in the order of their bytes.
/// @param file names the source in errors
/// @throws InputError for anything that the format forbids, or content that its digest does not fit.
SafeTensors deserialise(std::string_view bytes, const std::string& file);

/// Replaces the file atomically; the file has a digest. @throws MachineError if it cannot be written, and what serialise() throws.
void write_safetensors(const std::filesystem::path& file, const SafeTensors& content);
/// @throws InputError if the file cannot be opened, exceeds 64 GiB or is malformed; MachineError if reading fails.
SafeTensors read_safetensors(const std::filesystem::path& file);

template <class T>
SafeTensor make_safe_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return {std::move(name), dtype_of<T>(), std::move(shape), {bytes.begin(), bytes.end()}};
}

/// A copy of the tensor's values, row-major. @throws InputError if its dtype is another.
template <class T>
std::vector<T> values_of(const SafeTensor& tensor) {
  if (tensor.dtype != dtype_of<T>()) {
    throw_input_error("tensor '{}' has dtype {}, expected {}", tensor.name, dtype_name(tensor.dtype),
                      dtype_name(dtype_of<T>()));
  }
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

}  // namespace fm
