#include "libfm/data/npy_array.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/number_text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

namespace fm {
namespace {

double from_float16(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const double size = exponent == 31  ? (fraction == 0 ? INFINITY : NAN)
                      : exponent == 0 ? std::ldexp(fraction, -24)
                                      : std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

template <class T>
T word_at(const char* bytes, bool big_endian) {
  std::array<char, sizeof(T)> copy;
  std::memcpy(copy.data(), bytes, sizeof(T));
  if (big_endian) std::ranges::reverse(copy);
  return std::bit_cast<T>(copy);
}

/// The number at `bytes`; integers beyond 2^53 become NaN.
double number_at(const char* bytes, const NpyHeader& h) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  const auto whole = [&](auto value) -> double {
    if constexpr (sizeof(value) == 8) {
      if (std::cmp_greater(value, exact) || std::cmp_less(value, -exact)) return NAN;
    }
    return static_cast<double>(value);
  };
  const bool big = h.big_endian;
  if (h.kind == 'f') {
    return h.item_bytes == 8   ? word_at<double>(bytes, big)
           : h.item_bytes == 4 ? static_cast<double>(word_at<float>(bytes, big))
                               : from_float16(word_at<std::uint16_t>(bytes, big));
  }
  const bool is_signed = h.kind == 'i';
  switch (h.item_bytes) {
    case 8:
      return is_signed ? whole(word_at<std::int64_t>(bytes, big)) : whole(word_at<std::uint64_t>(bytes, big));
    case 4:
      return is_signed ? whole(word_at<std::int32_t>(bytes, big)) : whole(word_at<std::uint32_t>(bytes, big));
    case 2:
      return is_signed ? whole(word_at<std::int16_t>(bytes, big)) : whole(word_at<std::uint16_t>(bytes, big));
    default:
      return is_signed ? whole(word_at<std::int8_t>(bytes, big)) : whole(word_at<std::uint8_t>(bytes, big));
  }
}

void append_utf8(std::string& to, std::uint32_t c) {
  if (c < 0x80) {
    to += static_cast<char>(c);
  } else if (c < 0x800) {
    to += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
  } else if (c < 0x10000) {
    to += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
           static_cast<char>(0x80 | (c & 63))};
  } else {
    to += {static_cast<char>(0xF0 | (c >> 18 & 7)), static_cast<char>(0x80 | (c >> 12 & 63)),
           static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
  }
}

NpyHeader checked_header(std::string_view file, const std::string& where) {
  NpyHeader header = read_npy_header(file, where);
  std::uint64_t bytes = header.item_bytes;
  for (std::size_t i = header.shape.size(); i-- > 0;) {  // the rows last, as there may be none
    if (__builtin_mul_overflow(bytes, header.shape[i], &bytes))
      throw_input_error("{}: declares more bytes than 64 bits count", where);
  }
  if (bytes != file.size() - header.data_begin) {
    throw_input_error("{}: has {} bytes of values, but its shape needs {}", where, file.size() - header.data_begin,
                      bytes);
  }
  return header;
}

}  // namespace

Matrix npy_matrix(std::string_view file, const std::string& where, Infinity infinity) {
  const NpyHeader header = checked_header(file, where);
  if (header.kind == 'U' || header.kind == 'S') throw_input_error("{}: holds texts, not numbers", where);
  if (header.shape.empty()) throw_input_error("{}: is a single value, not an array", where);
  if (header.fortran_order && header.shape.size() > 2) {
    throw_input_error("{}: is in Fortran's order; store numpy.ascontiguousarray of it", where);
  }
  std::uint64_t columns = 1;
  for (std::size_t i = 1; i < header.shape.size(); ++i) columns *= header.shape[i];
  if (columns == 0) {
    throw_input_error("{}: has the shape ({}), which has no numbers in its rows", where, fmt::join(header.shape, ", "));
  }
  Matrix values(header.shape[0], columns);
  const char* const bytes = file.data() + header.data_begin;
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    for (Eigen::Index j = 0; j < values.cols(); ++j) {
      const auto at = static_cast<std::size_t>(header.fortran_order ? j * values.rows() + i : i * values.cols() + j);
      values(i, j) = number_at(bytes + at * header.item_bytes, header);
      const bool is_accepted = infinity == Infinity::accepted && header.kind == 'f' && !std::isnan(values(i, j));
      if (std::isfinite(values(i, j)) || is_accepted) continue;
      throw_input_error("{}: row {}, column {} holds {}; every number must be finite, and integers within +-2^53",
                        where, i, j, header.kind == 'f' ? number_text(values(i, j)) : "a larger integer");
    }
  }
  return values;
}

std::vector<std::string> npy_texts(std::string_view file, const std::string& where) {
  const NpyHeader header = checked_header(file, where);
  if (header.kind != 'U' && header.kind != 'S') throw_input_error("{}: holds no texts", where);
  if (header.shape.size() != 1) throw_input_error("{}: has {} dimensions, expected 1", where, header.shape.size());
  std::vector<std::string> texts(header.shape[0]);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const char* const item = file.data() + header.data_begin + i * header.item_bytes;
    if (header.kind == 'S') {
      texts[i] = std::string(item, header.item_bytes).c_str();
      continue;
    }
    for (std::size_t at = 0; at < header.item_bytes; at += 4) {
      const auto c = word_at<std::uint32_t>(item + at, header.big_endian);
      if (c == 0) break;
      append_utf8(texts[i], c);
    }
  }
  return texts;
}

}  // namespace fm
