#pragma once
// Writes arrays, groups and attributes to an HDF5 file, which is built aside and written atomically. Equal calls give
// equal bytes; arrays and metadata have checksums; readable by HDF5 1.10 and later. Failures are MachineErrors.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

class Hdf5Writer {
 public:
  Hdf5Writer();
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  // Paths begin at the root: "/episodes/0". Their parent groups must exist.

  void group(const std::string& path);

  /// @param shape sizes of the dimensions, possibly 0; their product is the number of values
  /// @param values row-major; stored little-endian in their own type
  void array(const std::string& path, const std::vector<std::uint64_t>& shape, std::span<const float> values);
  void array(const std::string& path, const std::vector<std::uint64_t>& shape, std::span<const double> values);
  void array(const std::string& path, const std::vector<std::uint64_t>& shape, std::span<const std::uint8_t> values);

  /// 0 and 1 as h5py's bool.
  void booleans(const std::string& path, std::span<const std::uint8_t> values);
  /// At least one text.
  void texts(const std::string& path, const std::vector<std::string>& values);

  void attribute(const std::string& path, const std::string& name, double value);
  void attribute(const std::string& path, const std::string& name, std::uint64_t value);
  void attribute(const std::string& path, const std::string& name, std::int64_t value);
  void attribute(const std::string& path, const std::string& name, std::string_view text);

  /// Writes the file; nothing may be added afterwards. @throws MachineError on failure; the old file is untouched.
  void save(const std::filesystem::path& file);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fm
