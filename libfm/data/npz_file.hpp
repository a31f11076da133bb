#pragma once
// The arrays of a file of numpy.savez or savez_compressed: a ZIP file of .npy files.

#include "libfm/core/error.hpp"
#include "libfm/data/npy_array.hpp"
#include "libfm/data/zip_file.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fm {

/// Every problem is an InputError that names the file and the array.
class NpzFile {
 public:
  explicit NpzFile(const std::filesystem::path& file);

  const std::string& file() const { return name_; }
  std::vector<std::string> names() const;
  bool has(const std::string& name) const { return members_.contains(name); }
  const std::vector<std::uint64_t>& shape(const std::string& name) const { return at(name).header.shape; }
  bool is_text(const std::string& name) const { return at(name).header.kind == 'U' || at(name).header.kind == 'S'; }

  /// npy_matrix()
  Matrix columns(const std::string& name, Infinity infinity = Infinity::refused) const;
  std::vector<std::string> texts(const std::string& name) const;

  template <class... Args>
  [[noreturn]] void fail(std::string_view name, fmt::format_string<Args...> format, Args&&... args) const {
    throw_input_error("{}: {}: {}", name_, name, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  struct Array {
    std::size_t member;
    NpyHeader header;
  };

  const Array& at(const std::string& name) const;
  std::string where(const std::string& name) const { return name_ + ": " + name; }

  std::string name_;
  ZipFile zip_;
  std::map<std::string, Array> members_;
};

}  // namespace fm
