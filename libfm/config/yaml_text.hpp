#pragma once
// Values as YAML text that reads back exactly, in YAML 1.1 and 1.2 alike, and the text that YAML files may consist of.

#include "libfm/config/config_field.hpp"
#include "libfm/config/problems.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fm {

/// Text as a YAML scalar: plain where no reader can take it for something else, else in double quotes, on one line.
std::string text_to_yaml(std::string_view text);

/// The shortest decimal that reads back as the same double, with a dot so that it stays a float: 0.001, 1.0, 1.0e-07.
std::string number_to_yaml(double number);

std::string scalar_to_yaml(const ConfigScalar& scalar);

/// The value of a field that is no section, on one line: 20, [64, 64], null, {sampler.steps: [1, 2]}.
std::string value_to_yaml(const ConfigField& field);

/// Text cut to what fits in a message, with control characters escaped.
std::string shortened(std::string_view text);

struct TextDefect {
  TextPlace place;
  std::string problem;
};

/// The first place where `text` is not UTF-8 or holds a control character other than tab and line breaks.
std::optional<TextDefect> find_text_defect(std::string_view text);

}  // namespace fm
