#pragma once
// Writes scalars over training steps for TensorBoard: a file of records, each
//
//   length (u64) | masked CRC of length (u32) | data | masked CRC of data (u32),  all little-endian
//
// whose data are Event messages of TensorFlow's event.proto, encoded by hand
// (https://github.com/tensorflow/tensorboard, tensorboard/compat/proto/event.proto and summary.proto).

#include "libfm/core/file_descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace fm {

/// CRC-32C (Castagnoli), polynomial 0x1EDC6F41 reflected.
std::uint32_t crc32c(std::string_view bytes);

/// Writes a file that TensorBoard can read at any time: records are written without buffering.
class EventWriter {
 public:
  /// Truncates or creates `file`; its name must contain "tfevents" for TensorBoard to find it.
  /// @param wall_time seconds since 1970
  /// @throws MachineError if the file cannot be written.
  EventWriter(const std::filesystem::path& file, double wall_time);

  /// @param wall_time seconds since 1970  @param value stored as float32  @throws MachineError if the write fails.
  void scalar(std::int64_t step, double wall_time, std::string_view tag, double value);

 private:
  void append(std::string_view event);

  std::filesystem::path file_;
  FileDescriptor descriptor_;
};

}  // namespace fm
