#pragma once
// Writes numbers, histograms, images and hyper-parameters over training steps for TensorBoard: a file of records, each
//
//   length (u64) | masked CRC of length (u32) | data | masked CRC of data (u32),  all little-endian
//
// whose data are Event messages of TensorFlow's event.proto, encoded by hand
// (https://github.com/tensorflow/tensorboard, tensorboard/compat/proto/event.proto and summary.proto, and
// tensorboard/plugins/hparams/plugin_data.proto).

#include "libfm/core/file_descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace fm {

/// CRC-32C (Castagnoli), polynomial 0x1EDC6F41 reflected.
std::uint32_t crc32c(std::string_view bytes);

/// A file's bytes and its size in pixels.
struct PngImage {
  std::string bytes;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

/// @return nothing if the bytes do not begin as a PNG file does
std::optional<PngImage> as_png(std::string bytes);

using HyperParameter = std::variant<double, bool, std::string>;

/// Writes a file that TensorBoard can read at any time: records are written without buffering.
class EventWriter {
 public:
  /// Truncates or creates `file`; its name must contain "tfevents" for TensorBoard to find it.
  /// @param wall_time seconds since 1970
  /// @throws MachineError if the file cannot be written.
  EventWriter(const std::filesystem::path& file, double wall_time);

  /// @param wall_time seconds since 1970  @param value stored as float32  @throws MachineError if the write fails.
  void scalar(std::int64_t step, double wall_time, std::string_view tag, double value);

  // The same for other values.

  /// @param values finite, at least one; counted in 30 bins of equal width
  void histogram(std::int64_t step, double wall_time, std::string_view tag, std::span<const double> values);
  void image(std::int64_t step, double wall_time, std::string_view tag, const PngImage& png);
  /// The settings of the run, for the page HParams.
  void hyper_parameters(double wall_time, const std::map<std::string, HyperParameter>& settings);

 private:
  void summary(std::int64_t step, double wall_time, std::string_view value);
  void append(std::string_view event);

  std::filesystem::path file_;
  FileDescriptor descriptor_;
};

}  // namespace fm
