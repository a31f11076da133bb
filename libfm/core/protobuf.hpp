#pragma once
// Encodes messages of Protocol Buffers (https://protobuf.dev/programming-guides/encoding): a message is its fields one behind
// another; a field is a key (number << 3 | wire type) and its value; wire type 0 is a varint, 1 is 64 bits, 2 is a length
// and bytes, 5 is 32 bits.

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace fm::protobuf {

/// The bytes of a number, in the native (little-endian) order.
template <class T>
std::string raw(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

inline std::string key(std::uint64_t field, std::uint64_t wire_type) { return varint(field << 3 | wire_type); }

/// A text, bytes or another message.
inline std::string bytes_field(std::uint64_t field, std::string_view bytes) {
  return key(field, 2) + varint(bytes.size()) + std::string(bytes);
}

inline std::string double_field(std::uint64_t field, double number) { return key(field, 1) + raw(number); }

inline std::string float_field(std::uint64_t field, float number) { return key(field, 5) + raw(number); }

/// An unsigned number, an enumerator or a bool; a negative number as two's complement.
inline std::string varint_field(std::uint64_t field, std::uint64_t number) { return key(field, 0) + varint(number); }

inline std::string packed_field(std::uint64_t field, std::span<const double> numbers) {
  return bytes_field(field, {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
}

}  // namespace fm::protobuf
