#include "libfm/core/atomic_file.hpp"
#include "libfm/core/safetensors.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <set>

namespace fm {
namespace {

using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little, "the format's numbers are little-endian");

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t max_header_bytes = 100'000'000;  // the format's own limit
constexpr std::uint64_t max_file_bytes = std::uint64_t{1} << 36;
constexpr const char* metadata_key = "__metadata__";

/// Parses the bytes of one file; errors are InputErrors with the file's name and the problem.
class Reader {
 public:
  Reader(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  SafeTensors read() {
    const Json header = parse(header_text());
    SafeTensors content;
    std::vector<std::pair<std::pair<std::uint64_t, std::uint64_t>, SafeTensor>> placed;
    for (const auto& [name, entry] : header.items()) {
      if (name == metadata_key) {
        content.metadata = metadata(entry);
      } else {
        check_keys(name, entry);
        placed.emplace_back(offsets(name, entry), description(name, entry));
      }
    }
    std::stable_sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::uint64_t end = 0;
    for (auto& [range, tensor] : placed) {
      fill(tensor, range, end);
      end = range.second;
      content.tensors.push_back(std::move(tensor));
    }
    if (end != data_.size()) fail("its tensors end at byte {} of {} bytes of data", end, data_.size());
    check_digest(content);
    return content;
  }

 private:
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    throw_input_error("{}: not a valid safetensors file: {}", file_, fmt::format(format, std::forward<Args>(args)...));
  }

  /// Splits the file into header and data. @return the header
  std::string_view header_text() {
    if (bytes_.size() < length_bytes) fail("it has only {} bytes", bytes_.size());
    std::uint64_t length = 0;
    std::memcpy(&length, bytes_.data(), length_bytes);
    if (length > max_header_bytes) fail("its header claims {} bytes, more than the format's 100 MB", length);
    const std::size_t rest = bytes_.size() - length_bytes;
    if (length > rest) fail("its header claims {} bytes, but only {} follow", length, rest);
    const std::string_view header = bytes_.substr(length_bytes, length);
    if (!header.starts_with('{')) fail("its header does not begin with '{{'");
    data_ = bytes_.substr(length_bytes + length);
    return header;
  }

  Json parse(std::string_view text) const {
    std::vector<std::set<std::string>> keys;  // of the enclosing objects
    const auto refuse_duplicates = [&](int depth, Json::parse_event_t event, Json& parsed) {
      if (depth > 3) fail("its header is nested too deep");
      if (event == Json::parse_event_t::object_start) keys.emplace_back();
      if (event == Json::parse_event_t::object_end) keys.pop_back();
      if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
        fail("its header has the key '{}' twice", parsed.get<std::string>());
      }
      return true;
    };
    try {
      return Json::parse(text, refuse_duplicates);
    } catch (const Json::exception& error) {
      fail("its header is not JSON: {}", error.what());
    }
  }

  void check_digest(SafeTensors& content) const {
    const auto found = content.metadata.find("digest");
    if (found == content.metadata.end()) return;
    const std::string digest = found->second;
    content.metadata.erase(found);
    content.verified = true;
    if (digest == "none") return;
    std::vector<const SafeTensor*> tensors;
    for (const SafeTensor& tensor : content.tensors) tensors.push_back(&tensor);
    if (digest_of(tensors, content.metadata) == digest) return;
    throw_input_error(
        "{}: is damaged: its content does not fit its digest; take it from a backup or make it anew (a tool that "
        "changes the file on purpose sets the metadata 'digest' to 'none')",
        file_);
  }

  std::map<std::string, std::string> metadata(const Json& entry) const {
    if (!entry.is_object()) fail("its {} is not an object", metadata_key);
    std::map<std::string, std::string> texts;
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) fail("its metadata '{}' is not a string", key);
      texts[key] = value.get<std::string>();
    }
    return texts;
  }

  /// A list of non-negative int64 values.
  std::vector<std::int64_t> numbers(const std::string& name, const Json& entry, const char* key) const {
    if (!entry[key].is_array()) fail("tensor '{}': {} is not a list", name, key);
    std::vector<std::int64_t> values;
    for (const Json& value : entry[key]) {
      if (!value.is_number_unsigned() ||
          value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        fail("tensor '{}': {} contains a value that is not a size", name, key);
      }
      values.push_back(value.get<std::int64_t>());
    }
    return values;
  }

  void check_keys(const std::string& name, const Json& entry) const {
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets")) {
      fail("tensor '{}' is not described by dtype, shape and data_offsets", name);
    }
  }

  SafeTensor description(const std::string& name, const Json& entry) const {
    const Json& dtype = entry["dtype"];
    const auto known = dtype.is_string() ? dtype_named(dtype.get_ref<const std::string&>()) : std::nullopt;
    if (!known) fail("tensor '{}': unknown dtype {}", name, dtype.dump());
    return {name, *known, numbers(name, entry, "shape"), {}};
  }

  std::pair<std::uint64_t, std::uint64_t> offsets(const std::string& name, const Json& entry) const {
    const std::vector<std::int64_t> range = numbers(name, entry, "data_offsets");
    if (range.size() != 2) fail("tensor '{}': data_offsets are not two numbers", name);
    return {static_cast<std::uint64_t>(range[0]), static_cast<std::uint64_t>(range[1])};
  }

  void fill(SafeTensor& tensor, std::pair<std::uint64_t, std::uint64_t> range, std::uint64_t begin) const {
    const auto [first, last] = range;
    if (first != begin) fail("tensor '{}' begins at byte {} of the data, expected {}", tensor.name, first, begin);
    if (last < first || last > data_.size()) {
      fail("tensor '{}' ends at byte {} of {} bytes of data", tensor.name, last, data_.size());
    }
    if (bytes_needed(tensor.dtype, tensor.shape) != last - first) {
      fail("tensor '{}' has {} bytes, which do not fit its shape and dtype", tensor.name, last - first);
    }
    const auto bytes = std::as_bytes(std::span(data_)).subspan(first, last - first);
    tensor.bytes.assign(bytes.begin(), bytes.end());
  }

  std::string_view bytes_;
  const std::string& file_;
  std::string_view data_;
};

}  // namespace

SafeTensors deserialise(std::string_view bytes, const std::string& file) { return Reader(bytes, file).read(); }

SafeTensors read_safetensors(const std::filesystem::path& file) {
  return deserialise(read_file(file, max_file_bytes), file.string());
}

}  // namespace fm
