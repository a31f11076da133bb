#pragma once
// A temporary file for what does not fit into memory.

#include "libfm/core/file_descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace fm {

/// In the folder that TMPDIR names, else in /var/tmp. It has no name there, so it goes with the process, however that ends.
/// All failures are MachineErrors that name the folder.
class ScratchFile {
 public:
  ScratchFile();

  const FileDescriptor& descriptor() const { return file_; }
  std::uint64_t size() const { return size_; }

  /// Makes the file longer or shorter; new bytes are 0, and there is room for them on the disk.
  void resize(std::uint64_t bytes);
  /// Writes bytes at the end. @return where they begin
  std::uint64_t append(std::span<const std::byte> bytes);
  /// Fills `bytes`, which begin at `offset`. May be called by several threads.
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;

 private:
  FileDescriptor file_;
  std::uint64_t size_ = 0;
};

}  // namespace fm
