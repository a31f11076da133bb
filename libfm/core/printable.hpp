#pragma once
// Text that may come from a file, made safe to show: a terminal obeys control characters.

#include <string>
#include <string_view>

namespace fm {

/// The text with its control characters other than newlines as "\\x1b", and lines of more than 2,000 bytes shortened in
/// their middle.
std::string printable(std::string_view text);

}  // namespace fm
