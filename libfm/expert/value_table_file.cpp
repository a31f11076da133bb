#include "libfm/expert/value_table_file.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/hash.hpp"

#include <cstring>
#include <string_view>
#include <system_error>

namespace fm {
namespace {

std::string header(const std::string& key, std::string_view values) { return "fmvalue1" + key + hash_text(values); }

}  // namespace

bool load_values(const std::filesystem::path& file, const std::string& key, ValueTable& table) {
  const std::size_t bytes = table.values().size() * sizeof(double);
  std::string content;
  try {
    content = read_file(file, header(key, "").size() + bytes);
  } catch (const InputError&) {
    return false;
  }
  if (content.size() < bytes) return false;
  const std::string_view values = std::string_view(content).substr(content.size() - bytes);
  if (content.substr(0, content.size() - bytes) != header(key, values)) return false;
  std::memcpy(table.values().data(), values.data(), bytes);
  return true;
}

void save_values(const std::filesystem::path& file, const std::string& key, const ValueTable& table) {
  const std::string_view values(reinterpret_cast<const char*>(table.values().data()),
                                table.values().size() * sizeof(double));
  std::error_code ignored;  // the write below reports a missing folder
  std::filesystem::create_directories(file.parent_path(), ignored);
  write_file_atomically(file, header(key, values).append(values));
}

}  // namespace fm
