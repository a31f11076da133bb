#pragma once
// The options reference as Markdown: a table for each section with key, type, default, allowed values and meaning.

#include "libfm/config/config_field.hpp"

#include <string>

namespace fm {

/// The tables of all sections below `root`, each under a heading with its dotted key.
std::string fields_reference(const ConfigField& root);

/// @param options its values are shown as the defaults
template <HasFields T>
std::string reference_markdown(T options) {
  return fields_reference(describe(options));
}

}  // namespace fm
