#pragma once
// The reference of options as Markdown: a table for each section with key, type, default, allowed values and meaning.

#include "libfm/config/config_field.hpp"

#include <string>

namespace fm {

std::string fields_reference(const ConfigField& root);

/// @param options their values are the table's defaults
template <HasFields T>
std::string reference_markdown(T options) {
  return fields_reference(describe(options));
}

}  // namespace fm
