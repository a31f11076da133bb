#include "libfm/core/safetensors.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/hash.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

namespace fm {
namespace {

constexpr std::size_t length_bytes = 8;
constexpr const char* metadata_key = "__metadata__";

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array<DtypeRow, 15> dtypes = {{{Dtype::BOOL, "BOOL", 1},
                                              {Dtype::U8, "U8", 1},
                                              {Dtype::I8, "I8", 1},
                                              {Dtype::F8_E5M2, "F8_E5M2", 1},
                                              {Dtype::F8_E4M3, "F8_E4M3", 1},
                                              {Dtype::U16, "U16", 2},
                                              {Dtype::I16, "I16", 2},
                                              {Dtype::F16, "F16", 2},
                                              {Dtype::BF16, "BF16", 2},
                                              {Dtype::U32, "U32", 4},
                                              {Dtype::I32, "I32", 4},
                                              {Dtype::F32, "F32", 4},
                                              {Dtype::U64, "U64", 8},
                                              {Dtype::I64, "I64", 8},
                                              {Dtype::F64, "F64", 8}}};

const DtypeRow& row_of(Dtype dtype) {
  return *std::find_if(dtypes.begin(), dtypes.end(), [&](const DtypeRow& row) { return row.dtype == dtype; });
}

void check_own_content(const SafeTensors& content) {
  std::set<std::string_view> names = {metadata_key};
  for (const SafeTensor& tensor : content.tensors) {
    if (!names.insert(tensor.name).second) throw std::logic_error("two tensors are named '" + tensor.name + "'");
    if (bytes_needed(tensor.dtype, tensor.shape) != tensor.bytes.size()) {
      throw std::logic_error("tensor '" + tensor.name + "' has bytes that do not fit its shape");
    }
  }
}

std::vector<const SafeTensor*> wide_first(const SafeTensors& content) {
  std::vector<const SafeTensor*> order;
  for (const SafeTensor& tensor : content.tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const SafeTensor* a, const SafeTensor* b) {
    return dtype_bytes(a->dtype) > dtype_bytes(b->dtype);
  });
  return order;
}

void add_text(Hasher& hasher, std::string_view text) {
  hasher.add(fmt::format("{}:", text.size()));
  hasher.add(text);
}

std::string header_of(const std::vector<const SafeTensor*>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[metadata_key] = metadata;
  std::size_t begin = 0;
  for (const SafeTensor* tensor : tensors) {
    const std::size_t end = begin + tensor->bytes.size();
    header[tensor->name] = {
        {"dtype", dtype_name(tensor->dtype)}, {"shape", tensor->shape}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  try {
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    return text;
  } catch (const nlohmann::json::exception& error) {
    throw_input_error("a name or text to be stored with the tensors is not UTF-8: {}", error.what());
  }
}

}  // namespace

std::string_view dtype_name(Dtype dtype) { return row_of(dtype).name; }
std::size_t dtype_bytes(Dtype dtype) { return row_of(dtype).bytes; }

std::optional<Dtype> dtype_named(std::string_view name) {
  const auto row = std::find_if(dtypes.begin(), dtypes.end(), [&](const DtypeRow& r) { return r.name == name; });
  return row == dtypes.end() ? std::nullopt : std::optional(row->dtype);
}

std::optional<std::uint64_t> bytes_needed(Dtype dtype, const std::vector<std::int64_t>& shape) {
  std::uint64_t bytes = dtype_bytes(dtype);
  for (const std::int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) return std::nullopt;
  }
  return bytes;
}

const SafeTensor* SafeTensors::find(std::string_view name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const SafeTensor& t) { return t.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

std::string digest_of(const std::vector<const SafeTensor*>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  Hasher hasher;
  for (const auto& [key, value] : metadata) {
    add_text(hasher, key);
    add_text(hasher, value);
  }
  for (const SafeTensor* tensor : tensors) {
    add_text(hasher, tensor->name);
    add_text(hasher, fmt::format("{} [{}]", dtype_name(tensor->dtype), fmt::join(tensor->shape, ", ")));
    hasher.add({reinterpret_cast<const char*>(tensor->bytes.data()), tensor->bytes.size()});
  }
  return hasher.digits();
}

std::string serialise(const SafeTensors& content) {
  check_own_content(content);
  const std::vector<const SafeTensor*> tensors = wide_first(content);
  const std::string header = header_of(tensors, content.metadata);
  const std::uint64_t length = header.size();
  std::string bytes(length_bytes, '\0');
  std::memcpy(bytes.data(), &length, length_bytes);
  bytes += header;
  for (const SafeTensor* tensor : tensors) {
    bytes.append(reinterpret_cast<const char*>(tensor->bytes.data()), tensor->bytes.size());
  }
  return bytes;
}

SafeTensors with_digest(SafeTensors content) {
  content.metadata["digest"] = digest_of(wide_first(content), content.metadata);
  return content;
}

void write_safetensors(const std::filesystem::path& file, const SafeTensors& content) {
  write_file_atomically(file, serialise(with_digest(content)));
}

}  // namespace fm
