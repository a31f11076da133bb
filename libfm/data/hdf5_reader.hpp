#pragma once
// Reads arrays and attributes of an HDF5 file from an untrusted source. External links, external storage and
// virtual datasets are not followed, no filter plugins are loaded, non-finite numbers are refused, and so are files
// that declare far more data than they store. Every problem is an InputError that names the file and the object. For
// use by one thread at a time.

#include "libfm/core/error.hpp"
#include "libfm/env/environment.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// Paths of arrays and groups that are looked through: by hard links a small file can have any number of them.
constexpr std::size_t most_hdf5_paths = 100'000;

class Hdf5Reader {
 public:
  /// @throws InputError if there is no such file or it is not HDF5.
  explicit Hdf5Reader(const std::filesystem::path& file);
  ~Hdf5Reader();
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  // Paths begin at the root: "/episodes/0/actions".

  bool has(const std::string& path) const;
  /// The names of the objects in a group, in no particular order.
  std::vector<std::string> names(const std::string& group) const;

  bool is_group(const std::string& path) const;
  /// The sizes of an array's dimensions, of which there may be any number. Nothing is read.
  std::vector<std::uint64_t> shape(const std::string& path) const;

  // Arrays: (rows, columns) and (n) of numbers, float16 to float64, integers or booleans, if float64 holds them exactly;
  // (n) of 0 and 1; and (n) of texts.

  Matrix matrix(const std::string& path) const;
  Matrix columns(
      const std::string& path) const;  ///< as matrix(); (n) is a single column, (n, a, b ...) are a b ... of them
  std::vector<double> numbers(const std::string& path) const;
  std::vector<std::uint8_t> flags(const std::string& path) const;
  std::vector<std::string> texts(const std::string& path) const;

  // Attributes; nullopt if there is none of that name.

  std::optional<double> number(const std::string& path, const std::string& name) const;
  std::optional<std::uint64_t> whole_number(const std::string& path, const std::string& name) const;
  std::optional<std::string> text(const std::string& path, const std::string& name) const;
  /// A list of texts, or the lines of one text.
  std::optional<std::vector<std::string>> lines(const std::string& path, const std::string& name) const;
  /// A list of numbers, possibly infinite, or the lines of a text that are such numbers.
  std::optional<std::vector<double>> list(const std::string& path, const std::string& name) const;

  const std::string& file() const { return file_; }

  /// @throws InputError naming the file and the object.
  template <class... Args>
  [[noreturn]] void fail(std::string_view path, fmt::format_string<Args...> format, Args&&... args) const {
    throw_input_error("{}: {}: {}", file_, path, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  struct State;

  bool find(const std::string& path, int soft_links = 0) const;
  std::string target_of(const std::string& link, std::size_t size) const;
  void check(const std::string& path) const;
  template <class Work>
  auto guard(std::string_view path, const Work& work) const;

  std::string file_;
  std::unique_ptr<State> state_;
};

}  // namespace fm
