#include "libfm/data/npy_header.hpp"

#include "libfm/core/error.hpp"

#include <algorithm>

namespace fm {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::uint64_t largest = std::uint64_t{1} << 40;  ///< of a dimension

/// Reads the header's text, a literal of Python: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
class HeaderText {
 public:
  HeaderText(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  [[noreturn]] void fail(const char* why) const {
    throw_input_error("{}: its .npy header is not valid: {}", where_, why);
  }

  bool take(std::string_view word) {
    skip_spaces();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  void expect(std::string_view word) {
    if (!take(word)) fail(fmt::format("expected '{}'", word).c_str());
  }

  std::string text() {
    expect("'");
    const std::size_t end = text_.find('\'');
    if (end == text_.npos) fail("a text has no end");
    std::string found(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return found;
  }

  std::uint64_t number() {
    skip_spaces();
    std::uint64_t value = 0;
    std::size_t digits = 0;
    while (digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9' && value <= largest) {
      value = 10 * value + static_cast<std::uint64_t>(text_[digits++] - '0');
    }
    if (digits == 0 || value > largest) fail("a size is missing or too large");
    text_.remove_prefix(digits);
    return value;
  }

  std::vector<std::uint64_t> shape() {
    std::vector<std::uint64_t> sizes;
    expect("(");
    while (!take(")")) {
      sizes.push_back(number());
      if (!take(",")) {
        expect(")");
        break;
      }
    }
    return sizes;
  }

  bool boolean() {
    if (take("True")) return true;
    expect("False");
    return false;
  }

  bool at_end() {
    skip_spaces();
    return text_.empty();
  }

 private:
  void skip_spaces() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n')) text_.remove_prefix(1);
  }

  std::string_view text_;
  const std::string& where_;
};

/// The type, such as <f8, |b1 or <U12.
void read_type(const std::string& type, NpyHeader& header, const std::string& where) {
  if (type.find('O') != type.npos) {
    throw_input_error("{}: holds Python objects, which are not read; store an array of numbers", where);
  }
  const auto refuse = [&] {
    throw_input_error(
        "{}: has the type '{}'; expected floating-point numbers of 2, 4 or 8 bytes, integers, booleans or "
        "texts",
        where, type);
  };
  const std::string digits = type.size() > 2 ? type.substr(2) : "";
  if (digits.empty() || digits.size() > 6 || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    refuse();
  header.kind = type[1];
  header.item_bytes = std::stoul(digits) * (header.kind == 'U' ? 4 : 1);
  header.big_endian = type[0] == '>';
  const std::size_t bytes = header.item_bytes;
  const bool is_power = bytes == 2 || bytes == 4 || bytes == 8;
  const bool known = (header.kind == 'f' && is_power) ||
                     ((header.kind == 'i' || header.kind == 'u') && (is_power || bytes == 1)) ||
                     (header.kind == 'b' && bytes == 1) || (bytes > 0 && (header.kind == 'U' || header.kind == 'S'));
  if (!known || (type[0] != '<' && type[0] != '>' && type[0] != '|' && type[0] != '=')) refuse();
}

/// The little-endian number in the bytes.
std::size_t length_of(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  return length;
}

}  // namespace

NpyHeader read_npy_header(std::string_view begin, const std::string& where) {
  if (begin.size() < 12 || !begin.starts_with(magic)) throw_input_error("{}: is not a .npy file", where);
  const int version = begin[6];
  if (version < 1 || version > 3)
    throw_input_error("{}: has version {} of the .npy format; known: 1 to 3", where, version);
  const std::size_t text_begin = version == 1 ? 10 : 12;
  const std::size_t size = length_of(begin.substr(8, text_begin - 8));
  HeaderText text(begin.substr(text_begin, size), where);
  if (size > npy_header_bytes - 12 || text_begin + size > begin.size()) text.fail("its length is wrong");
  NpyHeader header;
  header.data_begin = text_begin + size;
  bool has_type = false, has_order = false, has_shape = false;
  text.expect("{");
  while (!text.take("}")) {
    const std::string key = text.text();
    text.expect(":");
    if (key == "descr" && !has_type) {
      if (text.take("[")) throw_input_error("{}: is a structured array; store one array for each of its fields", where);
      read_type(text.text(), header, where);
      has_type = true;
    } else if (key == "fortran_order" && !has_order) {
      header.fortran_order = text.boolean();
      has_order = true;
    } else if (key == "shape" && !has_shape) {
      header.shape = text.shape();
      has_shape = true;
    } else {
      text.fail("it has an unknown key, or one twice");
    }
    if (!text.take(",")) {
      text.expect("}");
      break;
    }
  }
  if (!has_type || !has_order || !has_shape || !text.at_end()) text.fail("it is incomplete");
  return header;
}

}  // namespace fm
