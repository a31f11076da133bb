#pragma once
// Fills an options struct from YAML and from KEY=VALUE overrides, strictly: unknown keys, wrong types, values out of
// range, keys given twice ... are all reported, in one pass. What is not given keeps the value that it has.

#include "libfm/config/config_field.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace fm {

/// Reads `file`, then the overrides in their order: `train.epochs=20`, `network.mlp.hidden=[64, 64]`,
/// `train.init=null`. The root's options are left half filled if this throws. @throws InputError with one line for each
/// problem
void fill_from_file(const ConfigField& root, const std::filesystem::path& file, std::span<const std::string> overrides);

/// The same from text that stands in for the file called `name`.
void fill_from_text(const ConfigField& root, std::string_view text, const std::string& name,
                    std::span<const std::string> overrides);

/// The overrides alone.
void fill_from_overrides(const ConfigField& root, std::span<const std::string> overrides);

/// `options` stay as they were if this throws.
template <HasFields T>
void read_yaml(const std::filesystem::path& file, std::span<const std::string> overrides, T& options) {
  T result = options;
  fill_from_file(describe(result), file, overrides);
  options = std::move(result);
}

template <HasFields T>
void read_yaml_text(std::string_view text, const std::string& name, std::span<const std::string> overrides,
                    T& options) {
  T result = options;
  fill_from_text(describe(result), text, name, overrides);
  options = std::move(result);
}

template <HasFields T>
void apply_overrides(T& options, std::span<const std::string> overrides) {
  T result = options;
  fill_from_overrides(describe(result), overrides);
  options = std::move(result);
}

}  // namespace fm
