#pragma once
// Arrays, groups and attributes into one HDF5 file. It is built in memory and put in place whole. Equal calls give
// equal bytes; every array and all that describes it carries checksums; HDF5 1.10 and later read it.

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

  // Paths begin at the root: "/episodes/0". What stands above must be there already.

  void group(const std::string& path);

  /// @param shape its product is the number of values; any size may be 0
  void array(const std::string& path, const std::vector<std::uint64_t>& shape, std::span<const float> values);
  void array(const std::string& path, const std::vector<std::uint64_t>& shape, std::span<const double> values);
  void array(const std::string& path, const std::vector<std::uint64_t>& shape, std::span<const std::uint8_t> values);

  void attribute(const std::string& path, const std::string& name, double value);
  void attribute(const std::string& path, const std::string& name, std::uint64_t value);
  void attribute(const std::string& path, const std::string& name, std::string_view text);

  /// Ends the writing. @throws MachineError if the file cannot be written; the old one is untouched.
  void save(const std::filesystem::path& file);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fm
