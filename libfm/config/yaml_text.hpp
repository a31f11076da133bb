#pragma once
// Writes values as YAML text that reads back exactly under YAML 1.1 and 1.2, and checks the text of YAML files.

#include "libfm/config/config_field.hpp"
#include "libfm/config/problems.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fm {

/// Text as a YAML scalar on one line: plain where it is unambiguous, else in double quotes.
std::string text_to_yaml(std::string_view text);

/// The shortest decimal that reads back as the same double, with a dot so that it stays a float: 0.001, 1.0, 1.0e-07.
/// @throws std::logic_error if it is not finite
std::string number_to_yaml(double number);

std::string scalar_to_yaml(const ConfigScalar& scalar);

/// The value of a field other than a section, on one line: 20, [64, 64], null, {sampler.steps: [1, 2]}.
std::string value_to_yaml(const ConfigField& field);

/// Text on one line without control characters, safe for a terminal. Invalid UTF-8 bytes become question marks.
std::string without_controls(std::string_view text);

/// Text truncated to about 60 bytes for a message, with control characters escaped.
std::string shortened(std::string_view text);

struct TextDefect {
  TextPlace place;
  std::string problem;
};

/// The first place where `text` is not UTF-8 or contains a control character other than tab and line breaks.
std::optional<TextDefect> find_text_defect(std::string_view text);

}  // namespace fm
