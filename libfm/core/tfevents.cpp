#include "libfm/core/tfevents.hpp"

#include "libfm/core/error.hpp"

#include <fcntl.h>

#include <array>
#include <cstring>

namespace fm {
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

/// The bytes of a number, in the native (little-endian) order.
template <class T>
std::string raw(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

// Protocol buffers: a field is a key (number << 3 | wire type) and its value; wire type 0 is a varint, 1 is 64 bits,
// 2 is a length and bytes, 5 is 32 bits.

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string key(std::uint64_t field, std::uint64_t wire_type) { return varint(field << 3 | wire_type); }

std::string bytes_field(std::uint64_t field, std::string_view bytes) {
  return key(field, 2) + varint(bytes.size()) + std::string(bytes);
}

std::string event_head(double wall_time, std::int64_t step) {
  return key(1, 1) + raw(wall_time) + key(2, 0) + varint(static_cast<std::uint64_t>(step));
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

EventWriter::EventWriter(const std::filesystem::path& file, double wall_time)
    : file_(file), descriptor_(file, O_WRONLY | O_CREAT | O_TRUNC) {
  if (!descriptor_) throw_machine_error("{}: cannot be written: {}", file_.string(), errno_text());
  append(event_head(wall_time, 0) + bytes_field(3, "brain.Event:2"));
}

void EventWriter::scalar(std::int64_t step, double wall_time, std::string_view tag, double value) {
  const std::string scalar = bytes_field(1, tag) + key(2, 5) + raw(static_cast<float>(value));
  append(event_head(wall_time, step) + bytes_field(5, bytes_field(1, scalar)));
}

void EventWriter::append(std::string_view event) {
  if (!write_all(descriptor_, record(event))) {
    throw_machine_error("{}: cannot be written: {}", file_.string(), errno_text());
  }
}

}  // namespace fm
