#pragma once
// The arrays of files that hold the steps of all episodes one after another, in HDF5 and in NumPy's format alike.

#include "libfm/data/column_attributes.hpp"
#include "libfm/data/npz_file.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace fm {

/// Of an HDF5 file, the arrays at its root and in its groups, as NpzFile has them.
class FlatHdf5 {
 public:
  explicit FlatHdf5(const Hdf5Reader& reader) : reader_(reader) { add("", 0); }

  const std::string& file() const { return reader_.file(); }
  const std::vector<std::string>& names() const { return names_; }
  bool has(const std::string& name) const { return std::ranges::find(names_, name) != names_.end(); }
  std::vector<std::uint64_t> shape(const std::string& name) const { return reader_.shape("/" + name); }
  Matrix columns(const std::string& name) const { return reader_.columns("/" + name); }

  template <class... Args>
  [[noreturn]] void fail(const std::string& name, fmt::format_string<Args...> format, Args&&... args) const {
    reader_.fail("/" + name, format, std::forward<Args>(args)...);
  }

  ColumnTexts texts(const std::string& kind) const { return read_column_attributes(reader_, "/", kind); }

 private:
  void add(const std::string& group, int depth) {
    if (depth > 16) reader_.fail("/" + group, "is nested too deeply");
    std::vector<std::string> names = reader_.names("/" + group);
    std::ranges::sort(names);
    for (const std::string& name : names) {
      const std::string path = group.empty() ? name : group + "/" + name;
      if (++paths_ > most_hdf5_paths) reader_.fail("/" + path, "is one of more than {} paths", most_hdf5_paths);
      if (reader_.is_group("/" + path)) {
        add(path, depth + 1);
      } else {
        names_.push_back(path);
      }
    }
  }

  const Hdf5Reader& reader_;
  std::size_t paths_ = 0;
  std::vector<std::string> names_;
};

/// The arrays of numpy.savez, which has no attributes: their texts are arrays of their own.
class FlatNpz {
 public:
  explicit FlatNpz(const std::filesystem::path& file) : npz_(file) {}

  const std::string& file() const { return npz_.file(); }
  std::vector<std::string> names() const {
    std::vector<std::string> names = npz_.names();
    std::erase_if(names, [&](const std::string& name) { return npz_.is_text(name) || is_bounds(name); });
    return names;
  }
  bool has(const std::string& name) const { return npz_.has(name) && !npz_.is_text(name); }
  std::vector<std::uint64_t> shape(const std::string& name) const { return npz_.shape(name); }
  Matrix columns(const std::string& name) const { return npz_.columns(name); }

  template <class... Args>
  [[noreturn]] void fail(const std::string& name, fmt::format_string<Args...> format, Args&&... args) const {
    npz_.fail(name, format, std::forward<Args>(args)...);
  }

  ColumnTexts texts(const std::string& kind) const {
    const auto words = [&](const std::string& name) {
      return npz_.has(name) ? npz_.texts(name) : std::vector<std::string>();
    };
    const auto numbers = [&](const std::string& name) -> std::vector<double> {
      if (!npz_.has(name)) return {};
      const Matrix values = npz_.columns(name, Infinity::accepted);
      return {values.data(), values.data() + values.size()};
    };
    return {.names = words(kind + "_names"),
            .units = words(kind + "_units"),
            .low = numbers(kind + "_low"),
            .high = numbers(kind + "_high")};
  }

 private:
  static bool is_bounds(const std::string& name) {
    return std::ranges::any_of(std::array{"observation", "action", "goal"}, [&](const std::string& kind) {
      return name == kind + "_low" || name == kind + "_high";
    });
  }

  NpzFile npz_;
};

}  // namespace fm
