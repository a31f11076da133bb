#pragma once
// An HDF5 file that is built in memory, or if it becomes large in a temporary file. HDF5 does not write to disk itself,
// because version 1.10 crashes with a segmentation fault when it closes a file that it could not write to a full disk.

#include "libfm/data/hdf5_handle.hpp"

#include <filesystem>
#include <memory>
#include <optional>

namespace fm {

class Hdf5Image {
 public:
  /// An empty file in the format of HDF5 1.10, whatever the library version; this format checksums all metadata.
  Hdf5Image();

  hid_t file() const { return *file_; }

  /// @throws MachineError if the temporary file could not grow; the image can only be destroyed then
  void check() const;

  /// Closes the file and writes it atomically. @throws MachineError on failure; the old file is untouched
  void save(const std::filesystem::path& to);

 private:
  class Bytes;

  std::shared_ptr<Bytes> bytes_;
  std::optional<Hdf5Handle> file_;
};

}  // namespace fm
