#include "libfm/core/tfevents.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace fm {
namespace {

constexpr std::uint64_t max_file_bytes = std::uint64_t{1} << 34;
constexpr std::size_t head_bytes = 12;  // length and its checksum
constexpr std::size_t tail_bytes = 4;   // the data's checksum

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0u);
    table[i] = crc;
  }
  return table;
}

/// The format stores checksums rotated and shifted, because it also checksums data that hold checksums.
std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

/// The bytes of a number, little-endian as the processor's own.
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

/// Bytes of `content` that are whole records.
std::size_t whole_bytes(std::string_view content) {
  std::string_view rest = content;
  while (rest.size() >= head_bytes) {
    std::uint64_t length = 0;
    std::memcpy(&length, rest.data(), sizeof(length));
    if (rest.substr(sizeof(length), 4) != raw(masked_crc(rest.substr(0, sizeof(length))))) break;
    if (length > rest.size() - head_bytes || rest.size() - head_bytes - length < tail_bytes) break;
    if (rest.substr(head_bytes + length, tail_bytes) != raw(masked_crc(rest.substr(head_bytes, length)))) break;
    rest.remove_prefix(head_bytes + length + tail_bytes);
  }
  return content.size() - rest.size();
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> table = crc_table();
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

EventWriter::EventWriter(const std::filesystem::path& file, double wall_time, std::int64_t first_step)
    : file_(file), descriptor_(file, O_WRONLY | O_CREAT | O_APPEND) {
  if (!descriptor_) throw_machine_error("{}: cannot be written: {}", file_.string(), errno_text());
  const std::size_t whole = whole_bytes(read_file(file_, max_file_bytes));
  if (::ftruncate(descriptor_.get(), static_cast<::off_t>(whole)) != 0) {
    throw_machine_error("{}: cannot be cut: {}", file_.string(), errno_text());
  }
  if (whole == 0) append(event_head(wall_time, 0) + bytes_field(3, "brain.Event:2"));
  // SessionLog {status = START}: the reader purges what it has from this step on.
  if (whole > 0) append(event_head(wall_time, first_step) + bytes_field(7, key(1, 0) + varint(1)));
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
