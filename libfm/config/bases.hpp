#pragma once
// The key `base` at the top of a YAML file: the files that it builds on.

#include "libfm/config/config_field.hpp"
#include "libfm/config/problems.hpp"
#include "libfm/config/yaml_node.hpp"

#include <string_view>

namespace fm {

constexpr std::string_view base_key = "base";

/// The value of `base`, as a field that is a list of texts.
ConfigField base_field();

/// Removes `base` from the top of a file. @return its value as a list of texts, or an empty list
YamlNode take_bases(YamlNode& top, Problems& problems);

}  // namespace fm
