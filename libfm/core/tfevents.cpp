#include "libfm/core/tfevents.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/protobuf.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace fm {

using namespace protobuf;

namespace {

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0u);
    table[i] = crc;
  }
  return table;
}

/// The format rotates and offsets checksums, because it also checksums data that contain checksums.
std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

/// HistogramProto: the counts of bins with their upper ends.
std::string histogram_message(std::span<const double> values) {
  constexpr std::size_t bins = 30;
  const auto [low, high] = std::ranges::minmax(values);
  const double width = high > low ? (high - low) / bins : 1.0;
  std::array<double, bins> ends{}, counts{};
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < bins; ++i) ends[i] = low + width * static_cast<double>(i + 1);
  for (const double value : values) {
    ++counts[std::min(bins - 1, static_cast<std::size_t>((value - low) / width))];
    sum += value;
    squares += value * value;
  }
  return double_field(1, low) + double_field(2, high) + double_field(3, static_cast<double>(values.size())) +
         double_field(4, sum) + double_field(5, squares) + packed_field(6, ends) + packed_field(7, counts);
}

/// google.protobuf.Value.
std::string value_message(const HyperParameter& parameter) {
  if (const auto* number = std::get_if<double>(&parameter)) return double_field(2, *number);
  if (const auto* flag = std::get_if<bool>(&parameter)) return varint_field(4, *flag ? 1 : 0);
  return bytes_field(3, std::get<std::string>(parameter));
}

/// A value without a number, whose content is the plugin's: Summary.Value with SummaryMetadata and an empty tensor.
std::string hyper_parameter_value(std::string_view tag, std::string_view content) {
  const std::string plugin = bytes_field(1, "hparams") + bytes_field(2, content);
  const std::string shape = bytes_field(2, varint_field(1, 1));
  const std::string zero = bytes_field(5, raw(0.0f));
  return bytes_field(1, tag) + bytes_field(8, varint_field(1, 1) + bytes_field(2, shape) + zero) +
         bytes_field(9, bytes_field(1, plugin));
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(0, 4)) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string event_head(double wall_time, std::int64_t step) {
  return double_field(1, wall_time) + varint_field(2, static_cast<std::uint64_t>(step));
}

std::string record(std::string_view data) {
  const std::string length = raw<std::uint64_t>(data.size());
  return length + raw(masked_crc(length)) + std::string(data) + raw(masked_crc(data));
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> table = crc_table();
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

std::optional<PngImage> as_png(std::string bytes) {
  constexpr std::size_t width_at = 16, height_at = 20;  // in the header chunk, which comes first
  if (bytes.size() < 24 || !bytes.starts_with("\x89PNG\r\n\x1a\n")) return std::nullopt;
  const std::string_view view = bytes;
  const std::uint32_t width = big_endian(view.substr(width_at)), height = big_endian(view.substr(height_at));
  return PngImage{std::move(bytes), width, height};
}

EventWriter::EventWriter(const std::filesystem::path& file, double wall_time)
    : file_(file), descriptor_(file, O_WRONLY | O_CREAT | O_TRUNC) {
  if (!descriptor_) throw_machine_error("{}: cannot be written: {}", file_.string(), errno_text());
  append(event_head(wall_time, 0) + bytes_field(3, "brain.Event:2"));
}

void EventWriter::scalar(std::int64_t step, double wall_time, std::string_view tag, double value) {
  summary(step, wall_time, bytes_field(1, tag) + float_field(2, static_cast<float>(value)));
}

void EventWriter::histogram(std::int64_t step, double wall_time, std::string_view tag, std::span<const double> values) {
  summary(step, wall_time, bytes_field(1, tag) + bytes_field(5, histogram_message(values)));
}

void EventWriter::image(std::int64_t step, double wall_time, std::string_view tag, const PngImage& png) {
  constexpr std::uint64_t rgba = 4;
  summary(step, wall_time,
          bytes_field(1, tag) + bytes_field(4, varint_field(1, png.height) + varint_field(2, png.width) +
                                                   varint_field(3, rgba) + bytes_field(4, png.bytes)));
}

void EventWriter::hyper_parameters(double wall_time, const std::map<std::string, HyperParameter>& settings) {
  std::string start;  // SessionStartInfo, in HParamsPluginData
  for (const auto& [name, value] : settings) {
    start += bytes_field(1, bytes_field(1, name) + bytes_field(2, value_message(value)));
  }
  start += double_field(5, wall_time);
  const std::string end = varint_field(1, 1) + double_field(2, wall_time);  // SessionEndInfo: success
  summary(0, wall_time, hyper_parameter_value("_hparams_/session_start_info", bytes_field(3, start)));
  summary(0, wall_time, hyper_parameter_value("_hparams_/session_end_info", bytes_field(4, end)));
}

void EventWriter::summary(std::int64_t step, double wall_time, std::string_view value) {
  append(event_head(wall_time, step) + bytes_field(5, bytes_field(1, value)));
}

void EventWriter::append(std::string_view event) {
  if (!write_all(descriptor_, record(event))) {
    throw_machine_error("{}: cannot be written: {}", file_.string(), errno_text());
  }
}

}  // namespace fm
