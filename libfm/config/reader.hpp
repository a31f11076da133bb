#pragma once
// Fills an options struct from YAML and KEY=VALUE overrides. Reading is strict: unknown keys, wrong types, values out
// of range, duplicate keys and contradictions between options are all reported in one pass. Fields that are not given
// keep their values; the returned origins say where the others are given.

#include "libfm/config/config_field.hpp"
#include "libfm/config/origin.hpp"
#include "libfm/config/yaml_files.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fm {

/// A problem of an option, or between several.
struct OptionProblem {
  std::vector<std::string> keys;  ///< all options or sections involved; the line begins with the first
  std::string problem;
};

/// Finds problems between options. A problem is dropped if reading one of its options has failed.
using OptionCheck = std::function<std::vector<OptionProblem>()>;

/// Reads `file` and its bases, then applies the overrides in order: `train.epochs=20`, `network.mlp.hidden=[64, 64]`,
/// `train.init=null`. The options may be partly filled if this throws.
/// @throws InputError with one line for each problem; MachineError if reading the file fails
Origins fill_from_file(const ConfigField& root, const std::filesystem::path& file,
                       std::span<const std::string> overrides, const OptionCheck& check = {},
                       Bases bases = Bases::allowed);

/// As fill_from_file, with `text` as the content; `name` is the file name shown in errors.
Origins fill_from_text(const ConfigField& root, std::string_view text, const std::string& name,
                       std::span<const std::string> overrides, const OptionCheck& check = {});

/// Applies the overrides only.
Origins fill_from_overrides(const ConfigField& root, std::span<const std::string> overrides,
                            const OptionCheck& check = {});

template <class T>
using CheckOf = std::function<std::vector<OptionProblem>(const T&)>;

/// A check of these options, which must outlive it; empty if `check` is.
template <class T>
OptionCheck bind_check(const CheckOf<T>& check, const T& options) {
  return check ? OptionCheck([&] { return check(options); }) : OptionCheck();
}

/// As fill_from_file; `options` are unchanged if this throws. So for the two functions below.
template <HasFields T>
Origins read_yaml(const std::filesystem::path& file, std::span<const std::string> overrides, T& options,
                  const CheckOf<T>& check = {}, Bases bases = Bases::allowed) {
  T result = options;
  Origins origins = fill_from_file(describe(result), file, overrides, bind_check(check, result), bases);
  options = std::move(result);
  return origins;
}

template <HasFields T>
Origins read_yaml_text(std::string_view text, const std::string& name, std::span<const std::string> overrides,
                       T& options, const CheckOf<T>& check = {}) {
  T result = options;
  Origins origins = fill_from_text(describe(result), text, name, overrides, bind_check(check, result));
  options = std::move(result);
  return origins;
}

template <HasFields T>
Origins apply_overrides(T& options, std::span<const std::string> overrides, const CheckOf<T>& check = {}) {
  T result = options;
  Origins origins = fill_from_overrides(describe(result), overrides, bind_check(check, result));
  options = std::move(result);
  return origins;
}

}  // namespace fm
