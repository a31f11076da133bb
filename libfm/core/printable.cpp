#include "libfm/core/printable.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace fm {
namespace {

constexpr std::size_t longest_line = 2000, kept = 900;  // bytes; kept at each end

void append_line(std::string& result, std::string_view line) {
  const auto append = [&](std::string_view part) {
    for (const char c : part) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7F) {
        result += fmt::format("\\x{:02x}", byte);
      } else {
        result += c;
      }
    }
  };
  // The control characters from 0x80 to 0x9f are 0xc2 followed by that byte in UTF-8; terminals ignore them by default.
  if (line.size() <= longest_line) return append(line);
  append(line.substr(0, kept));
  result += fmt::format(" ... ({} bytes) ... ", line.size() - 2 * kept);
  append(line.substr(line.size() - kept));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  for (;;) {
    const std::size_t end = text.find('\n');
    append_line(result, text.substr(0, end));
    if (end == text.npos) return result;
    result += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace fm
